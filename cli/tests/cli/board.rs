//! Systems on an emulated board: the same output as on Linux, walls, and the ways in which a run
//! ends (TL-1, PR-2, PR-7).

use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{fs, io, thread};

use rustix::process::Signal;

use crate::common::{
    LinuxProcess, Seen, edit, folder, guichet, has_boards, new_system, read_until, repository, run,
    run_typing, seen,
};
use crate::run::TYPED;

/// One board for what does not depend on the kind of machine.
const BOARD: &str = "qemu_virt_rv32";
/// One board of each kind of wall.
const KINDS: [&str; 3] = ["qemu_virt_rv32", "mps2_an385", "mps2_an505"];

/// The names of all boards.
fn boards() -> impl Iterator<Item = &'static str> {
    guichet::boards::BOARDS.iter().map(|board| board.name)
}

/// Runs the system in the folder `small` of `folder`.
fn run_small(folder: &Path, board: &str) -> Seen {
    run(folder, &["run", "small", "--board", board, "--timeout", "60"])
}

/// A system with these programs of the initiator and the handler.
fn system(folder: &Path, initiator: &str, handler: &str) -> PathBuf {
    let system = new_system(folder, "small");
    for (process, text) in [("initiator", initiator), ("handler", handler)] {
        fs::write(system.join(process).join("src/main.rs"), text).expect("a program");
    }
    system
}

#[test]
fn the_example_prints_what_it_prints_on_linux() {
    if !has_boards() {
        return;
    }
    let on = |board| {
        let seen =
            run(repository(), &["run", "examples/uppercase", "--board", board, "--timeout", "60"]);
        seen.ends_with(0);
        seen.output
    };
    let here = on("linux");
    assert!(here.starts_with("[initiator] GUICHET: "), "{here}");
    for board in boards() {
        assert_eq!(on(board), here, "{board}");
    }
}

/// PR-3, PR-5: a process that is ended and started again by another one, here and on a board of each kind.
#[test]
fn the_supervisor_brings_its_worker_back() {
    for board in ["linux", "qemu_virt_rv32", "mps2_an385"] {
        if board != "linux" && !has_boards() {
            return;
        }
        let arguments = ["run", "examples/supervisor", "--board", board, "--timeout", "60"];
        let seen = run(repository(), &arguments);
        seen.ends_with(0);
        for client in ["first", "second"] {
            let line = format!("[{client}] 16 squares, and 4 numbers that nobody survives\n");
            assert!(seen.output.contains(&line), "{board}: {}", seen.output);
        }
        // How often, depends on whose number comes first; a number that nobody survives takes one life at least.
        let last = seen.output.lines().last().unwrap_or_default();
        let count = last.strip_prefix("[supervisor] the worker died ").and_then(|rest| {
            rest.strip_suffix(" times, and everybody has got what there was to get")
        });
        let deaths: u32 = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        assert!(deaths >= 4, "{board}: {last}");
    }
}

/// EP-3, EP-7: producers at different rates, a log with back-pressure, and a reader that finds nothing missing but
/// what was dropped; it ends the run with an error otherwise.
#[test]
fn the_log_of_the_telemetry_misses_what_was_dropped_and_nothing_else() {
    for board in ["linux", "qemu_virt_rv32", "mps2_an385"] {
        if board != "linux" && !has_boards() {
            return;
        }
        let arguments = ["run", "examples/telemetry", "--board", board, "--timeout", "60"];
        let seen = run(repository(), &arguments);
        seen.ends_with(0);
        let says = |text: &str| assert!(seen.output.contains(text), "{board}: {}", seen.output);
        says("[reader] steady: 60 records of 60 things; 0 missing, 0 dropped\n");
        says(" records of 100 things; 0 missing, 0 dropped\n");
        let bursty = seen.output.lines().find(|line| line.starts_with("[reader] bursty: "));
        let missing = bursty.and_then(|line| line.split_once("; ")).map(|(_, rest)| rest);
        assert!(missing.is_some_and(|rest| !rest.starts_with("0 missing")), "{board}: {bursty:?}");
    }
}

