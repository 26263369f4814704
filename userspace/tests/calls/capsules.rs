//! What the clients of capsules do, call by call: what a capsule sees of them, and that they leave
//! nothing behind.

use std::sync::atomic::{AtomicUsize, Ordering};

use guichet_abi::{CommandReturn, Error, ErrorCode, driver};
use userspace::ProcessId;
use userspace::allow::{Allowed, with_read_only, with_read_write};
use userspace::channel::StaticBuffer;
use userspace::inbox::{self, Allowlist, Inbox, InboxError, Notice, SendError};
use userspace::mailbox::{
    self, Buffers, Client, MailboxError, Pending, Progress, Response, Server,
};
use userspace::registry::{self, Name, RegistryError};
use userspace::syscall::{self, CapsuleError, Subscription, Yielded};
use userspace::time::Instant;
use userspace::upcall::{self, Event, Source, Upcalls};

use crate::simulation::{Simulation, fail, simulate};

const MAILBOX: u32 = driver::SYNC_MAILBOX;
const INBOX: u32 = driver::ASYNC_MAILBOX;
const REGISTRY: u32 = driver::NAME_REGISTRY;
const UPCALLS: Upcalls = Upcalls::new(3);
const SENSOR: Name = Name::new("sensor");

fn peer() -> ProcessId {
    ProcessId::from_word(0x102).unwrap()
}

fn nothing(_: &mut Simulation, _: [u32; 4]) -> CommandReturn {
    CommandReturn::success()
}

fn buffers() -> Buffers {
    Buffers { request: vec![7; 4].leak(), response: vec![0; 4].leak() }
}

#[test]
fn a_command_hands_back_what_the_capsule_says() {
    let given = CommandReturn::failure_u32(ErrorCode::Size, 9);
    let (result, kernel, _) = simulate(move |_, _| given, || syscall::command(5, 6, 7, u32::MAX));
    assert_eq!(result, Ok(given));
    assert_eq!(kernel.commanded, Some([5, 6, 7, u32::MAX]));
}

#[test]
fn a_lent_buffer_is_back_when_the_body_ends() {
    let mut room = [0; 4];
    let program = || {
        let body = || syscall::command(1, 1, 0, 0);
        with_read_only(1, 2, b"abc", || with_read_write(1, 2, &mut room, body))
    };
    let copy = |kernel: &mut Simulation, _| {
        kernel.write((1, 2), kernel.read((1, 2)));
        CommandReturn::success()
    };
    let (result, kernel, calls) = simulate(copy, program);
    assert_eq!(result, Ok(Ok(Ok(CommandReturn::success()))));
    assert_eq!((room, calls), (*b"abc\0", 5));
    kernel.assert_clean();
}

#[test]
fn a_place_is_one_buffers() {
    let program = || {
        let owner = Allowed::read_write(1, 0, vec![1; 3].leak()).unwrap();
        let mut other = [0; 2];
        let lent = with_read_write(1, 0, &mut other, || panic!("the place is taken"));
        assert_eq!(lent, Err(CapsuleError::InUse));
        let refused = Allowed::read_write(1, 0, vec![2; 5].leak()).unwrap_err();
        assert_eq!((refused.error, refused.buffer.len()), (CapsuleError::InUse, 5));
        let mut owner = owner;
        assert_eq!(owner.swap(refused.buffer).unwrap(), [1; 3]);
        assert_eq!(owner.take(), [2; 5]);
    };
    simulate(nothing, program).1.assert_clean();
}

static NOTED: AtomicUsize = AtomicUsize::new(0);

fn note(first: usize, _: usize, _: usize, user_data: usize) {
    NOTED.store(first * 10 + user_data, Ordering::Relaxed);
}

