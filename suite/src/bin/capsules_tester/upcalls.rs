//! Upcalls: when they call, what they call, and which comes first (CP-2).

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use pw_status::{Error, Result};
use suite::capsule::{Party, Step, What, must};
use suite::report::{Case, Report};
use suite::robot;
use userspace::syscall::{
    CapsuleError, ErrorCode, Subscription, Yielded, command, debug_nop, subscribe, yield_no_wait,
    yield_wait, yield_wait_for,
};
use userspace::upcall;

use crate::cast::{
    DISCOVERED, FIRST, LATEST_VALUE, REGISTERED, REGISTRY, WAITING, begin, clear, look,
    make_discovered, make_registered, meet, meets,
};

/// How often each function was called, and the words of the latest call.
static CALLS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
static WORDS: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

fn first(a: usize, b: usize, c: usize, user_data: usize) {
    note(0, [a, b, c, user_data]);
}

fn second(a: usize, b: usize, c: usize, user_data: usize) {
    note(1, [a, b, c, user_data]);
}

fn note(which: usize, words: [usize; 4]) {
    CALLS[which].fetch_add(1, Relaxed);
    for (place, word) in WORDS.iter().zip(words) {
        place.store(word, Relaxed);
    }
}

/// How often each was called since this was asked last.
fn calls() -> [usize; 2] {
    CALLS.each_ref().map(|count| count.swap(0, Relaxed))
}

fn words() -> [usize; 4] {
    WORDS.each_ref().map(|word| word.load(Relaxed))
}

/// Subscribes to an upcall of the registry.
fn to(number: u32, subscription: Subscription) -> core::result::Result<Subscription, CapsuleError> {
    subscribe(REGISTRY, number, subscription)
}

/// Takes what is subscribed and pending.
fn yields(case: &mut Case, expected: Option<Yielded>) {
    case.equal(yield_no_wait(), Ok(expected));
}

fn nothing_left(case: &mut Case) {
    for number in [0, 1] {
        case.equal(to(number, Subscription::NONE).map(|_| ()), Ok(()));
    }
    yields(case, None);
}

fn while_yielding(case: &mut Case) -> Result<()> {
    let subscription = Subscription::new(first, 77);
    case.equal(to(0, subscription), Ok(Subscription::NONE));
    calls();
    make_registered()?;
    debug_nop()?;
    case.equal(command(REGISTRY, 0, 0, 0).map(|_| ()), Ok(()));
    case.equal(calls(), [0, 0]);
    yields(case, Some(Yielded::Called));
    case.equal((calls(), words()), ([1, 0], [0, 0, 0, 77]));
    yields(case, None);
    // By the yield that waits, too.
    make_registered()?;
    case.equal(yield_wait(), Ok(Yielded::Called));
    case.equal(calls(), [1, 0]);
    nothing_left(case);
    Ok(())
}

fn once(case: &mut Case) -> Result<()> {
    to(0, Subscription::new(first, 1)).map_err(|_| Error::Aborted)?;
    for _ in 0..5 {
        make_registered()?;
    }
    yields(case, Some(Yielded::Called));
    yields(case, None);
    case.equal(calls(), [1, 0]);
    nothing_left(case);
    Ok(())
}

fn words_arrive(case: &mut Case) -> Result<()> {
    to(1, Subscription::new(second, usize::MAX)).map_err(|_| Error::Aborted)?;
    make_discovered()?;
    yields(case, Some(Yielded::Called));
    let [status, id, zero, user_data] = words();
    case.equal((calls(), status, zero, user_data), ([0, 1], 0, 0, usize::MAX));
    case.holds(id != 0);
    nothing_left(case);
    Ok(())
}

pub(crate) fn called(report: &mut Report) {
    report.case(
        "CP-2 an upcall calls its function while the program yields, and not before",
        while_yielding,
    );
    report.case("CP-2 a slot is a level, and what is due twice is told once", once);
    report.case("CP-2 CP-1 the words of an upcall and its user data arrive whole", words_arrive);
}

fn replaced(case: &mut Case) -> Result<()> {
    let [one, two] = [Subscription::new(first, 1), Subscription::new(second, 2)];
    let mut before = Subscription::NONE;
    for next in [one, two, two, Subscription::new(first, 3), Subscription::NONE, one] {
        case.equal(to(0, next), Ok(before));
        before = next;
    }
    // Another upcall is another's.
    case.equal(to(1, Subscription::NONE), Ok(Subscription::NONE));
    case.equal(to(0, Subscription::NONE), Ok(one));
    Ok(())
}

fn anew(case: &mut Case) -> Result<()> {
    let subscribe = |subscription| to(0, subscription).map_err(|_| Error::Aborted);
    subscribe(Subscription::new(first, 1))?;
    make_registered()?;
    subscribe(Subscription::new(second, 2))?;
    yields(case, Some(Yielded::Called));
    case.equal((calls(), words()), ([0, 1], [0, 0, 0, 2]));
    make_registered()?;
    subscribe(Subscription::NONE)?;
    yields(case, None);
    subscribe(Subscription::new(first, 3))?;
    yields(case, Some(Yielded::Called));
    case.equal((calls(), words()), ([1, 0], [0, 0, 0, 3]));
    // And what came before anybody subscribed.
    subscribe(Subscription::NONE)?;
    make_registered()?;
    subscribe(Subscription::new(first, 4))?;
    case.equal(yield_wait(), Ok(Yielded::Called));
    case.equal(calls(), [1, 0]);
    nothing_left(case);
    Ok(())
}

