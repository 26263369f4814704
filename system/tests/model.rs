//! What a good file means.

use guichet_system::model::{
    BuiltIn, Capsule, ConstantValue, Grant, Mapping, MemoryRights, ObjectId, ObjectKind, Origin,
    Sharer, service_name,
};
use guichet_system::{System, check_source};

fn system(text: &str) -> System {
    let loaded = check_source("system.json5", text);
    loaded.system.unwrap_or_else(|| panic!("{}", loaded.diagnostics.render(false)))
}

/// A system of one process with these members.
fn one_process(members: &str) -> System {
    system(&format!("{{ apps: [{{ name: 'a', processes: [{{ name: 'p', {members} }}] }}] }}"))
}

fn thread_names(system: &System) -> Vec<&str> {
    system.processes[0].threads.iter().map(|thread| thread.name.as_str()).collect()
}

#[test]
fn the_guides_example_means_what_the_guide_says() {
    let system = system(include_str!("corpus/guide.json5"));
    let names: Vec<_> = system.processes.iter().map(|process| process.name.as_str()).collect();
    assert_eq!(names, ["initiator", "handler"]);
    let [initiator, handler] = [&system.processes[0], &system.processes[1]];
    let end = |process| ObjectId { process, object: 0 };
    let asks =
        ObjectKind::ChannelInitiator { handler: end(1), badge: 0, default_deadline_ms: None };
    assert_eq!(initiator.objects[0].kind, asks);
    assert_eq!(handler.objects[0].kind, ObjectKind::ChannelHandler);
    assert_eq!(initiator.threads[0].name, "initiator thread");
    assert_eq!(initiator.threads[0].stack_size_bytes, Some(1024));
    assert_eq!(system.apps[0].flash_size_bytes, Some(32_768));
    assert_eq!(system.apps[0].ram_size_bytes, Some(8192));
}

#[test]
fn what_is_left_out_has_the_documented_defaults() {
    let system = one_process("");
    let process = &system.processes[0];
    assert_eq!(system.max_transfer_bytes, 4096);
    assert_eq!((process.priority, process.may_shutdown, process.ram_size_bytes), (15, true, None));
    assert_eq!(process.program, None);
    assert!(process.objects.is_empty());
    assert_eq!(thread_names(&system), ["main"]);
    assert_eq!((process.threads[0].priority, process.threads[0].stack_size_bytes), (15, None));
}

#[test]
fn an_initiator_declares_its_badge_and_its_default_deadline() {
    let system = system(
        "{ apps: [{ name: 'a', processes: [
            { name: 'p', objects: [{ type: 'channel_initiator', name: 'ASK',
              handler_process: 'q', handler_object_name: 'ANSWER',
              badge: 0xFFFFFFFF, default_deadline_ms: 4294967295 }] },
            { name: 'q', objects: [{ type: 'channel_handler', name: 'ANSWER' }] } ] }] }",
    );
    let asks = ObjectKind::ChannelInitiator {
        handler: ObjectId { process: 1, object: 0 },
        badge: u32::MAX,
        default_deadline_ms: Some(u32::MAX),
    };
    assert_eq!(system.processes[0].objects[0].kind, asks);
}

#[test]
fn capsules_are_in_the_order_of_the_file_with_what_they_are_granted() {
    let system = system(include_str!("corpus/capsules_good.json5"));
    let capsule =
        |name: &str, origin| Capsule { name: name.to_owned(), origin, owners: Vec::new() };
    let own = |folder: &str, grants| Origin::Package { folder: folder.to_owned(), grants };
    let latest_value = own("capsules/latest_value", vec![Grant::Reading, Grant::Clock]);
    let expected = [
        capsule("name_registry", Origin::BuiltIn(BuiltIn::NameRegistry)),
        capsule("sync_mailbox", Origin::BuiltIn(BuiltIn::SyncMailbox)),
        capsule("async_mailbox", Origin::BuiltIn(BuiltIn::AsyncMailbox)),
        Capsule { owners: vec![0], ..capsule("latest_value", latest_value) },
        capsule("counter", own("./capsules/counter/", Vec::new())),
    ];
    assert_eq!(system.capsules, expected);
    let own: Vec<_> = system.own_capsules().map(|(capsule, _)| &*capsule.name).collect();
    assert_eq!(own, ["latest_value", "counter"]);
    assert!(system.has_capsules() && system.are_ids_global);
    assert_eq!(system.processes[0].services, ["com.example.sensor1", "température"]);
    assert_eq!(system.processes[1].objects[0].kind, ObjectKind::Upcalls);
    let plain = one_process("");
    assert!(!plain.has_capsules() && !plain.are_ids_global);
}

