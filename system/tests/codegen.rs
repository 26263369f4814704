//! What is generated, and what happens when nothing can be.

use std::fs;

use guichet_system::codegen::{process_source, systems_source};
use guichet_system::{System, check_source};

const LATER_FORM: &str = include_str!("corpus/later_form.json5");

fn system(text: &str) -> System {
    let loaded = check_source("system.json5", text);
    loaded.system.unwrap_or_else(|| panic!("{}", loaded.diagnostics.render(false)))
}

/// Compares with a file of `tests/generated`, or accepts the present text with `BLESS=1`.
fn compare(file: &str, code: &str, expected: &str) {
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/generated");
        fs::write(format!("{folder}/{file}"), code).expect("the expected text can be written");
        return;
    }
    assert_eq!(code, expected);
}

#[test]
fn a_process_gets_its_handles_objects_and_constants() {
    let code = process_source(&system(LATER_FORM), "reader").expect("the process is there");
    compare("reader.rs", &code, include_str!("generated/reader.rs"));
}

#[test]
fn both_ends_of_an_endpoint_get_types_and_the_receiver_its_peers() {
    let system = system(include_str!("corpus/endpoint_good.json5"));
    for (process, expected) in [
        ("logger", include_str!("generated/logger.rs")),
        ("worker", include_str!("generated/worker.rs")),
    ] {
        let code = process_source(&system, process).expect("the process is there");
        compare(&format!("{process}.rs"), &code, expected);
    }
}

#[test]
fn who_waits_for_upcalls_gets_a_handle_and_a_type_for_it() {
    let system = system(include_str!("corpus/capsules_good.json5"));
    let code = process_source(&system, "display").expect("the process is there");
    compare("display.rs", &code, include_str!("generated/display.rs"));
}

#[test]
fn who_shares_memory_gets_a_handle_and_the_numbers_of_the_others() {
    let system = system(
        "{ shared_memory: [
            { name: 'FRAMES', size_bytes: 16384, processes: [
                { process: 'camera', access: 'read_write' }, { process: 'face-finder' },
                { process: 'screen' } ] },
            { name: 'SOUND', size_bytes: 4096, processes: [{ process: 'camera' }] } ],
          apps: [{ name: 'a', processes: [ { name: 'screen' }, { name: 'face-finder', objects: [
                { type: 'endpoint_sender', name: 'TO', endpoint_process: 'camera',
                  endpoint_object_name: 'IN' } ] },
            { name: 'camera', objects: [
                { type: 'endpoint', name: 'IN', capacity: 1, max_message_bytes: 0 } ] } ] }] }",
    );
    for (process, expected) in [
        ("camera", include_str!("generated/camera.rs")),
        ("face-finder", include_str!("generated/face_finder.rs")),
    ] {
        let code = process_source(&system, process).expect("the process is there");
        compare(&format!("{}.rs", process.replace('-', "_")), &code, expected);
    }
}

#[test]
fn a_process_that_is_not_there_gets_nothing() {
    assert_eq!(process_source(&system(LATER_FORM), "writer"), None);
}

#[test]
fn several_systems_have_a_module_each_and_processes_inside() {
    let one = |name: &str| {
        system(&format!("{{ apps: [{{ name: 'a', processes: [{{ name: '{name}' }}] }}] }}"))
    };
    let systems =
        [("wait-group".to_owned(), one("echo-server")), ("sleep".to_owned(), one("sleeper"))];
    let code = systems_source(&systems).expect("the names are good");
    for module in
        ["pub mod wait_group {", "pub mod echo_server {", "pub mod sleep {", "pub mod sleeper {"]
    {
        assert!(code.contains(module), "{module} in\n{code}");
    }
    assert_eq!(systems_source(&[("no module".to_owned(), one("p"))]), None);
    assert_eq!(systems_source(&[(String::new(), one("p"))]), None);
}

/// Whatever the check lets through can be generated: names and numbers at the edges of what it allows.
#[test]
fn names_and_numbers_at_the_edges_are_generated() {
    let system = system(
        "{ apps: [{ name: 'a\"b', constants: [
            { type: 'i64', name: '_9', value: -9223372036854775808 },
            { type: 'u64', name: 'u64', value: 0xFFFFFFFFFFFFFFFF },
            { type: '&str', name: 'Text', value: '\\u0000 \"quoted\" \\\\ 日本' },
            { type: 'bool', name: 'IS', value: false },
        ], processes: [{ name: 'union', objects: [{ type: 'thread', name: 'default' }] }] }] }",
    );
    let code = process_source(&system, "union").expect("the process is there");
    for line in [
        "pub const _9: i64 = -9223372036854775808;",
        "pub const u64: u64 = 18446744073709551615;",
        r#"pub const Text: &str = "\0 \"quoted\" \\ 日本";"#,
        "pub const IS: bool = false;",
        "pub const default: u32 = 0;",
    ] {
        assert!(code.contains(line), "{line} in\n{code}");
    }
}

#[test]
fn a_driver_gets_its_signals_and_its_devices() {
    let system = system(include_str!("corpus/interrupts_and_mappings.json5"));
    let code = process_source(&system.on("mps2_an385"), "driver").expect("the process is there");
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "pub const UART: u32 = 0;",
        "pub const RX: ::userspace::syscall::Signals = ::userspace::syscall::Signals::INTERRUPT_A;",
        "pub const ERROR: ::userspace::syscall::Signals = ::userspace::syscall::Signals::INTERRUPT_B;",
        "pub const UART_START_ADDRESS: usize = 0x40005000;",
        "pub const UART_SIZE_BYTES: usize = 4096;",
        "::userspace::private::mapping( UART_START_ADDRESS, UART_SIZE_BYTES, )",
    ] {
        assert!(code.contains(line), "{line} in\n{code}");
    }
}