fn passed_over(case: &mut Case) -> Result<()> {
    make_registered()?;
    make_discovered()?;
    yields(case, None);
    to(1, Subscription::new(second, 5)).map_err(|_| Error::Aborted)?;
    case.equal(yield_wait(), Ok(Yielded::Called));
    case.equal(calls(), [0, 1]);
    yields(case, None);
    to(0, Subscription::new(first, 6)).map_err(|_| Error::Aborted)?;
    yields(case, Some(Yielded::Called));
    case.equal(calls(), [1, 0]);
    nothing_left(case);
    Ok(())
}

pub(crate) fn subscribed(report: &mut Report) {
    report.case("CP-1 subscribing gives the function and the data that it replaces", replaced);
    report.case("CP-2 subscribing anew keeps what is pending, and so does unsubscribing", anew);
    report.case("CP-2 a yield passes over what is pending and not subscribed", passed_over);
}

pub(crate) fn waited_for(report: &mut Report) {
    report.case(
        "CP-2 yield_wait_for takes what came first, subscribed or not, and calls nothing",
        |case| {
            for subscription in [Subscription::NONE, Subscription::new(first, 1)] {
                to(0, subscription).map_err(|_| Error::Aborted)?;
                make_registered()?;
                case.equal(yield_wait_for(REGISTRY, 0), Ok([0; 3]));
                case.equal(calls(), [0, 0]);
                yields(case, None);
            }
            nothing_left(case);
            Ok(())
        },
    );
    report.case("CP-2 yield_wait_for waits for its own upcall, whatever else is pending", |case| {
        to(0, Subscription::new(first, 1)).map_err(|_| Error::Aborted)?;
        make_registered()?;
        make_discovered()?;
        let found = yield_wait_for(REGISTRY, 1).map(|[status, id, zero]| (status, id != 0, zero));
        case.equal(found, Ok((0, true, 0)));
        case.equal(calls(), [0, 0]);
        yields(case, Some(Yielded::Called));
        case.equal(calls(), [1, 0]);
        nothing_left(case);
        Ok(())
    });
}

pub(crate) fn fair(report: &mut Report, own: &mut Party) {
    report.case("CP-2 a program that waits goes on when its upcall comes", |case| {
        let tester = meets(case, own, FIRST)?;
        clear(own);
        for seed in [1, 2] {
            // The robot is less important, and begins when the tester waits.
            FIRST
                .peer()
                .robot()
                .run(&[robot::Step::Sleep(5), robot::Step::Capsule(begin(tester, seed))])?;
            if seed == 1 {
                case.equal(yield_wait_for(WAITING.driver, WAITING.number), Ok([1, 0, 0]));
            } else {
                let subscription = Subscription::new(second, 9);
                let subscribe = |to| subscribe(WAITING.driver, WAITING.number, to);
                subscribe(subscription).map_err(|_| Error::Aborted)?;
                case.equal(yield_wait(), Ok(Yielded::Called));
                case.equal((calls(), words()), ([0, 1], [1, 0, 0, 9]));
                subscribe(Subscription::NONE).map_err(|_| Error::Aborted)?;
            }
            FIRST.must(case, Step::new(What::Withdraw))?;
        }
        Ok(())
    });
    report
        .case("CP-2 of upcalls that are due again and again none starves", |case| turns(case, own));
}

/// Requests wait all the time, a value has changed all the time, and a registration is made anew each time.
fn turns(case: &mut Case, own: &mut Party) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    meet(case, own, FIRST)?;
    FIRST.must(case, begin(tester, 1))?;
    let publish = Step::new(What::Command).at(suite::capsule::LATEST_VALUE).of(1);
    let changed = upcall::Source { driver: LATEST_VALUE, number: 0 };
    let sources = [WAITING, REGISTERED, DISCOVERED, changed];
    for source in sources {
        upcall::listen(source).map_err(|_| Error::Aborted)?;
    }
    let mut counts = [0; 4];
    for number in 0..40 {
        make_registered()?;
        make_discovered()?;
        FIRST.must(case, publish.with(number))?;
        let source = upcall::wait()?.source;
        for (count, of) in counts.iter_mut().zip(sources) {
            *count += u32::from(of == source);
        }
    }
    case.equal(counts, [10; 4]);
    for source in sources {
        upcall::ignore(source).map_err(|_| Error::Aborted)?;
    }
    case.equal(command(LATEST_VALUE, 2, 0, 0).map(|read| read.failure), Ok(None));
    FIRST.must(case, Step::new(What::Withdraw))?;
    clear(own);
    case.equal(own.does(look(2)), Ok(0));
    must(case, own.does(Step::new(What::Command).at(suite::capsule::LATEST_VALUE).of(4)))?;
    case.equal(
        userspace::syscall::subscribe(REGISTRY, 9, Subscription::NONE),
        Err(CapsuleError::Refused(ErrorCode::NoSupport)),
    );
    Ok(())
}