#[test]
fn a_region_is_an_object_of_all_who_share_it_behind_those_that_they_declare() {
    let text = include_str!("corpus/shared_memory_good.json5");
    let system =
        system(&text.replace(
            "\"camera\" }",
            "\"camera\", objects: [{ type: \"wait_group\", name: \"G\" }] }",
        ));
    let [frames, alone] = &system.shared_memory[..] else { panic!("two regions") };
    assert_eq!((&*frames.name, frames.size_bytes, frames.sharers.len()), ("FRAMES", 16384, 2));
    assert_eq!(alone.sharers, [Sharer { process: 1, rights: MemoryRights::Read }]);
    let objects = |process: usize| {
        let objects = system.processes[process].objects.iter();
        objects.map(|object| (object.name.clone(), object.kind)).collect::<Vec<_>>()
    };
    let shared =
        |name: &str, region, rights| (name.to_owned(), ObjectKind::SharedMemory { region, rights });
    let camera =
        [("G".to_owned(), ObjectKind::WaitGroup), shared("FRAMES", 0, MemoryRights::ReadWrite)];
    assert_eq!(objects(0), camera);
    let [read_frames, read_alone] = [("FRAMES", 0), ("ALONE", 1)]
        .map(|(name, region)| shared(name, region, MemoryRights::Read));
    assert_eq!(objects(1), [read_frames, read_alone]);
    assert!(system.has_shared_memory() && system.shared_regions_of(1) == 2);
    assert!(system.sharing_peers_of(0).into_iter().eq([1]));
    assert!(!one_process("").has_shared_memory());
}

#[test]
fn a_size_is_checked_for_the_board_that_is_built_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("system.json5");
    let text = "{ shared_memory: [{ name: 'A', size_bytes: 96, processes: [{ process: 'p' }] }],
        apps: [{ name: 'a', processes: [{ name: 'p' }] }] }";
    std::fs::write(&path, text).expect("it can be written");
    for board in ["mps2_an385", "mps2_an505"] {
        assert!(guichet_system::load_for(&path, board).system.is_some(), "{board}");
    }
    let text = guichet_system::load_for(&path, "qemu_virt_rv32").diagnostics.render(false);
    assert!(text.contains("the wall of `qemu_virt_rv32` cannot express"), "{text}");
    assert!(text.contains("`size_bytes: 128`") && !text.contains("Linux"), "{text}");
    for diagnostics in [
        guichet_system::load(&path).diagnostics,
        guichet_system::load_for(&path, "linux").diagnostics,
    ] {
        assert!(diagnostics.render(false).contains("`size_bytes: 4096`"));
    }
}

