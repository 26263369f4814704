//! Processes that end with regions in their hands (SH-6, SH-3, PR-4).

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::sharing::{Order, hold};
use userspace::syscall::Signals;

use crate::cast::{
    BYTES, DONE, FIRST, HELD, READ, SECOND, WRITE, first, look, mapped, own, peer, second, shows,
    value,
};

const NOTHING: Result<(usize, usize)> = Err(Error::DeadlineExceeded);

/// Has the two others map the region in which all may write, as the tester does.
fn all_map(case: &mut Case) -> Result<usize> {
    let address = mapped(own::FRAME, WRITE)?;
    case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
    case.equal(SECOND.does(Order::Map(second::FRAME, WRITE)), Ok((address, BYTES)));
    Ok(address)
}

pub(crate) fn of_lenders(report: &mut Report) {
    report.case("SH-6 what an ended lender has lent, its borrower touches no more", |case| {
        let address = all_map(case)?;
        case.equal(FIRST.does(Order::Lend(first::FRAME, peer::SECOND, WRITE)), DONE);
        case.equal(SECOND.does(Order::Store(address, 1)), DONE);
        FIRST.end(case)?;
        case.equal(SECOND.does(Order::Return(second::FRAME)), Err(Error::Unavailable));
        SECOND.faults(case, Order::Load(address), address)?;
        FIRST.start()
    });
    report.case("SH-6 PR-4 the borrower is told by ERROR once, and may map it anew", |case| {
        let address = all_map(case)?;
        case.equal(FIRST.does(Order::Lend(first::FRAME, peer::SECOND, READ)), DONE);
        SECOND.begins(Order::Wait(second::FRAME, Signals::ERROR))?;
        FIRST.end(case)?;
        case.equal(SECOND.came_to(), shows(Signals::ERROR));
        case.equal(SECOND.does(look(second::FRAME)), NOTHING);
        case.equal(SECOND.does(Order::Map(second::FRAME, WRITE)), Ok((address, BYTES)));
        case.equal(SECOND.does(Order::Store(address, 2)), DONE);
        case.equal(Order::Load(address).perform(), value(2));
        FIRST.start()
    });
    report.case(
        "SH-6 a chain ends before whoever has ended, and comes back to its lender",
        |case| {
            let address = all_map(case)?;
            case.equal(Order::Lend(own::FRAME, peer::FIRST, WRITE).perform(), DONE);
            case.equal(FIRST.does(Order::Lend(first::FRAME, peer::SECOND, WRITE)), DONE);
            FIRST.end(case)?;
            case.equal(look(own::FRAME).perform(), shows(HELD | Signals::ERROR));
            case.equal(Order::Store(address, 3).perform(), DONE);
            SECOND.faults(case, Order::Load(address), address)?;
            case.equal(Order::Return(own::FRAME).perform(), DONE);
            FIRST.start()
        },
    );
}

pub(crate) fn of_borrowers(report: &mut Report) {
    report.case(
        "SH-3 SH-6 what an ended borrower had comes back, and ERROR says so once",
        |case| {
            let address = all_map(case)?;
            for rights in [WRITE, READ] {
                let _ = look(own::FRAME).perform();
                case.equal(Order::Lend(own::FRAME, peer::FIRST, rights).perform(), DONE);
                case.equal(look(own::FRAME).perform(), NOTHING);
                FIRST.end(case)?;
                let found = Order::Wait(own::FRAME, Signals::READABLE).perform();
                case.equal(found, shows(HELD | Signals::ERROR));
                case.equal(look(own::FRAME).perform(), shows(HELD));
                case.equal(Order::Store(address, 6).perform(), DONE);
                case.equal(Order::Return(own::FRAME).perform(), DONE);
                FIRST.start()?;
            }
            Ok(())
        },
    );
    report.case("SH-3 who has ended cannot be lent anything", |case| {
        FIRST.end(case)?;
        let lend = Order::Lend(own::FRAME, peer::FIRST, WRITE);
        case.equal(lend.perform(), Err(Error::Unavailable));
        case.equal(look(own::FRAME).perform(), NOTHING);
        case.equal(SECOND.does(hold(second::FRAME)), DONE);
        case.equal(SECOND.does(Order::Return(second::FRAME)), DONE);
        FIRST.start()
    });
}

pub(crate) fn of_others(report: &mut Report) {
    report.case("SH-6 an end unmaps, and ERROR shows until the next map", |case| {
        let address = all_map(case)?;
        FIRST.end(case)?;
        case.equal(mapped(own::FRAME, WRITE)?, address);
        case.equal(look(own::FRAME).perform(), NOTHING);
        FIRST.start()?;
        FIRST.faults(case, Order::Load(address), address)?;
        case.part("of one that had nothing to do with it");
        FIRST.end(case)?;
        case.equal(look(own::FRAME).perform(), NOTHING);
        FIRST.start()
    });
    report.case("SH-1 SH-6 what is in a region outlasts whoever wrote it", |case| {
        all_map(case)?;
        case.equal(FIRST.does(Order::Write(first::FRAME, 100, 77)), DONE);
        case.equal(FIRST.does(Order::Exit), Err(Error::Aborted));
        case.equal(Order::Read(own::FRAME, 100).perform(), value(77));
        FIRST.start()?;
        case.equal(FIRST.does(Order::Read(first::FRAME, 100)), value(77));
        Ok(())
    });
}