/// SH-3: a hundred frames go from a camera through a filter to a consumer and back, and nobody copies them; the
/// camera ends the run with an error otherwise.
#[test]
fn the_frames_of_the_camera_are_not_copied() {
    for board in ["linux", "qemu_virt_rv32", "mps2_an385", "mps2_an505", "lm3s6965evb"] {
        if board != "linux" && !has_boards() {
            return;
        }
        let arguments = ["run", "examples/camera", "--board", board, "--timeout", "60"];
        let seen = run(repository(), &arguments);
        seen.ends_with(0);
        let expected = "[camera] 100 frames went through, 1638400 bytes; 0 of them were copied\n";
        assert!(seen.output.contains(expected), "{board}: {}", seen.output);
    }
}

/// NR-3, SM-8, AM-4: the server of a network dies four times, and nothing is missing but what the radio has lost; the
/// clients end with an error otherwise. On Linux the radio is a capsule, and somebody outside sends a note to the lamp.
#[test]
fn the_network_survives_its_server() {
    let outside = thread::spawn(send_a_note);
    for board in ["linux", "qemu_virt_rv32", "mps2_an385", "lm3s6965evb"] {
        if board != "linux" && !has_boards() {
            break;
        }
        let arguments = ["run", "examples/thread_network", "--board", board, "--timeout", "60"];
        let seen = run(repository(), &arguments);
        seen.ends_with(0);
        let says = |text: &str| assert!(seen.output.contains(text), "{board}: {}", seen.output);
        says("[switch] found the server again 4 times\n");
        says("[lamp] found the server again 4 times\n");
        // If another program has the port, the server does without.
        if seen.output.contains("the air is UDP") {
            assert_eq!(board, "linux");
            says("[lamp] a note: good evening\n");
        } else {
            says("[server] the air is simulated\n");
            let clients_without_loss = seen.output.matches("the radio lost 0\n").count();
            assert!(clients_without_loss < 2, "{board}: {}", seen.output);
        }
    }
    outside.join().unwrap().unwrap();
}

/// Waits for a packet of the network in examples/thread_network, and then sends one to the lamp's port 2.
fn send_a_note() -> io::Result<()> {
    // Perhaps another program listens; then it answers.
    let Ok(outside) = UdpSocket::bind("127.0.0.1:19789") else { return Ok(()) };
    outside.set_read_timeout(Some(Duration::from_secs(60)))?;
    if outside.recv_from(&mut [0; 64]).is_ok() {
        outside.send_to(b"\x02\x00good evening", "127.0.0.1:19788")?;
    }
    Ok(())
}

#[test]
fn what_is_typed_reaches_the_driver_of_the_serial_port() {
    if !has_boards() {
        return;
    }
    let (input, output) = TYPED;
    for board in boards() {
        let arguments = ["run", "examples/console", "--board", board, "--timeout", "60"];
        let seen = run_typing(repository(), &arguments, input);
        assert_eq!(seen.ends_with(0).output, output, "{board}");
    }
}

#[test]
fn a_fault_ends_one_process_and_the_others_are_told() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let overflow = include_str!("programs/overflowing_handler.rs");
    system(folder.path(), include_str!("programs/bereaved_initiator.rs"), overflow);
    for board in boards() {
        let seen = run_small(folder.path(), board);
        // The initiator shuts the system down with what it was told: Unavailable.
        seen.ends_with(14);
        let lines: Vec<&str> = seen.output.lines().collect();
        let [fault, told] = lines[..] else { panic!("{board}: {seen:#?}") };
        let cause = "guichet: process `handler` faulted: it ran past the end of its stack (pc 0x";
        assert!(fault.starts_with(cause), "{board}: {seen:#?}");
        assert_eq!(told, "[initiator] Unavailable", "{board}");
    }
}

#[test]
fn a_run_in_which_all_leave_ends_with_its_own_status() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let leaver = include_str!("programs/leaver.rs");
    system(folder.path(), leaver, leaver);
    for board in boards() {
        let seen = run_small(folder.path(), board);
        seen.ends_with(24);
        let left = "guichet: process `initiator` exited with status 0\n\
                    guichet: process `handler` exited with status 0\n\
                    guichet: every process has ended and nothing can happen any more";
        assert!(seen.output.starts_with(left), "{board}: {seen:#?}");
    }
}

#[test]
fn time_and_ctrl_c_end_a_run_and_leave_no_emulator() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let patient = include_str!("programs/patient_initiator.rs");
    system(folder.path(), patient, include_str!("programs/silent_handler.rs"));
    for board in KINDS {
        time_and_ctrl_c_end_a_run_on(folder.path(), board);
    }
}

