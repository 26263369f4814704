//! Process and thread objects, and restart policies. Process 0 is the initiator, 1 the handler.

use guichet_abi::{Error, ExitStatus, Fault, FaultCause, Signals, Syscall};

use crate::process::GiveUp;
use crate::testing::{
    FIRST_THREAD, Machine, OTHER_PROCESS, base, declared, machine, unbooted, writable,
};
use crate::*;

const NEVER: [usize; 2] = [usize::MAX, usize::MAX];
const PC: usize = 0x40;

fn joined(machine: &mut Machine, thread: usize, handle: usize) -> Result<ExitStatus, Error> {
    machine
        .now(thread, Syscall::TaskJoin, &[handle])
        .map(|(which, value)| ExitStatus::from_words(which, value).unwrap())
}

fn wait_joinable(machine: &mut Machine, thread: usize, handle: usize) {
    let mask = Signals::JOINABLE.bits() as usize;
    machine.call(thread, Syscall::ObjectWait, &[handle, mask, NEVER[0], NEVER[1]]);
}

fn sleep(machine: &mut Machine, thread: usize) {
    machine.call(thread, Syscall::SleepUntil, &NEVER);
}

fn state(machine: &mut Machine, process: usize) -> ProcessState {
    machine.kernel().process(ProcessIndex::new(process)).unwrap().state()
}

fn policy(max_restarts: Option<u8>, on_give_up: GiveUp) -> RestartPolicy {
    RestartPolicy { on_fault: true, on_exit: false, delay_ticks: 10, max_restarts, on_give_up }
}

#[test]
fn a_thread_starts_once_and_its_status_is_collected_once() {
    let mut machine = machine(&[15, 20], &[10]);
    let second = FIRST_THREAD + 1;
    assert_eq!(joined(&mut machine, 0, second), Err(Error::Unavailable));
    let end = writable(0) + 64;
    machine.call(0, Syscall::ThreadStart, &[second, PC, end + 7]);
    assert_eq!(machine.port.started, [(ThreadIndex::new(1), PC, end)]); // rounded down
    assert_eq!(machine.running(), 1, "it is more important");
    assert_eq!(machine.now(1, Syscall::ThreadStart, &[second, PC, end]), Err(Error::AlreadyExists));
    assert_eq!(joined(&mut machine, 1, second), Err(Error::Unavailable));
    machine.call(1, Syscall::ThreadExit, &[9]);
    assert_eq!(machine.returned(0), Some(Ok((0, 0))));
    wait_joinable(&mut machine, 0, second);
    let joinable = Signals::JOINABLE.bits() as usize;
    assert_eq!(machine.returned(0), Some(Ok((0, joinable))));
    assert_eq!(joined(&mut machine, 0, second), Ok(ExitStatus::Success(9)));
    assert_eq!(joined(&mut machine, 0, second), Err(Error::Unavailable));
    machine.call(0, Syscall::ThreadStart, &[second, PC, end]);
    assert_eq!(machine.running(), 1, "it can be started again");
}

#[test]
fn a_thread_start_that_is_refused_changes_nothing() {
    let mut machine = machine(&[15, 15], &[10]);
    let second = FIRST_THREAD + 1;
    let good = writable(0) + 64;
    for (handle, stack_pointer, error) in [
        (OTHER_PROCESS, good, Error::InvalidArgument),
        (0, good, Error::InvalidArgument),
        (99, good, Error::OutOfRange),
        (second, writable(0) + 8, Error::PermissionDenied), // partly in memory that is read only
        (second, base(1) + 64, Error::PermissionDenied),
        (second, 0, Error::PermissionDenied),
        (second, 15, Error::PermissionDenied),
        (second, usize::MAX, Error::PermissionDenied),
    ] {
        let result = machine.now(0, Syscall::ThreadStart, &[handle, PC, stack_pointer]);
        assert_eq!(result, Err(error), "{handle} {stack_pointer:#x}");
    }
    assert_eq!(machine.port.started, []);
}