#[test]
fn functions_are_called_and_events_are_returned() {
    let tell = |kernel: &mut Simulation, [_, number, _, _]: [u32; 4]| {
        kernel.tell((1, number), [number as usize, 5, 6]);
        CommandReturn::success()
    };
    let source = Source { driver: 1, number: 3 };
    let program = || {
        let before = syscall::subscribe(1, 2, Subscription::new(note, 4)).unwrap();
        assert_eq!(before, Subscription::NONE);
        upcall::listen(source).unwrap();
        syscall::command(1, 2, 0, 0).unwrap();
        assert_eq!(syscall::yield_no_wait(), Ok(Some(Yielded::Called)));
        assert_eq!(NOTED.load(Ordering::Relaxed), 24);
        syscall::command(1, 2, 0, 0).unwrap();
        syscall::command(1, 3, 0, 0).unwrap();
        assert_eq!(upcall::wait(), Ok(Event { source, arguments: [3, 5, 6] }));
        assert_eq!(upcall::next(), Ok(None));
        upcall::ignore(source).unwrap();
        syscall::command(1, 3, 0, 0).unwrap();
        assert_eq!(upcall::next(), Ok(None));
        assert_eq!(syscall::yield_wait_for(1, 3), Ok([3, 5, 6]));
        assert_eq!(syscall::subscribe(1, 2, before), Ok(Subscription::new(note, 4)));
    };
    simulate(tell, program).1.assert_clean();
}

#[test]
fn a_wait_for_some_leaves_the_others() {
    let [mine, other] = [3, 4].map(|number| Source { driver: 1, number });
    let tell = |kernel: &mut Simulation, _| {
        kernel.tell((1, 4), [4, 0, 0]);
        kernel.tell((1, 3), [3, 0, 0]);
        CommandReturn::success()
    };
    let program = || {
        upcall::listen(other).unwrap();
        syscall::subscribe(1, 3, Subscription::new(note, 4)).unwrap();
        syscall::command(1, 0, 0, 0).unwrap();
        assert_eq!(upcall::wait_for_any([mine]).unwrap().arguments, [3, 0, 0]);
        assert_eq!(upcall::try_any([mine]), Ok(None));
        let timeout = Err(Error::DeadlineExceeded.into());
        assert_eq!(UPCALLS.wait_for_any([mine], Instant::MIN), timeout);
        assert_eq!(UPCALLS.wait(Instant::MIN).map(|event| event.source), Ok(other));
        upcall::ignore(other).unwrap();
        let function = syscall::subscribe(1, 3, Subscription::NONE);
        assert_eq!(function, Ok(Subscription::new(note, 4)), "it is what it was");
    };
    simulate(tell, program).1.assert_clean();
}

/// A function that itself blocks for something.
fn block(_: usize, _: usize, _: usize, number: usize) {
    let source = Source { driver: 1, number: number as u32 };
    upcall::listen(Source { driver: 1, number: 9 }).unwrap();
    NOTED.store(upcall::wait_for_any([source]).unwrap().arguments[0], Ordering::Relaxed);
}

#[test]
fn waits_can_lie_in_one_another() {
    let tell = |kernel: &mut Simulation, _| {
        for number in [5, 9, 6, 7] {
            kernel.tell((1, number), [number as usize; 3]);
        }
        CommandReturn::success()
    };
    let program = || {
        syscall::subscribe(1, 5, Subscription::new(block, 7)).unwrap();
        syscall::command(1, 0, 0, 0).unwrap();
        let outer = upcall::wait_for_any([Source { driver: 1, number: 6 }]).unwrap();
        assert_eq!((outer.arguments[0], NOTED.load(Ordering::Relaxed)), (6, 7));
        let Event { source, .. } = upcall::wait().unwrap();
        assert_eq!(source.number, 9, "what a function listens to comes after the waits");
        upcall::ignore(source).unwrap();
        syscall::subscribe(1, 5, Subscription::NONE).unwrap();
    };
    simulate(tell, program).1.assert_clean();
}

fn ignore_it(_: usize, _: usize, _: usize, number: usize) {
    upcall::ignore(Source { driver: 1, number: number as u32 }).unwrap();
}

fn listen_to_it(_: usize, _: usize, _: usize, number: usize) {
    upcall::listen(Source { driver: 1, number: number as u32 }).unwrap();
}

