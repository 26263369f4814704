//! Who holds a region (SH-3, SH-5).

use pw_status::{Error, Result};
use suite::report::{Case, Report};
use suite::sharing::{Order, hold};
use userspace::syscall::Signals;

use crate::cast::{
    BYTES, DONE, FIRST, HELD, READ, SECOND, WRITE, first, look, mapped, own, peer, second, shows,
    value,
};

const DENIED: Result<(usize, usize)> = Err(Error::PermissionDenied);
const NOTHING: Result<(usize, usize)> = Err(Error::DeadlineExceeded);

/// Has all three map the region in which all may write.
fn all_map(case: &mut Case) -> Result<usize> {
    let address = mapped(own::FRAME, WRITE)?;
    case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
    case.equal(SECOND.does(Order::Map(second::FRAME, WRITE)), Ok((address, BYTES)));
    Ok(address)
}

/// Checks that the tester can do nothing to the region.
fn is_shut_out(case: &mut Case) {
    for order in [
        Order::Read(own::FRAME, 0),
        Order::Write(own::FRAME, 0, 1),
        Order::Map(own::FRAME, READ),
        Order::Map(own::FRAME, WRITE),
        hold(own::FRAME),
        Order::Lend(own::FRAME, peer::SECOND, READ),
        Order::Lend(own::FRAME, peer::FIRST, WRITE),
    ] {
        case.equal_for(order, order.perform(), DENIED);
    }
    case.equal(Order::Return(own::FRAME).perform(), Err(Error::Unavailable));
}

pub(crate) fn exclusive(report: &mut Report) {
    report.case("SH-3 who holds a region for writing has it alone", |case| {
        all_map(case)?;
        case.equal(FIRST.does(look(first::FRAME)), NOTHING);
        case.equal(FIRST.does(hold(first::FRAME)), DONE);
        case.equal(FIRST.does(look(first::FRAME)), shows(HELD));
        is_shut_out(case);
        case.equal(FIRST.does(hold(first::FRAME)), Err(Error::AlreadyExists));
        case.equal(FIRST.does(Order::Return(first::FRAME)), DONE);
        case.equal(FIRST.does(look(first::FRAME)), NOTHING);
        case.equal(FIRST.does(Order::Return(first::FRAME)), Err(Error::Unavailable));
        Ok(())
    });
    report.case("SH-3 SH-5 while it is lent, whoever else touches it faults", |case| {
        let address = all_map(case)?;
        case.equal(Order::Store(address, 1).perform(), DONE);
        case.equal(Order::Lend(own::FRAME, peer::FIRST, WRITE).perform(), DONE);
        is_shut_out(case);
        SECOND.faults(case, Order::Load(address), address)?;
        case.equal(FIRST.does(Order::Load(address)), value(1));
        case.equal(FIRST.does(Order::Store(address, 2)), DONE);
        case.equal(FIRST.does(Order::Return(first::FRAME)), DONE);
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        Ok(())
    });
    report.case("SH-3 what comes back can be used again, where it was mapped before", |case| {
        let address = all_map(case)?;
        case.equal(Order::Lend(own::FRAME, peer::FIRST, WRITE).perform(), DONE);
        case.equal(look(own::FRAME).perform(), NOTHING);
        FIRST.begins(Order::Store(address, 7))?;
        case.equal(FIRST.does(Order::Return(first::FRAME)), DONE);
        case.equal(look(own::FRAME).perform(), shows(HELD));
        case.equal(Order::Load(address).perform(), value(7));
        case.equal(Order::Store(address, 8).perform(), DONE);
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        case.equal(FIRST.does(Order::Load(address)), value(8));
        Ok(())
    });
    report.case("SH-3 SH-5 a borrower that touches what it has given back faults", |case| {
        let address = all_map(case)?;
        case.equal(Order::Lend(own::FRAME, peer::FIRST, WRITE).perform(), DONE);
        case.equal(FIRST.does(Order::Return(first::FRAME)), DONE);
        FIRST.faults(case, Order::Store(address, 1), address)?;
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        Ok(())
    });
    report.case("SH-3 WT-2 a wait for READABLE ends when it is lent, or comes back", |case| {
        all_map(case)?;
        FIRST.begins(Order::Wait(first::FRAME, Signals::READABLE))?;
        case.equal(Order::Lend(own::FRAME, peer::FIRST, READ).perform(), DONE);
        case.equal(FIRST.came_to(), shows(Signals::READABLE));
        FIRST.begins(Order::Return(first::FRAME))?;
        let back = Order::Wait(own::FRAME, Signals::READABLE);
        case.equal(back.perform(), shows(HELD));
        case.equal(FIRST.came_to(), DONE);
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        Ok(())
    });
}

