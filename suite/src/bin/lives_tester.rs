//! Asserts that a process which lives ten thousand times is new each time, and that nobody takes it for
//! what it was before (PR-1, PR-3, PR-4).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, OK, Result};
use suite::lives::{BIRTH_BYTES, Birth, ORDER_BYTES, Order};
use suite::machine;
use suite::report::{Case, Report};
use suite::timing::patience;
use suite_codegen::ten_thousand_lives::tester::handle;
use suite_codegen::ten_thousand_lives::tester::object::{FROM_MORTAL, GROUP, TO_MORTAL};
use userspace::channel::{AsyncBuffers, AsyncTransaction, Progress, StaticBuffer};
use userspace::syscall::{
    ExitStatus, FaultCause, Signals, object_wait, process_start, task_fault, task_join,
    task_terminate,
};
use userspace::time::Instant;
use userspace::{println, process_entry};

/// How often each way to end is gone.
const ROUNDS: u32 = 1_000;
/// After how many rounds the harness first weighs what the kernel's own process holds.
const ROUNDS_UNTIL_WEIGHED: u32 = 10;
/// What the mortal's object gives in the tester's wait group.
const MORTAL_ENDED: usize = 11;

static SEND: StaticBuffer<ORDER_BYTES> = StaticBuffer::new();
static RECEIVE: StaticBuffer<BIRTH_BYTES> = StaticBuffer::new();

/// A way to end.
struct Way {
    title: &'static str,
    /// Brings the end of the life with this number about, and looks at what the two say to each other.
    end: fn(&mut Case, &mut Option<AsyncBuffers>, u32) -> Result<()>,
    leaves: Traces,
}

/// What there is to see of a life that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traces {
    /// How it ended, with 0 for its own number.
    status: ExitStatus,
    fault: Result<FaultCause>,
    /// What the tester's ends of the channels show. A look at the handler would let it forget whom it
    /// serves.
    initiator: Signals,
    handler: Option<Signals>,
    /// What a start by hand says.
    start: Result<()>,
}

const ENDED: Traces = Traces {
    status: ExitStatus::TerminatedBySyscall,
    fault: Err(Error::Unavailable),
    initiator: Signals::WRITEABLE,
    handler: Some(Signals::empty()),
    start: Ok(()),
};
const EXITED: Traces = Traces { status: ExitStatus::Success(0), ..ENDED };
/// One that owed the tester an answer.
const OWED: Traces = Traces { initiator: Signals::WRITEABLE.union(Signals::ERROR), ..ENDED };

/// One that ended with a fault, owing an answer: the next one runs already, and has raised USER.
const fn faulted(cause: FaultCause) -> Traces {
    Traces {
        status: ExitStatus::UnhandledException(0),
        fault: Ok(cause),
        initiator: Signals::WRITEABLE.union(Signals::ERROR).union(Signals::USER),
        handler: Some(Signals::USER),
        start: Err(Error::AlreadyExists),
    }
}