#[test]
fn what_is_listened_to_may_change_while_it_is_waited_for() {
    let tell = |kernel: &mut Simulation, [_, command, _, _]: [u32; 4]| {
        if command != 0 {
            kernel.tell((1, 5), [0; 3]);
            kernel.tell((1, 3), [3, 0, 0]);
        }
        CommandReturn::success()
    };
    let mine = Source { driver: 1, number: 3 };
    let program = || {
        syscall::subscribe(1, 5, Subscription::new(listen_to_it, 3)).unwrap();
        syscall::command(1, 1, 0, 0).unwrap();
        assert_eq!(upcall::wait_for_any([mine]).unwrap().arguments, [3, 0, 0]);
        syscall::subscribe(1, 5, Subscription::new(ignore_it, 3)).unwrap();
        syscall::command(1, 1, 0, 0).unwrap();
        assert_eq!(upcall::wait_for_any([mine]).unwrap().arguments, [3, 0, 0]);
        assert_eq!(syscall::subscribe(1, 3, Subscription::NONE), Ok(Subscription::NONE));
        upcall::listen(mine).unwrap();
        syscall::command(1, 1, 0, 0).unwrap();
        assert_eq!(upcall::wait_for_any([mine]).unwrap().arguments, [3, 0, 0]);
        assert_eq!(syscall::subscribe(1, 3, Subscription::NONE), Ok(Subscription::NONE));
        syscall::subscribe(1, 5, Subscription::NONE).unwrap();
    };
    simulate(tell, program).1.assert_clean();
}

#[test]
fn a_table_that_is_full_says_so_and_is_restored() {
    let program = || {
        let sources = std::array::from_fn::<_, 16, _>(|n| Source { driver: 1, number: n as u32 });
        for source in sources {
            upcall::listen(source).unwrap();
            upcall::listen(source).unwrap();
        }
        let full = Err(CapsuleError::Failed(Error::ResourceExhausted));
        let another = Source { driver: 2, number: 0 };
        assert_eq!(upcall::listen(another), full);
        assert_eq!(upcall::wait_for_any([another]).map(|_| ()), full);
        upcall::ignore(sources[3]).unwrap();
        assert_eq!(upcall::wait_for_any([another, sources[1]]).map(|_| ()), full);
        for source in sources {
            let subscription = syscall::subscribe(1, source.number, Subscription::NONE).unwrap();
            assert_eq!(subscription == Subscription::NONE, source == sources[3]);
            upcall::ignore(source).unwrap();
        }
    };
    simulate(nothing, program).1.assert_clean();
}

#[test]
fn names_are_registered_and_discovered() {
    let registry = |kernel: &mut Simulation, [_, number, _, _]: [u32; 4]| {
        assert_eq!(kernel.read((REGISTRY, 0)), SENSOR.as_bytes());
        let upcall = u32::from(number != 1);
        kernel.tell((REGISTRY, upcall), [0, if upcall == 1 { 0x102 } else { 0 }, 0]);
        CommandReturn::success()
    };
    let program =
        || (registry::register(&SENSOR), registry::discover(&SENSOR), registry::wait_for(&SENSOR));
    let (result, kernel, calls) = simulate(registry, program);
    assert_eq!((result, calls), ((Ok(()), Ok(peer()), Ok(peer())), 12));
    kernel.assert_clean();
    let absent = |_: &mut Simulation, _| fail(ErrorCode::NoDevice);
    let (result, kernel, _) = simulate(absent, || registry::discover(&SENSOR));
    assert_eq!(result, Err(RegistryError::NotThere));
    kernel.assert_clean();
}

#[test]
fn a_name_is_not_waited_for_beyond_the_deadline() {
    let program = || registry::wait_for_until(&SENSOR, UPCALLS, Instant::MIN);
    let (result, kernel, _) = simulate(nothing, program);
    assert_eq!(result, Err(RegistryError::DeadlineExceeded));
    assert_eq!(kernel.commanded, Some([REGISTRY, 4, 0, 0]), "the discovery is cancelled");
    kernel.assert_clean();
}

fn answers(kernel: &mut Simulation, [_, number, id, _]: [u32; 4]) -> CommandReturn {
    assert_eq!((number, id), (1, 0x102));
    kernel.write((MAILBOX, 0), kernel.read((MAILBOX, 0)));
    kernel.tell((MAILBOX, 0), [7, 12, 0]);
    CommandReturn::success()
}

#[test]
fn a_client_gets_what_fits_of_its_response() {
    let mut response = [0; 3];
    let program = || Client.call(peer(), b"request", &mut response);
    let (result, kernel, calls) = simulate(answers, program);
    let result = result.unwrap();
    assert_eq!(result, Response { len: 3, full_len: 12 });
    assert!(result.was_cut());
    assert_eq!((&response, calls), (b"req", 5));
    kernel.assert_clean();
}