pub(crate) fn readers(report: &mut Report) {
    report.case("SH-3 while it is lent to be read, all may read and nobody may write", |case| {
        let address = all_map(case)?;
        case.equal(Order::Store(address, 4).perform(), DONE);
        case.equal(Order::Lend(own::FRAME, peer::FIRST, READ).perform(), DONE);
        case.equal(FIRST.does(look(first::FRAME)), shows(Signals::READABLE));
        case.equal(FIRST.does(Order::Load(address)), value(4));
        case.equal(SECOND.does(Order::Load(address)), value(4));
        case.equal(Order::Load(address).perform(), value(4));
        case.equal(Order::Read(own::FRAME, 0).perform().map(|_| ()), Ok(()));
        for order in [Order::Write(own::FRAME, 0, 1), Order::Map(own::FRAME, WRITE)] {
            case.equal_for(order, order.perform(), DENIED);
        }
        case.equal(FIRST.does(Order::Write(first::FRAME, 0, 1)), DENIED);
        case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), DENIED);
        SECOND.faults(case, Order::Store(address, 1), address)?;
        FIRST.faults(case, Order::Store(address, 1), address)?;
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        Ok(())
    });
    report.case("SH-3 rights are never above the lender's, nor the borrower's", |case| {
        let lend = |rights| Order::Lend(own::VIEW, peer::FIRST, rights).perform();
        case.equal(lend(WRITE), DENIED);
        case.equal(lend(READ), DONE);
        let on = |rights| FIRST.does(Order::Lend(first::VIEW, peer::SECOND, rights));
        case.equal(on(WRITE), DENIED);
        case.equal(on(READ), DONE);
        case.equal(SECOND.does(Order::Return(second::VIEW)), DONE);
        case.equal(FIRST.does(Order::Return(first::VIEW)), DONE);
        case.equal(Order::Return(own::VIEW).perform(), DONE);
        case.part("of who may only read, and has it from nobody");
        case.equal(FIRST.does(Order::Lend(first::VIEW, peer::SECOND, READ)), DENIED);
        Ok(())
    });
}

pub(crate) fn chains(report: &mut Report) {
    report.case("SH-3 what is lent can be lent on, and comes back the same way", |case| {
        let address = all_map(case)?;
        case.equal(Order::Lend(own::FRAME, peer::FIRST, WRITE).perform(), DONE);
        case.equal(FIRST.does(Order::Store(address, 1)), DONE);
        case.equal(FIRST.does(Order::Lend(first::FRAME, peer::SECOND, WRITE)), DONE);
        is_shut_out(case);
        case.equal(FIRST.does(Order::Read(first::FRAME, 0)), DENIED);
        case.equal(FIRST.does(Order::Return(first::FRAME)), Err(Error::Unavailable));
        case.equal(SECOND.does(Order::Store(address, 2)), DONE);
        case.equal(SECOND.does(Order::Return(second::FRAME)), DONE);
        case.equal(FIRST.does(Order::Load(address)), value(2));
        case.equal(FIRST.does(Order::Return(first::FRAME)), DONE);
        case.equal(Order::Load(address).perform(), value(2));
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        Ok(())
    });
    report.case("SH-3 nobody is twice in a chain", |case| {
        all_map(case)?;
        case.equal(Order::Lend(own::FRAME, peer::FIRST, WRITE).perform(), DONE);
        case.equal(FIRST.does(Order::Lend(first::FRAME, peer::SECOND, WRITE)), DONE);
        let back = SECOND.does(Order::Lend(second::FRAME, crate::cast::TESTER, WRITE));
        case.equal(back, Err(Error::AlreadyExists));
        case.equal(SECOND.does(hold(second::FRAME)), Err(Error::AlreadyExists));
        case.equal(SECOND.does(Order::Return(second::FRAME)), DONE);
        case.equal(FIRST.does(Order::Return(first::FRAME)), DONE);
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        Ok(())
    });
}