#[test]
fn the_name_of_a_service_has_zeros_behind_it() {
    assert_eq!(service_name("clock"), Some(*b"clock\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    assert_eq!(service_name("12345678901234567890"), Some(*b"12345678901234567890"));
    for name in ["", "\0", "123456789012345678901"] {
        assert_eq!(service_name(name), None, "{name:?}");
    }
}

#[test]
fn a_process_gives_its_priority_to_threads_without_one() {
    let system = one_process(
        "priority: 20, threads: [{ name: 'm' }], objects: [{ type: 'thread', name: 'W', priority: 3 }]",
    );
    let priorities: Vec<_> =
        system.processes[0].threads.iter().map(|thread| thread.priority).collect();
    assert_eq!(priorities, [20, 3]);
}

#[test]
fn the_main_thread_comes_first_in_either_form() {
    let cases: [(&str, &[&str], &[usize]); 4] = [
        ("threads: [{ name: 'm' }], objects: [{ type: 'thread', name: 'W' }]", &["m", "W"], &[1]),
        ("objects: [{ type: 'thread', name: 'W' }]", &["main", "W"], &[1]),
        (
            "objects: [{ type: 'thread', name: 'W' }, { type: 'thread', name: 'M', main_thread: true }]",
            &["M", "W"],
            &[1, 0],
        ),
        ("objects: [{ type: 'thread', name: 'M', main_thread: true }]", &["M"], &[0]),
    ];
    for (members, names, threads) in cases {
        let system = one_process(members);
        assert_eq!(thread_names(&system), names, "{members}");
        let kinds: Vec<_> = system.processes[0].objects.iter().map(|object| object.kind).collect();
        let expected: Vec<_> =
            threads.iter().map(|thread| ObjectKind::Thread { thread: *thread }).collect();
        assert_eq!(kinds, expected, "{members}");
    }
}

#[test]
fn a_board_may_differ_from_the_rest() {
    let system = system(
        "{ max_transfer_bytes: 100, boards: { linux: { max_transfer_bytes: 0x200 } },
           apps: [{ name: 'a', processes: [{ name: 'p' }] }] }",
    );
    assert_eq!(system.max_transfer_bytes_on("linux"), 512);
    assert_eq!(system.max_transfer_bytes_on("mps2_an385"), 100);
}

#[test]
fn constants_keep_their_types_to_the_last_digit() {
    let system = system(
        "{ apps: [{ name: 'a', processes: [{ name: 'p' }], constants: [
            { type: 'u64', name: 'BIG', value: 18446744073709551615 },
            { type: 'i64', name: 'SMALL', value: -9223372036854775808 },
            { type: 'bool', name: 'YES', value: true },
            { type: '&str', name: 'TEXT', value: 'a\"b' },
        ] }] }",
    );
    let values: Vec<_> =
        system.apps[0].constants.iter().map(|constant| constant.value.clone()).collect();
    let expected = [
        ConstantValue::Integer { type_name: "u64", value: u64::MAX.into() },
        ConstantValue::Integer { type_name: "i64", value: i64::MIN.into() },
        ConstantValue::Boolean(true),
        ConstantValue::Text("a\"b".to_owned()),
    ];
    assert_eq!(values, expected);
}

#[test]
fn processes_are_numbered_through_all_apps() {
    let system = system(
        "{ apps: [{ name: 'a', processes: [{ name: 'p' }, { name: 'q' }] }, { name: 'b', processes: [{ name: 'r' }] }] }",
    );
    let places: Vec<_> =
        system.processes.iter().map(|process| (process.name.as_str(), process.app)).collect();
    assert_eq!(places, [("p", 0), ("q", 0), ("r", 1)]);
    assert_eq!(system.process_index("r"), Some(2));
    assert_eq!(system.process_index("s"), None);
}

#[test]
fn what_differs_on_a_board_counts_there_and_nowhere_else() {
    let system = system(include_str!("corpus/interrupts_and_mappings.json5"));
    let found = |board: &str| {
        let system = system.on(board);
        let driver = &system.processes[0];
        let lines = driver.interrupts[0].lines.iter();
        let lines: Vec<_> = lines.map(|line| (line.name.clone(), line.number)).collect();
        let mappings: Vec<_> = driver.mappings.iter().map(Mapping::range).collect();
        (lines, mappings, system.has_line(0))
    };
    let lines = |number| vec![("RX".to_owned(), Some(number)), ("ERROR".to_owned(), None)];
    assert_eq!(found("linux"), (lines(0), vec![], true));
    let mapped = 0x4000_5000..0x4000_6000;
    assert_eq!(found("mps2_an385"), (lines(5), vec![mapped.clone()], false));
    assert_eq!(found("qemu_virt_rv32"), (lines(5), vec![mapped], false));
    assert_eq!(system.processes[0].objects[0].kind, ObjectKind::Interrupt { interrupt: 0 });
}

#[test]
fn what_a_process_declares_itself_is_checked_for_the_board_that_is_built_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("system.json5");
    let text = "{ apps: [{ name: 'a', processes: [{ name: 'p', memory_mappings: [
        { name: 'UART', type: 'device', start_address: 0x10000000, size_bytes: 0x100 }] }] }] }";
    std::fs::write(&path, text).expect("it can be written");
    assert!(guichet_system::load(&path).system.is_some());
    assert!(guichet_system::load_for(&path, "qemu_virt_rv32").system.is_some());
    for (board, expected) in [
        ("mps2_an505", "the mapping `UART` lies in the memory of `mps2_an505`"),
        ("linux", "Linux has no devices to map"),
    ] {
        let text = guichet_system::load_for(&path, board).diagnostics.render(false);
        assert!(text.contains(expected), "{text}");
    }
}