#[test]
fn a_client_is_told_why_there_is_no_response() {
    let refused = |code| {
        let program = || Client.call(peer(), b"request", &mut [0; 3]);
        let (result, kernel, _) = simulate(move |_, _| fail(code), program);
        kernel.assert_clean();
        result.unwrap_err()
    };
    assert_eq!(refused(ErrorCode::NoDevice), MailboxError::ServerGone);
    assert_eq!(refused(ErrorCode::Busy), MailboxError::Busy);
    assert_eq!(refused(ErrorCode::Size), MailboxError::TooLong);
    let ends = |kernel: &mut Simulation, _| {
        kernel.tell((MAILBOX, 1), [11, 0x102, 0]);
        CommandReturn::success()
    };
    let (result, kernel, _) = simulate(ends, || Client.call(peer(), b"", &mut []));
    assert_eq!(result, Err(MailboxError::ServerGone));
    kernel.assert_clean();
}

#[test]
fn a_deadline_cancels_and_a_response_that_came_first_counts() {
    let call = || Client.call_until(peer(), b"", &mut [0; 3], UPCALLS, Instant::MIN);
    let (result, kernel, _) = simulate(nothing, call);
    assert_eq!(result, Err(MailboxError::DeadlineExceeded));
    assert_eq!(kernel.commanded, Some([MAILBOX, 2, 0, 0]));
    kernel.assert_clean();
    let too_late = |kernel: &mut Simulation, [_, number, _, _]: [u32; 4]| {
        if number == 1 {
            return CommandReturn::success();
        }
        kernel.tell((MAILBOX, 0), [0, 2, 0]);
        fail(ErrorCode::Already)
    };
    let (result, kernel, _) = simulate(too_late, call);
    assert_eq!(result, Ok(Response { len: 2, full_len: 2 }));
    kernel.assert_clean();
}

#[test]
fn a_request_goes_on_while_the_program_does() {
    let program = || {
        let refused = Client.start(peer(), buffers(), 5).unwrap_err();
        assert_eq!(refused.error, MailboxError::Failed(Error::OutOfRange));
        upcall::listen(mailbox::ANSWERED).unwrap();
        let pending = Client.start(peer(), refused.buffers, 4).unwrap();
        assert_eq!(Client.call(peer(), b"x", &mut []), Err(MailboxError::Busy));
        let other = Event { source: mailbox::WAITING, arguments: [1, 0, 0] };
        let Progress::Pending(pending) = pending.complete(&other) else { panic!("it is pending") };
        let event = upcall::wait().unwrap();
        let Progress::Ended { result, buffers } = pending.complete(&event) else {
            panic!("it has ended")
        };
        assert_eq!(result, Ok(Response { len: 4, full_len: 12 }));
        assert_eq!(buffers.response, [7; 4]);
        upcall::ignore(mailbox::ANSWERED).unwrap();
    };
    simulate(answers, program).1.assert_clean();
}

#[test]
fn a_request_that_is_dropped_is_withdrawn() {
    let start = || Client.start(peer(), buffers(), 4).unwrap();
    let uses: [fn(Pending); 2] = [drop, |pending| assert_eq!(pending.cancel().request, [7; 4])];
    for use_it in uses {
        let (_, kernel, _) = simulate(nothing, || use_it(start()));
        assert_eq!(kernel.commanded, Some([MAILBOX, 2, 0, 0]));
        kernel.assert_clean();
    }
}

#[test]
fn a_server_takes_holds_and_answers() {
    let mut left = 2;
    let server = move |kernel: &mut Simulation, [_, number, id, serial]: [u32; 4]| match number {
        3 | 4 if left > 0 => {
            left -= 1;
            kernel.write((MAILBOX, 1), b"hello");
            CommandReturn::success_u32_u32_u32(0x102, 5, 40 + left)
        }
        5 if serial == 41 => {
            assert_eq!((id, kernel.read((MAILBOX, 1))), (0x102, &b"first"[..]));
            CommandReturn::success()
        }
        5 => fail(ErrorCode::Cancel),
        _ => fail(ErrorCode::NoDevice),
    };
    let program = || {
        let mut requests = Server.requests::<8>();
        let first = requests.next().unwrap();
        assert_eq!((first.bytes(), first.request.from), (&b"hello"[..], peer()));
        let second = Server.try_next_from(peer(), &mut [0; 2]).unwrap().unwrap();
        assert!(second.was_cut() && second.len == 2 && second.serial() == 40);
        assert_eq!(Server.try_next(&mut [0; 2]), Ok(None));
        let refused = second.respond(b"second").unwrap_err();
        assert_eq!((refused.error, refused.request), (MailboxError::Withdrawn, None));
        first.request.respond(b"first").unwrap();
        let waited = Server.next_until(&mut [0; 2], UPCALLS, Instant::MIN);
        assert_eq!(waited, Err(MailboxError::DeadlineExceeded));
    };
    simulate(server, program).1.assert_clean();
}