fn time_and_ctrl_c_end_a_run_on(folder: &Path, board: &str) {
    let arguments = ["run", "small", "--board", board];
    let seen_late = run(folder, &[&arguments[..], &["--timeout", "0.5"]].concat());
    seen_late.ends_with(124).says(&["the run was ended after 500ms, as --timeout asks"]);
    let mut command = guichet(folder);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it can be run");
    read_until(child.stdout.as_mut().expect("a pipe"), "[handler] asked");
    let emulators = LinuxProcess::of(&child).children();
    assert_eq!(emulators.len(), 1);
    LinuxProcess::of(&child).signal(Signal::INT);
    seen(child.wait_with_output().expect("it ends")).ends_with(130);
    assert!(!emulators[0].is_alive());
}

#[test]
fn what_does_not_fit_is_told_with_who_uses_what() {
    if !has_boards() {
        return;
    }
    let folder = folder();
    let system = new_system(folder.path(), "large");
    let text = fs::read_to_string(system.join("system.json5")).expect("the file");
    let budget = text.lines().find(|line| line.contains("ram_size_bytes")).expect("a budget");
    edit(&system.join("system.json5"), budget, "ram_size_bytes: 3000,");
    let seen = run(folder.path(), &["run", "large", "--board", BOARD]);
    seen.ends_with(22).says(&[
        "does not fit: app `",
        "` has 3000 bytes of RAM, and ",
        " initiator",
    ]);
    seen.says(&["help: raise the budget"]);
    let parts = system.join("target");
    assert!(!parts.exists(), "nothing is written where nobody asked for it");
}

#[test]
fn two_folders_give_the_same_image() {
    if !has_boards() {
        return;
    }
    for board in KINDS {
        two_folders_give_the_same_image_for(board);
    }
}

fn two_folders_give_the_same_image_for(board: &str) {
    let folders = [folder(), folder()];
    let images = folders.each_ref().map(|folder| {
        let name = folder.path().file_name().expect("a name").to_str().expect("text").to_owned();
        let system = new_system(folder.path(), "twin");
        let seen = run(&system, &["build", "--board", board]);
        let line = seen.ends_with(0).output.lines().last().expect("a line").to_owned();
        let file = line.strip_prefix("image: ").expect(&name).to_owned();
        loaded(&fs::read(file).expect("an image"))
    });
    assert!(images[0].iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 10_000);
    assert!(images[0] == images[1], "{board}: the images differ in what is loaded");
}

#[test]
fn no_panic_is_linked_into_the_kernel() {
    if !has_boards() {
        return;
    }
    for board in boards() {
        let seen = run(repository(), &["build", "examples/uppercase", "--board", board]);
        let lines = seen.ends_with(0).output.lines();
        let counts: Vec<(&str, usize)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, file)| (name, panics(&fs::read(file).expect("an image"))))
            .collect();
        // Programs may panic; that they are found to shows that the kernel's would be found.
        let [("initiator", initiator), ("handler", handler), ("image", kernel)] = counts[..] else {
            panic!("{board}: {seen:#?}")
        };
        assert!(initiator > 0 && handler > 0, "{board}: {counts:?}");
        assert_eq!(kernel, 0, "{board}");
    }
}

/// How many functions a panic would run through.
fn panics(image: &[u8]) -> usize {
    use object::read::elf::ElfFile32;
    use object::{LittleEndian, Object, ObjectSymbol};
    let elf = ElfFile32::<LittleEndian>::parse(image).expect("an ELF file");
    let names = elf.symbols().filter_map(|symbol| symbol.name().ok().map(str::to_owned));
    names.filter(|name| name.contains("panic") || name.contains("begin_unwind")).count()
}

/// Every segment that a loader copies: where to, and what.
fn loaded(image: &[u8]) -> Vec<(u32, Vec<u8>)> {
    use object::LittleEndian;
    use object::read::elf::{ElfFile32, ProgramHeader};
    let elf = ElfFile32::<LittleEndian>::parse(image).expect("an ELF file");
    let segments = elf.elf_program_headers().iter();
    let loaded = segments.filter(|segment| segment.p_type(LittleEndian) == object::elf::PT_LOAD);
    loaded
        .map(|segment| {
            let data = segment.data(LittleEndian, image).expect("its bytes");
            (segment.p_paddr(LittleEndian), data.to_vec())
        })
        .collect()
}