const WAYS: [Way; 10] = [
    Way {
        title: "PR-1 PR-3 CH-8 a life that exits while it serves leaves nothing to the next",
        end: |case, _, number| end_by(case, Order::Exit, number),
        leaves: Traces { status: ExitStatus::Success(0), ..OWED },
    },
    Way {
        title: "PR-1 PR-3 CH-8 nor does one that panics, and the next one begins by itself",
        end: |case, _, number| end_by(case, Order::Panic, number),
        leaves: faulted(FaultCause::Panic),
    },
    Way {
        title: "PR-1 PR-3 CH-8 nor does one that executes what is no instruction",
        end: |case, _, number| end_by(case, Order::Crash, number),
        leaves: faulted(FaultCause::IllegalInstruction),
    },
    Way {
        title: "PR-1 PR-3 CH-8 nor does one that touches memory which is not its own",
        end: |case, _, number| end_by(case, Order::Touch, number),
        leaves: faulted(FaultCause::MemoryAccess),
    },
    Way {
        title: "PR-1 PR-4 CH-8 nor does one that is terminated while it serves",
        end: terminate_serving,
        leaves: OWED,
    },
    Way {
        title: "PR-1 PR-4 CH-8 nor is the next one asked what this one did not read",
        end: terminate_dozing,
        leaves: OWED,
    },
    Way {
        title: "PR-1 PR-4 CH-9 what a life had asked is gone with it",
        end: terminate_asking,
        leaves: ENDED,
    },
    Way {
        title: "PR-1 PR-4 CH-9 and so is what was being answered to it",
        end: terminate_served,
        leaves: Traces { handler: None, ..ENDED },
    },
    Way {
        title: "PR-1 CH-5a the next one is not given that answer; its own it may leave behind",
        end: exit_answered,
        // The one before has left the error: nobody has waited for it.
        leaves: Traces { handler: Some(Signals::ERROR), ..EXITED },
    },
    Way {
        title: "PR-1 PR-5 a life may end in another thread than it began in",
        end: |case, _, number| obeys(case, Order::LeaveMain, number),
        leaves: EXITED,
    },
];

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(13);
    let mut buffers = None;
    let mut lives = 0;
    report.case("PR-3 WT-4 WT-5 the first life finds what was prepared for it", |case| {
        buffers =
            SEND.take().zip(RECEIVE.take()).map(|(send, receive)| AsyncBuffers { send, receive });
        TO_MORTAL.set_peer_user_signal(true)?;
        GROUP.add(handle::MORTAL, Signals::JOINABLE, MORTAL_ENDED)?;
        case.equal(task_join(handle::MORTAL), Err(Error::Unavailable));
        process_start(handle::MORTAL)
    });
    for way in &WAYS {
        report.case(way.title, |case| live(case, way, &mut buffers, &mut lives));
    }
    report.case("PR-1 PR-3 PR-4 all lives to the last but ten are as the first ten", |case| {
        for round in 2..ROUNDS {
            WAYS.iter().try_for_each(|way| live(case, way, &mut buffers, &mut lives))?;
            weigh_after(round);
        }
        case.equal(lives, 9_990);
        Ok(())
    });
    report.case("PR-1 PR-3 PR-4 the last ten lives are as the first ten", |case| {
        WAYS.iter().try_for_each(|way| live(case, way, &mut buffers, &mut lives))?;
        weigh_after(ROUNDS);
        case.equal(lives, 10_000);
        Ok(())
    });
    report.shut_down()
}

/// Has the harness compare what the kernel's own process holds, where the kernel is one.
fn weigh_after(round: u32) {
    if machine::HAS_OUTSIDE && (round == ROUNDS_UNTIL_WEIGHED || round == ROUNDS) {
        println!("weigh");
    }
}

/// A life from its birth to what is left of it, and the beginning of the next one.
fn live(
    case: &mut Case,
    way: &Way,
    buffers: &mut Option<AsyncBuffers>,
    lives: &mut u32,
) -> Result<()> {
    *lives += 1;
    let number = *lives;
    let birth = Birth {
        initialised: 1_000,
        zeroed: 0,
        handler: Signals::USER,
        initiator: Signals::WRITEABLE,
        joining: OK,
        number: 0,
    };
    case.equal_for(number, tell(number), Ok(birth));
    case.equal_for(number, tell(number), Ok(Birth { number, ..birth }));
    (way.end)(case, buffers, number)?;
    let ended = GROUP.wait(patience())?;
    case.equal_for(number, ended.user_data, MORTAL_ENDED);
    case.equal_for(number, traces(number, way.leaves.handler.is_some()), Ok(way.leaves));
    case.equal_for(number, task_join(handle::MORTAL), Err(Error::Unavailable));
    Ok(())
}

/// Gives the mortal a number, and has it tell what it is.
fn tell(number: u32) -> Result<Birth> {
    let mut answer = [0; BIRTH_BYTES];
    TO_MORTAL.transact(&Order::Tell.request(number), &mut answer, patience())?;
    Ok(Birth::from_bytes(&answer))
}

/// Looks at what a life has left, and sees to it that there is a next one.
fn traces(number: u32, looks_at_handler: bool) -> Result<Traces> {
    let status = match task_join(handle::MORTAL)? {
        ExitStatus::Success(status) => ExitStatus::Success(status ^ number),
        other => other,
    };
    Ok(Traces {
        status,
        fault: task_fault(handle::MORTAL).map(|fault| fault.cause),
        initiator: shown(handle::TO_MORTAL)?,
        handler: if looks_at_handler { Some(shown(handle::FROM_MORTAL)?) } else { None },
        start: process_start(handle::MORTAL),
    })
}