#[test]
fn a_response_that_is_too_long_can_be_followed_by_a_shorter_one() {
    let server = |kernel: &mut Simulation, [_, number, _, _]: [u32; 4]| match number {
        3 => CommandReturn::success_u32_u32_u32(0x102, 0, 1),
        _ if kernel.read((MAILBOX, 1)).len() > 3 => fail(ErrorCode::Size),
        _ => CommandReturn::success(),
    };
    let program = || {
        let request = Server.next(&mut []).unwrap();
        let refused = request.respond(b"long").unwrap_err();
        assert_eq!(refused.error, MailboxError::TooLong);
        refused.request.unwrap().respond(b"ok").unwrap();
    };
    simulate(server, program).1.assert_clean();
}

#[test]
fn an_inbox_swaps_its_buffers() {
    static FRIENDS: Allowlist<2> = Allowlist::new();
    static FIRST: StaticBuffer<32> = StaticBuffer::new();
    let message = |kernel: &mut Simulation, [_, number, _, _]: [u32; 4]| {
        if number == 1 {
            assert_eq!(kernel.read((INBOX, 1)), [2, 1, 0, 0, 0, 0, 0, 0]);
            kernel.write((INBOX, 0), b"\0\0\0\x01\x0a\0\0\0\x02\x01\0\0\x02\0\0\0hi");
            kernel.tell((INBOX, 0), [1, 2, 3]);
            kernel.tell((INBOX, 1), [0x102, 0, 0]);
        }
        CommandReturn::success()
    };
    let program = || {
        assert!(FRIENDS.add(peer()));
        let short = Inbox::open([&mut [], FIRST.take().unwrap()], &FRIENDS).unwrap_err();
        assert_eq!(short.error, InboxError::BufferTooShort);
        let [_, first] = short.buffers;
        let mut inbox = Inbox::open([first, vec![0xFF; 40].leak()], &FRIENDS).unwrap();
        assert_eq!(inbox.wait(), Ok(Notice::Messages { count: 1, bytes: 2, refused: 3 }));
        let mut messages = inbox.take().unwrap();
        let message = messages.next().unwrap();
        assert_eq!((message.from, message.bytes), (peer(), &b"hi"[..]));
        assert!(messages.next().is_none() && messages.was_exceeded() && !messages.is_damaged());
        assert_eq!(inbox.wait_until(UPCALLS, Instant::MIN), Ok(Notice::Ended(peer())));
        assert_eq!(inbox.take().unwrap().count(), 0);
        assert_eq!(inbox.lost(), 3);
        assert_eq!(inbox.close().map(|buffer| buffer.len()), [32, 40]);
    };
    let (_, kernel, _) = simulate(message, program);
    assert_eq!(kernel.commanded, Some([INBOX, 2, 0, 0]));
    kernel.assert_clean();
}

#[test]
fn a_sender_is_told_why_a_message_was_not_taken() {
    let table = [
        (ErrorCode::NoDevice, SendError::Gone),
        (ErrorCode::Off, SendError::Closed),
        (ErrorCode::NoAcknowledge, SendError::NotAllowed),
        (ErrorCode::NoMemory, SendError::Full),
        (ErrorCode::Size, SendError::TooLong),
    ];
    for (code, error) in table {
        let (result, kernel, calls) =
            simulate(move |_, _| fail(code), || inbox::send(peer(), b"x"));
        assert_eq!((result, calls), (Err(error), 3));
        kernel.assert_clean();
    }
    let (result, ..) = simulate(nothing, || inbox::send(peer(), b"x"));
    assert_eq!(result, Ok(()));
}
