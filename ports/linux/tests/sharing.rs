//! Shared memory (SH-1 to SH-6): that what the kernel says of it is what Linux does, to a program
//! that plays fair and to one that does not.

mod common;

use std::mem::MaybeUninit;
use std::thread;
use std::time::Duration;

use common::{EMPTY, RESETTING, Seen, children, run_sharers, shared_regions};
use guichet_kernel::{Span, System};
use guichet_port_linux::{Ending, Options, run};
use seccompiler::{SeccompAction, SeccompFilter, TargetArch};

/// Where the arena begins.
const SHARED: usize = 0x40_0000_0000;

/// Runs one process for each part, until all have ended.
fn play(parts: &[usize]) -> Seen {
    play_while(parts, || {})
}

fn play_while(parts: &[usize], meanwhile: impl FnOnce() + Send) -> Seen {
    let seen = run_sharers(parts, Duration::from_secs(20), meanwhile);
    assert!(matches!(seen.ending, Ok(Ending::NothingLeft)), "{parts:?}: {seen:?}");
    assert!(!seen.console.contains("not as expected"), "{parts:?}: {seen:?}");
    assert!(!seen.console.contains("a call failed"), "{parts:?}: {seen:?}");
    seen
}

fn assert_said(seen: &Seen, process: usize, texts: &[&str]) {
    let prefix = format!("[p{process}] ");
    let said: Vec<&str> =
        seen.console.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
    assert_eq!(said, texts, "{seen:?}");
}

/// Asserts that a process ended since it touched this place of the arena.
fn assert_fault(seen: &Seen, process: usize, place: usize) {
    let begin =
        format!("guichet: process `p{process}` faulted: it touched memory that is not its own");
    let address = format!("address {:#x})", SHARED + place);
    let fits = |line: &str| line.starts_with(&begin) && line.contains(&address);
    assert!(seen.console.lines().any(fits), "{address}: {seen:?}");
}

#[test]
fn what_one_writes_another_reads_and_no_more() {
    let seen = play(&[10, 11]);
    assert_said(&seen, 0, &["mapped", "at its end"]);
    assert_said(&seen, 1, &["read it"]);
    assert_fault(&seen, 1, 8);
}

#[test]
fn what_is_unmapped_is_gone() {
    let seen = play(&[12]);
    assert_said(&seen, 0, &[]);
    assert_fault(&seen, 0, 16);
}

#[test]
fn the_lender_has_nothing_while_it_lends() {
    let seen = play(&[13, 14]);
    assert_said(&seen, 0, &[]);
    assert_fault(&seen, 0, 24);
}

#[test]
fn what_is_returned_is_the_lenders_again() {
    let seen = play(&[20, 21]);
    assert_said(&seen, 0, &["came back", "at its end"]);
    assert_said(&seen, 1, &["borrowed"]);
    assert_fault(&seen, 1, 32);
}

#[test]
fn what_a_dead_process_has_lent_on_comes_back() {
    let seen = play(&[22, 23, 24]);
    assert_said(&seen, 0, &["came back", "at its end"]);
    assert_said(&seen, 1, &["at its end"]);
    assert_said(&seen, 2, &[]);
    assert_fault(&seen, 2, 40);
}

#[test]
fn four_regions_can_be_mapped_and_no_fifth() {
    let seen = play(&[17]);
    assert_said(&seen, 0, &["no fifth", "but another"]);
    assert_fault(&seen, 0, 2 * 4096);
}

#[test]
fn the_kernel_copies_what_nobody_has_mapped() {
    let seen = play(&[18]);
    assert_said(&seen, 0, &["copied", "copied inside", "and found"]);
    assert_fault(&seen, 0, 2 * 4096 + 16);
}

#[test]
fn what_was_shared_is_gone_when_the_board_starts_anew() {
    let seen = run_sharers(&[RESETTING], Duration::from_secs(20), || {});
    assert!(matches!(seen.ending, Ok(Ending::Shutdown(0))), "{seen:?}");
    assert!(seen.console.matches("[p0] zero\n").count() > 1, "{seen:?}");
    assert!(!seen.console.contains("not as expected"), "{seen:?}");
}

#[test]
fn a_program_maps_nothing_by_itself() {
    let seen = play(&[30]);
    assert_said(&seen, 0, &["no such call"; 4]);
    assert_fault(&seen, 0, 48);
    let seen = play(&[31]);
    assert_said(&seen, 0, &["no such call", "no such call", "still there"]);
    assert_fault(&seen, 0, 56);
}

#[test]
fn other_calls_about_the_arena_are_the_end_of_their_caller() {
    let calls = [
        (32, "mprotect"),
        (33, "mremap"),
        (34, "mmap of the arena elsewhere"),
        (35, "mmap of the arena to be executed"),
        (36, "mmap of the arena that replaces nothing"),
        (37, "munmap of what lies below"),
        (38, "ptrace"),
    ];
    for (part, call) in calls {
        let seen = play(&[part]);
        assert_said(&seen, 0, &[]);
        assert!(seen.console.contains("Linux signal SIGSYS ended it"), "{call}: {seen:?}");
    }
}