/// What an end shows now.
fn shown(handle: u32) -> Result<Signals> {
    match object_wait(handle, Signals::all(), Instant::MIN) {
        Ok(found) => Ok(found.pending_signals),
        Err(Error::DeadlineExceeded) => Ok(Signals::empty()),
        Err(error) => Err(error),
    }
}

/// Gives an order that the mortal does not survive.
fn end_by(case: &mut Case, order: Order, number: u32) -> Result<()> {
    let mut answer = [0xC5; 4];
    let found = TO_MORTAL.transact(&order.request(number), &mut answer, patience());
    case.equal_for(number, found, Err(Error::Unavailable));
    case.equal_for(number, answer, [0xC5; 4]);
    Ok(())
}

/// Gives an order that the mortal answers with its number.
fn obeys(case: &mut Case, order: Order, number: u32) -> Result<()> {
    let mut answer = [0; 4];
    let found = TO_MORTAL.transact(&order.request(number), &mut answer, patience());
    case.equal_for(number, found, Ok(answer.len()));
    case.equal_for(number, u32::from_le_bytes(answer), number);
    Ok(())
}

/// Gives an order without waiting for the answer.
fn start(
    buffers: &mut Option<AsyncBuffers>,
    order: Order,
    number: u32,
) -> Result<AsyncTransaction> {
    let buffers = buffers.take().ok_or(Error::ResourceExhausted)?;
    buffers.send.copy_from_slice(&order.request(number));
    TO_MORTAL.start(buffers, ORDER_BYTES).map_err(|refused| refused.error)
}

/// Terminates the mortal, which owes the answer of a transaction.
fn terminate_owing(
    case: &mut Case,
    buffers: &mut Option<AsyncBuffers>,
    transaction: AsyncTransaction,
    number: u32,
) -> Result<()> {
    let shows = shown(handle::TO_MORTAL)?;
    case.equal_for(number, shows, Signals::USER);
    task_terminate(handle::MORTAL)?;
    let shows = shown(handle::TO_MORTAL)?;
    case.holds(shows.contains(Signals::ERROR));
    let Progress::Ended { result, buffers: back } = transaction.complete() else {
        return Err(Error::Internal);
    };
    case.equal_for(number, result, Err(Error::Unavailable));
    *buffers = Some(back);
    Ok(())
}

fn terminate_serving(
    case: &mut Case,
    buffers: &mut Option<AsyncBuffers>,
    number: u32,
) -> Result<()> {
    let transaction = start(buffers, Order::Hold, number)?;
    terminate_owing(case, buffers, transaction, number)
}

fn terminate_dozing(
    case: &mut Case,
    buffers: &mut Option<AsyncBuffers>,
    number: u32,
) -> Result<()> {
    obeys(case, Order::Doze, number)?;
    let transaction = start(buffers, Order::Tell, number)?;
    terminate_owing(case, buffers, transaction, number)
}

fn terminate_asking(case: &mut Case, _: &mut Option<AsyncBuffers>, number: u32) -> Result<()> {
    obeys(case, Order::Ask, number)?;
    case.equal_for(number, shown(handle::FROM_MORTAL), Ok(Signals::READABLE | Signals::USER));
    task_terminate(handle::MORTAL)?;
    case.equal_for(number, shown(handle::FROM_MORTAL), Ok(Signals::ERROR));
    case.equal_for(number, FROM_MORTAL.read(0, &mut [0; 4]), Err(Error::Unavailable));
    Ok(())
}

fn terminate_served(case: &mut Case, _: &mut Option<AsyncBuffers>, number: u32) -> Result<()> {
    obeys(case, Order::Ask, number)?;
    case.equal_for(number, asked(), Ok(number));
    // Whom the tester serves is not there any more; it has not noticed yet.
    task_terminate(handle::MORTAL)
}

fn exit_answered(case: &mut Case, _: &mut Option<AsyncBuffers>, number: u32) -> Result<()> {
    obeys(case, Order::Start, number)?;
    let stale = FROM_MORTAL.respond(&number.to_le_bytes());
    case.equal_for(number, stale, Err(Error::Unavailable));
    case.equal_for(number, asked(), Ok(number));
    FROM_MORTAL.respond(&number.to_le_bytes())
}

/// The number that the mortal has asked the tester with.
fn asked() -> Result<u32> {
    let mut request = [0; 4];
    FROM_MORTAL.read_exact(0, &mut request)?;
    Ok(u32::from_le_bytes(request))
}