#[test]
fn a_thread_that_is_terminated_withdraws_what_it_blocks_in() {
    let mut machine = machine(&[20, 15], &[10]);
    let second = FIRST_THREAD + 1;
    machine.call(0, Syscall::ThreadStart, &[second, PC, writable(0) + 64]);
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    machine.transact(1, 4, 8, u64::MAX);
    machine.pass(5);
    assert_eq!(machine.now(0, Syscall::TaskTerminate, &[second]), Ok((0, 0)));
    let status = joined(&mut machine, 0, second);
    assert_eq!(status, Ok(ExitStatus::TerminatedBySyscall)); // PR-5
    let again = machine.now(0, Syscall::TaskTerminate, &[second]);
    assert_eq!(again, Err(Error::Unavailable));
    sleep(&mut machine, 0);
    let none = machine.read(2, 0, 4);
    assert_eq!(none, Err(Error::Unavailable), "the transaction is withdrawn");
}

#[test]
fn the_last_thread_takes_its_process_along() {
    let mut machine = machine(&[15], &[20]);
    wait_joinable(&mut machine, 1, OTHER_PROCESS);
    machine.call(0, Syscall::TaskTerminate, &[FIRST_THREAD]);
    assert_eq!(state(&mut machine, 0), ProcessState::Stopped);
    assert_eq!(machine.running(), 1);
    assert_eq!(joined(&mut machine, 1, OTHER_PROCESS), Ok(ExitStatus::TerminatedBySyscall));
}

#[test]
fn how_a_process_ended_is_known_even_when_it_runs_again() {
    let mut machine = machine(&[15], &[20]);
    wait_joinable(&mut machine, 1, OTHER_PROCESS);
    let fault = Fault { cause: FaultCause::MemoryAccess, pc: 0x111, address: 0x222 };
    machine.step(Event::Fault(fault));
    assert_eq!(machine.running(), 1);
    assert_eq!(machine.now(1, Syscall::ProcessStart, &[OTHER_PROCESS]), Ok((0, 0)));
    assert_eq!(state(&mut machine, 0), ProcessState::Running);
    let again = machine.now(1, Syscall::ProcessStart, &[OTHER_PROCESS]);
    assert_eq!(again, Err(Error::AlreadyExists));
    wait_joinable(&mut machine, 1, OTHER_PROCESS);
    assert!(machine.returned(1).is_some(), "its status was not collected yet");
    let status = joined(&mut machine, 1, OTHER_PROCESS);
    assert_eq!(status, Ok(ExitStatus::UnhandledException(0)));
    assert_eq!(joined(&mut machine, 1, OTHER_PROCESS), Err(Error::Unavailable));
    let which = 1 << 8 | FaultCause::MemoryAccess as usize;
    let part =
        |machine: &mut Machine, part| machine.now(1, Syscall::TaskFault, &[OTHER_PROCESS, part]);
    assert_eq!(part(&mut machine, 0), Ok((which, 0x111)));
    assert_eq!(part(&mut machine, 1), Ok((which, 0x222)));
    assert_eq!(part(&mut machine, 2), Err(Error::InvalidArgument));
    machine.now(1, Syscall::TaskTerminate, &[OTHER_PROCESS]).unwrap();
    assert_eq!(part(&mut machine, 0), Err(Error::Unavailable), "its latest end was no fault");
}

#[test]
fn every_end_has_its_status() {
    let fault = |cause| Event::Fault(Fault::new(cause));
    let exit = Event::Call(Call { number: Syscall::ProcessExit as usize, arguments: [5; 7] });
    for (event, status) in [
        (exit, ExitStatus::Success(5)),
        (fault(FaultCause::IllegalInstruction), ExitStatus::UnhandledException(0)),
        (fault(FaultCause::Panic), ExitStatus::UnhandledException(0)),
        (fault(FaultCause::Killed), ExitStatus::TerminatedByKernel),
        (fault(FaultCause::Unresponsive), ExitStatus::TerminatedByKernel),
    ] {
        let mut machine = machine(&[20], &[15]);
        machine.step(event);
        assert_eq!(joined(&mut machine, 1, OTHER_PROCESS), Ok(status));
    }
}

