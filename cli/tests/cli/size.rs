//! What an image uses of a board's memory, and what is said when that is too much (TL-2, TL-4).

use serde_json::Value;

use crate::common::{edit, folder, has_boards, new_system, repository, run};

/// The parts that a user's bytes are made of.
const PARTS: [&str; 6] =
    ["code_bytes", "rodata_bytes", "data_bytes", "bss_bytes", "stack_bytes", "slack_bytes"];

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn the_parts_add_up_to_the_whole() {
    if !has_boards() {
        return;
    }
    for board in guichet::boards::BOARDS.iter() {
        let arguments = ["size", "examples/uppercase", "--json", "--board", board.name];
        let seen = run(repository(), &arguments);
        let size: Value = serde_json::from_str(&seen.ends_with(0).output).expect("JSON");
        assert_eq!(size["board"], board.name);
        assert_eq!(size["queues"], Value::Array(Vec::new()), "there are no endpoints");
        let memories = &board.hardware.memory;
        for (name, range) in [("flash", &memories.flash), ("ram", &memories.ram)] {
            let memory = &size[name];
            let users = memory["users"].as_array().expect("a list");
            assert_eq!(users.len(), 3, "the kernel and two processes: {memory}");
            for user in users {
                let parts: u64 = PARTS.iter().map(|part| number(user, part)).sum();
                assert_eq!(parts, number(user, "bytes"), "{user}");
            }
            let used: u64 = users.iter().map(|user| number(user, "bytes")).sum();
            let rest = number(memory, "gap_bytes") + number(memory, "free_bytes");
            assert_eq!(used + rest, u64::from(range.end - range.start), "{memory}");
            // What is nobody's need is little: the kernel's memory holds no more than it was made for,
            // but for what its tables are aligned to.
            let slack = |user: &Value| number(user, "slack_bytes");
            assert!(slack(&users[0]) < 128, "{}", users[0]);
            assert!(users[1..].iter().all(|user| slack(user) < 1024), "{memory}");
        }
        let stack = number(&size["ram"]["users"][0], "stack_bytes");
        assert_eq!(stack, u64::from(memories.kernel_stack_bytes));
        assert_eq!(number(&size["ram"]["users"][1], "stack_bytes"), 2048);
    }
}

#[test]
fn a_table_and_a_picture_show_it() {
    if !has_boards() {
        return;
    }
    let seen = run(repository(), &["size", "examples/uppercase", "--board", "lm3s6965evb"]);
    let lines: Vec<&str> = seen.ends_with(0).output.lines().collect();
    let columns = |title: &str| {
        let line = lines.iter().find(|line| line.contains(title)).expect(title);
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(lines[0], "lm3s6965evb");
    assert_eq!(columns("rodata"), "code rodata data slack all");
    assert_eq!(columns("stack"), "stack data bss slack all");
    for start in
        ["flash: 262144 bytes from 0x0", "RAM: 65536 bytes from 0x20000000", "  [KK", "  a initia"]
    {
        assert!(lines.iter().any(|line| line.starts_with(start)), "{start}: {seen:#?}");
    }
}

#[test]
fn shared_memory_has_its_place_and_those_who_may_map_it() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let system = new_system(folder.path(), "sharing");
    let file = system.join("system.json5");
    let declared = "shared_memory: [{ name: \"FRAMES\", size_bytes: 4096, processes: [\
                    { process: \"initiator\", access: \"read_write\" }, { process: \"handler\" }] }],\n  apps: [";
    edit(&file, "apps: [", declared);
    for board in ["lm3s6965evb", "mps2_an505", "qemu_virt_rv32"] {
        let seen = run(&system, &["size", "--json", "--board", board]);
        let size: Value = serde_json::from_str(&seen.ends_with(0).output).expect("JSON");
        let region = &size["shared_memory"][0];
        let sharer = |process: &str, access: &str| serde_json::json!({ "process": process, "access": access });
        let both = [sharer("initiator", "read_write"), sharer("handler", "read")];
        assert_eq!(region["processes"].as_array().expect("a list"), &both);
        assert_eq!((&region["name"], number(region, "bytes")), (&"FRAMES".into(), 4096));
        let users = size["ram"]["users"].as_array().expect("a list");
        assert_eq!(users[3]["name"], "shared memory `FRAMES`");
        assert_eq!((&users[3]["start"], number(&users[3], "bss_bytes")), (&region["start"], 4096));
        let used: u64 = users.iter().map(|user| number(user, "bytes")).sum();
        let rest = number(&size["ram"], "gap_bytes") + number(&size["ram"], "free_bytes");
        assert_eq!(used + rest, number(&size["ram"], "bytes"));
    }
    edit(&file, "size_bytes: 4096", "size_bytes: 65536");
    let seen = run(&system, &["build", "--board", "lm3s6965evb"]);
    let told = ["the board has 65536 bytes of RAM, and ", " 65536 shared memory `FRAMES`"];
    seen.ends_with(22).says(&told);
}

#[test]
fn without_a_board_there_is_nothing_to_measure() {
    let table: [&[&str]; 2] =
        [&["size", "examples/uppercase"], &["size", "examples/uppercase", "--board", "linux"]];
    for arguments in table {
        let seen = run(repository(), arguments);
        seen.ends_with(2).says(&["on Linux there is nothing to measure", "help: name a board"]);
        assert_eq!(seen.output, "");
    }
}

#[test]
fn what_a_board_cannot_hold_is_told_with_the_kernels_share() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let system = new_system(folder.path(), "large");
    let file = system.join("system.json5");
    edit(&file, "ram_size_bytes: 8192", "ram_size_bytes: 262144");
    edit(&file, "stack_size_bytes: 2048", "stack_size_bytes: 31000");
    let build = ["build", "large", "--board", "lm3s6965evb"];
    let seen = run(folder.path(), &build);
    let told = ["does not fit: the board has 65536 bytes of RAM, and ", " too many\n"];
    seen.ends_with(22).says(&told).says(&[" the kernel\n", " initiator (", " handler ("]);
    edit(&file, "stack_size_bytes: 31000", "stack_size_bytes: 70000");
    let seen = run(folder.path(), &build);
    seen.ends_with(22).says(&told).says(&[" of them because its wall cannot be closer)"]);
    assert!(!seen.error.contains("the kernel\n  "), "it was not even built: {seen:#?}");
}