#[test]
fn who_pretends_to_stand_still_loses_it_too() {
    for pretender in [40, 43] {
        let seen = play(&[pretender, 41]);
        assert_said(&seen, 0, &[]);
        assert_said(&seen, 1, &["it runs", "it stands", "at its end"]);
        let expected = "guichet: process `p0` faulted: it touched memory that is not its own (Linux \
                        signal SIGSEGV ended it)\n";
        assert!(seen.console.contains(expected), "{pretender}: {seen:?}");
    }
}

#[test]
fn no_call_of_a_programs_own_passes_while_another_is_made_for_it() {
    // It really runs meanwhile, if there is another CPU.
    let seen = run_sharers(&[46, 47], Duration::from_secs(60), || free(first_of_two_children()));
    assert!(matches!(seen.ending, Ok(Ending::Shutdown(0))), "{seen:?}");
    assert_eq!(seen.console, "[p1] it runs\n[p1] it has nothing else\n");
}

#[test]
fn code_of_other_segments_is_no_obstacle() {
    let seen = run_sharers(&[48, 49], Duration::from_secs(20), || {});
    assert!(matches!(seen.ending, Ok(Ending::Shutdown(0))), "{seen:?}");
    assert_eq!(seen.console, "");
}

/// Lets a process run on other CPUs than the supervisor's, which it was pinned to.
fn free(pid: i32) {
    let mut all = MaybeUninit::<libc::cpu_set_t>::zeroed();
    let length = size_of::<libc::cpu_set_t>();
    // SAFETY: whole sets; all zeroes is the empty one.
    unsafe {
        assert_eq!(libc::sched_getaffinity(pid, length, all.as_mut_ptr()), 0);
        let mut all = all.assume_init();
        let own = (0..1024).find(|cpu| libc::CPU_ISSET(*cpu, &all));
        (0..1024).for_each(|cpu| libc::CPU_SET(cpu, &mut all));
        own.into_iter().for_each(|cpu| libc::CPU_CLR(cpu, &mut all));
        // On a machine with one CPU this fails.
        libc::sched_setaffinity(pid, length, &all);
    }
}

/// Waits until there are two children, and gives the first.
fn first_of_two_children() -> i32 {
    while children().len() < 2 {
        thread::sleep(Duration::from_millis(1));
    }
    children().into_iter().min().expect("two children")
}

#[test]
fn who_cannot_be_made_to_lose_it_is_ended() {
    let debug = || {
        let first = first_of_two_children();
        thread::sleep(Duration::from_millis(300));
        // SAFETY: a child of this process is traced by this thread, which changes nothing about it.
        let traced = unsafe { libc::ptrace(libc::PTRACE_SEIZE, first, 0, 0) };
        assert_eq!(traced, 0);
        thread::sleep(Duration::from_millis(600));
    };
    // All of it, or only the right to write.
    for lender in [45, 42] {
        let seen = play_while(&[44, lender], debug);
        assert_said(&seen, 0, &[]);
        assert_said(&seen, 1, &["at once", "at its end"]);
        let expected = "guichet: process `p0` faulted: it was killed from outside the system (while what \
                        it shares was changed: by somebody, or because a debugger holds it)\n";
        assert!(seen.console.contains(expected), "{lender}: {seen:?}");
    }
}

#[test]
fn who_is_stopped_from_outside_loses_it_too() {
    let stop_and_continue = || {
        let first = first_of_two_children();
        for (delay, signal) in [(300, libc::SIGSTOP), (600, libc::SIGCONT)] {
            thread::sleep(Duration::from_millis(delay));
            // SAFETY: a signal to a child of this process, which is not collected while it runs.
            unsafe { libc::kill(first, signal) };
        }
    };
    let seen = play_while(&[44, 45], stop_and_continue);
    assert_said(&seen, 0, &[]);
    assert_said(&seen, 1, &["at once", "at its end"]);
    assert_fault(&seen, 0, 72);
}

#[test]
fn a_linux_without_ptrace_is_told_of_at_the_start() {
    let run = || {
        let filter: seccompiler::BpfProgram = SeccompFilter::new(
            [(libc::SYS_ptrace, Vec::new())].into(),
            SeccompAction::Allow,
            SeccompAction::Errno(libc::EPERM as u32),
            TargetArch::x86_64,
        )
        .and_then(TryInto::try_into)
        .expect("a filter");
        seccompiler::apply_filter(&filter).expect("seccomp");
        run_sharers(&[14], Duration::from_secs(20), || {})
    };
    let seen = thread::spawn(run).join().expect("no panic");
    let error = seen.ending.expect_err("a run without ptrace").to_string();
    assert!(error.contains("ptrace") && error.contains("yama.ptrace_scope=1"), "{error}");
}

#[test]
fn a_region_where_none_can_lie_is_refused() {
    let span = Span { start: SHARED, end: SHARED + 4095 };
    let shared_regions = shared_regions(&[span], 0);
    let system = System { shared_regions: &shared_regions, ..EMPTY };
    let options = Options { timeout: None, console: Box::new(std::io::sink()) };
    let error = run(&system, &[], options).expect_err("part of a page");
    let expected = "shared memory region 0 lies at 0x4000000000 to 0x4000000fff; on Linux regions \
                    lie one after the other from 0x4000000000 on, in whole pages of 4096 bytes";
    assert_eq!(error.to_string(), expected);
}