#[test]
fn a_manual_process_starts_when_it_is_told_to_and_transactions_wait_for_it() {
    let mut machine = declared(&[17, 16], &[15], |processes| processes[1].starts_at_boot = false);
    machine.boot();
    assert_eq!(state(&mut machine, 1), ProcessState::Unstarted);
    let stack = writable(0) + 64;
    machine.call(0, Syscall::ThreadStart, &[FIRST_THREAD + 1, PC, stack]);
    machine.call(0, Syscall::SleepUntil, &[5, 0]);
    machine.transact(1, 4, 8, u64::MAX); // CH-8: it waits
    machine.pass(5);
    assert_eq!(machine.running(), 0);
    assert_eq!(joined(&mut machine, 0, OTHER_PROCESS), Err(Error::Unavailable));
    assert_eq!(machine.now(0, Syscall::TaskTerminate, &[OTHER_PROCESS]), Err(Error::Unavailable));
    assert_eq!(machine.now(0, Syscall::ProcessStart, &[OTHER_PROCESS]), Ok((0, 0)));
    sleep(&mut machine, 0);
    machine.call(2, Syscall::ChannelRespond, &[0, base(1), 4]);
    assert_eq!(machine.returned(1), Some(Ok((4, 0))));
}

#[test]
fn a_policy_restarts_what_has_faulted_after_its_delay() {
    let mut machine = declared(&[15], &[15], |processes| {
        processes[1].restart = policy(None, GiveUp::Stop);
    });
    machine.boot();
    machine.transact(0, 4, 8, u64::MAX);
    machine.port.now = 100;
    machine.step(Event::Fault(Fault::new(FaultCause::Panic)));
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable))); // CH-8, at that moment
    assert_eq!(state(&mut machine, 1), ProcessState::Faulted);
    machine.transact(0, 4, 8, u64::MAX); // this one waits for the restart
    assert!(machine.is_idle());
    assert_eq!(machine.port.alarm.map(Instant::ticks), Some(110));
    assert!(!machine.kernel().is_over());
    machine.pass(109);
    assert!(machine.is_idle());
    machine.pass(110);
    assert_eq!(machine.running(), 1);
    assert_eq!(machine.kernel().process(ProcessIndex::new(1)).unwrap().incarnation, 2);
    assert_eq!(machine.respond(1, 4), Ok(()));
    machine.call(1, Syscall::ProcessExit, &[0]); // no policy for that
    assert_eq!(machine.returned(0), Some(Ok((4, 0))));
    machine.transact(0, 4, 8, u64::MAX);
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable)));
}

#[test]
fn a_policy_gives_up_as_declared() {
    for (give_up, action) in [
        (GiveUp::Stop, Action::Return),
        (GiveUp::Shutdown, Action::Shutdown),
        (GiveUp::ResetBoard, Action::Reset),
    ] {
        let mut machine = declared(&[15], &[15], |processes| {
            processes[1].restart = policy(Some(2), give_up);
        });
        machine.boot();
        machine.transact(0, 4, 8, u64::MAX);
        for now in [100, 200, 300] {
            machine.port.now = now;
            machine.step(Event::Fault(Fault::new(FaultCause::Panic)));
            if now < 300 {
                assert_eq!(machine.returned(0), Some(Err(Error::Unavailable)));
                machine.transact(0, 4, 8, u64::MAX);
                machine.pass(now + 10);
            }
        }
        assert_eq!(machine.outcome.action, action);
        let status = if give_up == GiveUp::Shutdown { Error::Unavailable as u32 } else { 0 };
        if action != Action::Return {
            assert_eq!(machine.outcome.results.status, status);
        }
    }
}

