//! Buffers that others see (NO-1, NO-2, SH-5).

use pw_status::Result;
use suite::notifying::{BUFFER_BYTES, DONE, Order, value};
use suite::report::{Case, Report};

use crate::cast::{FIRST, SECOND, TESTER, fresh, known, known_to, own};

/// Shares a buffer of the tester's with the first other, which is told; its address, and the number.
fn share(case: &mut Case, which: u8) -> Result<(usize, u32)> {
    let first = known(case, FIRST.name())?;
    let itself = known_to(case, FIRST, FIRST.name())?;
    let address = own(Order::Allow(first, which)).map_or(0, |[address, ..]| address);
    case.equal(own(Order::Service(first)), DONE);
    let tester = known_to(case, FIRST, TESTER)? as usize;
    case.equal(FIRST.does(Order::Look(itself)), Ok([tester, BUFFER_BYTES, address]));
    Ok((address, first))
}

/// Takes back what the tester allows under a number.
fn take_back(case: &mut Case, number: u32) {
    case.equal(own(Order::AllowPlain(number, 0, 0)), DONE);
}

pub(crate) fn cases(report: &mut Report) {
    report.case("NO-1 a shared buffer is the receiver's to read and to write", |case| {
        fresh(case)?;
        case.equal(own(Order::Fill(0, 7)), DONE);
        let (address, first) = share(case, 0)?;
        let last = address + BUFFER_BYTES - 1;
        case.equal(FIRST.does(Order::Load(address)), value(7));
        case.equal(FIRST.does(Order::Store(last, 9)), DONE);
        case.equal(own(Order::Ends(0)), Ok([7, 9, 0]));
        case.equal(own(Order::Store(address, 8)), DONE);
        case.equal(FIRST.does(Order::Load(address)), value(8));
        take_back(case, first);
        Ok(())
    });
    report.case("NO-2 SH-5 a buffer that is swapped out is out of reach at once", |case| {
        fresh(case)?;
        for which in [0, 1] {
            let (address, first) = share(case, which)?;
            case.equal(own(Order::Allow(first, 1 - which)).map(|[_, length, _]| length), Ok(64));
            FIRST.faults(case, Order::Load(address), address)?;
            take_back(case, first);
        }
        Ok(())
    });
    report.case("NO-2 an upcall tells what is shared when it comes", |case| {
        fresh(case)?;
        let first = known(case, FIRST.name())?;
        let itself = known_to(case, FIRST, FIRST.name())?;
        case.equal(own(Order::Allow(first, 0)).is_ok(), true);
        case.equal(own(Order::Service(first)), DONE);
        let address = own(Order::Allow(first, 1)).map_or(0, |[address, ..]| address);
        let tester = known_to(case, FIRST, TESTER)? as usize;
        case.equal(FIRST.does(Order::Look(itself)), Ok([tester, 0, 0]));
        case.equal(own(Order::Service(first)), DONE);
        case.equal(FIRST.does(Order::Look(itself)), Ok([tester, BUFFER_BYTES, address]));
        take_back(case, first);
        Ok(())
    });
    report.case("NO-1 a number's buffer is that process's, and no other's", |case| {
        fresh(case)?;
        let (address, first) = share(case, 0)?;
        let second = known(case, SECOND.name())?;
        let itself = known_to(case, SECOND, SECOND.name())?;
        case.equal(own(Order::Service(second)), DONE);
        let tester = known_to(case, SECOND, TESTER)? as usize;
        case.equal(SECOND.does(Order::Look(itself)), Ok([tester, 0, 0]));
        SECOND.faults(case, Order::Load(address), address)?;
        case.equal(FIRST.does(Order::Load(address)).is_ok(), true);
        take_back(case, first);
        Ok(())
    });
    report.case("NO-1 both share with each other at once", |case| {
        fresh(case)?;
        let service = known(case, TESTER)?;
        let (address, first) = share(case, 1)?;
        let tester = known_to(case, FIRST, TESTER)?;
        let theirs = FIRST.must(case, Order::Allow(tester, 1))?;
        case.equal(FIRST.does(Order::Fill(1, 5)), DONE);
        case.equal(FIRST.does(Order::Service(tester)), DONE);
        case.equal(own(Order::Look(service)), Ok([first as usize, BUFFER_BYTES, theirs]));
        case.equal(own(Order::Load(theirs)), value(5));
        case.equal(FIRST.does(Order::Store(address, 6)), DONE);
        case.equal(own(Order::Load(address)), value(6));
        take_back(case, first);
        Ok(())
    });
}