#[test]
fn a_policy_that_stops_takes_nothing_from_one_that_ends_everything() {
    for order in [[GiveUp::Shutdown, GiveUp::Stop], [GiveUp::Stop, GiveUp::Shutdown]] {
        let mut machine = declared(&[15], &[15], |processes| {
            for (process, give_up) in processes.iter_mut().zip(order) {
                process.restart = policy(Some(1), give_up);
            }
        });
        machine.port.refuses_start = true;
        machine.boot();
        assert!(machine.is_idle(), "both are to be tried again");
        machine.pass(10); // both fail again, in one step
        assert_eq!(machine.outcome.action, Action::Shutdown);
    }
}

#[test]
fn a_start_by_hand_comes_before_the_policy_and_a_termination_forgets_it() {
    let mut machine = declared(&[15], &[20], |processes| {
        processes[1].restart = policy(Some(1), GiveUp::Stop);
    });
    machine.boot();
    machine.step(Event::Fault(Fault::new(FaultCause::Panic)));
    machine.call(0, Syscall::ProcessStart, &[OTHER_PROCESS]);
    assert_eq!(machine.running(), 1);
    machine.step(Event::Fault(Fault::new(FaultCause::Panic))); // counted anew
    assert_eq!(machine.returned(0), Some(Ok((0, 0))));
    assert_eq!(machine.port.alarm.map(Instant::ticks), Some(10));
    machine.transact(0, 4, 8, 5);
    machine.pass(5);
    assert_eq!(machine.returned(0), Some(Err(Error::DeadlineExceeded)));
    assert_eq!(machine.now(0, Syscall::TaskTerminate, &[OTHER_PROCESS]), Ok((0, 0)));
    assert_eq!(state(&mut machine, 1), ProcessState::Stopped);
    machine.transact(0, 4, 8, u64::MAX);
    assert_eq!(machine.returned(0), Some(Err(Error::Unavailable)), "nobody comes any more");
    machine.pass(10);
    assert_eq!(state(&mut machine, 1), ProcessState::Stopped);
}

#[test]
fn a_process_that_cannot_be_started_again_is_tried_again() {
    let mut machine = declared(&[15], &[20], |processes| {
        processes[1].restart = policy(Some(2), GiveUp::Stop);
    });
    machine.boot();
    machine.port.refuses_start = true;
    machine.step(Event::Fault(Fault::new(FaultCause::Panic)));
    machine.pass(10);
    assert_eq!(machine.port.alarm.map(Instant::ticks), Some(20));
    machine.pass(20);
    assert_eq!(machine.port.alarm, None);
    assert_eq!(joined(&mut machine, 0, OTHER_PROCESS), Ok(ExitStatus::TerminatedByKernel));
}

#[test]
fn ten_thousand_lives_are_ten_thousand_identities() {
    let mut machine = unbooted(&[15], &[20]);
    machine.boot();
    let index = ProcessIndex::new(1);
    let mut ids = std::collections::HashSet::new();
    for _ in 0..10_000 {
        assert!(ids.insert(machine.kernel().process(index).unwrap().id(index)));
        machine.call(1, Syscall::ProcessExit, &[0]);
        machine.call(0, Syscall::ProcessStart, &[OTHER_PROCESS]);
    }
    assert_eq!(machine.running(), 1);
}

#[test]
fn incarnations_run_out_and_then_nothing_starts() {
    let mut machine = machine(&[15], &[20]);
    machine.set_incarnation(1, ProcessId::LAST_INCARNATION);
    machine.call(1, Syscall::ProcessExit, &[0]);
    let refused = machine.now(0, Syscall::ProcessStart, &[OTHER_PROCESS]);
    assert_eq!(refused, Err(Error::ResourceExhausted)); // PR-1
}
