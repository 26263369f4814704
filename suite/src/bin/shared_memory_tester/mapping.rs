//! Mapping and unmapping (SH-1, SH-2).

use pw_status::Error;
use suite::report::Report;
use suite::sharing::Order;

use crate::cast::{BYTES, DONE, FIRST, READ, SECOND, WRITE, first, mapped, own, second, value};

pub(crate) fn shared(report: &mut Report) {
    report.case("SH-1 SH-2 a region begins as zeros, at one address for all", |case| {
        let address = mapped(own::FRAME, WRITE)?;
        case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
        case.equal(SECOND.does(Order::Map(second::FRAME, READ)), Ok((address, BYTES)));
        for place in [address, address + 1, address + BYTES / 2, address + BYTES - 1] {
            case.equal_for(place, Order::Load(place).perform(), value(0));
            case.equal_for(place, FIRST.does(Order::Load(place)), value(0));
        }
        Ok(())
    });
    report.case("SH-2 what one writes the others read, from the first byte to the last", |case| {
        let address = mapped(own::FRAME, WRITE)?;
        for (number, offset) in [0, 1, 2047, 2048, BYTES - 1].into_iter().enumerate() {
            let place = address + offset;
            case.equal(Order::Store(place, 10 + number as u8).perform(), DONE);
            case.equal_for(offset, FIRST.does(Order::Load(place)), value(10 + number));
            case.equal(FIRST.does(Order::Store(place, 20 + number as u8)), DONE);
            case.equal_for(offset, SECOND.does(Order::Load(place)), value(20 + number));
            case.equal_for(offset, Order::Load(place).perform(), value(20 + number));
        }
        Ok(())
    });
    report.case("SH-2 what is mapped stays so when it is mapped again", |case| {
        let address = mapped(own::FRAME, WRITE)?;
        case.equal(mapped(own::FRAME, READ)?, address);
        case.equal(Order::Load(address).perform(), FIRST.does(Order::Load(address)));
        case.equal(mapped(own::FRAME, WRITE)?, address);
        case.equal(Order::Store(address, 5).perform(), DONE);
        Ok(())
    });
}

pub(crate) fn rights(report: &mut Report) {
    report.case("SH-1 nobody may do more than is declared", |case| {
        case.equal(FIRST.does(Order::Map(first::VIEW, WRITE)), Err(Error::PermissionDenied));
        case.equal(FIRST.does(Order::Write(first::VIEW, 0, 1)), Err(Error::PermissionDenied));
        // Without an access it is to be read.
        case.equal(SECOND.does(Order::Map(second::VIEW, WRITE)), Err(Error::PermissionDenied));
        case.equal(SECOND.does(Order::Map(second::VIEW, READ)).map(|_| ()), Ok(()));
        case.equal(SECOND.does(Order::Unmap(second::VIEW)), DONE);
        case.equal(FIRST.does(Order::Read(first::VIEW, 0)), value(0));
        Ok(())
    });
    report.case("SH-1 SH-2 a write to what may only be read is a fault at that address", |case| {
        let address = mapped(own::VIEW, WRITE)?;
        case.equal(FIRST.does(Order::Map(first::VIEW, READ)), Ok((address, BYTES)));
        case.equal(FIRST.does(Order::Load(address + 5)), value(0));
        FIRST.faults(case, Order::Store(address + 5, 1), address + 5)?;
        case.equal(Order::Load(address + 5).perform(), value(0));
        Ok(())
    });
    report.case("SH-2 a write to what is mapped to be read is one, whatever is declared", |case| {
        let address = mapped(own::FRAME, WRITE)?;
        case.equal(FIRST.does(Order::Map(first::FRAME, READ)), Ok((address, BYTES)));
        FIRST.faults(case, Order::Store(address, 1), address)
    });
    report.case(
        "SH-2 so is an access to what another has mapped, and to what lies behind",
        |case| {
            let address = mapped(own::FRAME, WRITE)?;
            FIRST.faults(case, Order::Load(address), address)?;
            case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
            case.equal(FIRST.does(Order::Store(address + BYTES - 1, 9)), DONE);
            // On a board other regions lie there, which the first has not mapped; on Linux nothing.
            FIRST.faults(case, Order::Load(address + BYTES), address + BYTES)
        },
    );
}

pub(crate) fn places(report: &mut Report) {
    report.case("SH-2 four regions can be mapped, and a fifth is told at once", |case| {
        for handle in [own::FRAME, own::VIEW, own::THIRD, own::FOURTH] {
            mapped(handle, WRITE)?;
        }
        let fifth = Order::Map(own::FIFTH, WRITE);
        case.equal(fifth.perform(), Err(Error::ResourceExhausted));
        case.part("one that is mapped already");
        mapped(own::FOURTH, READ)?;
        case.part("a place that has become free");
        case.equal(Order::Unmap(own::VIEW).perform(), DONE);
        let address = mapped(own::FIFTH, WRITE)?;
        case.equal(Order::Store(address, 55).perform(), DONE);
        case.equal(FIRST.does(Order::Read(first::FIFTH, 0)), value(55));
        case.equal(Order::Map(own::VIEW, READ).perform(), Err(Error::ResourceExhausted));
        Ok(())
    });
    report.case("SH-4 what has no place can be copied all the same", |case| {
        case.equal(Order::Write(own::VIEW, 8, 0x1234_5678).perform(), DONE);
        case.equal(Order::Read(own::VIEW, 8).perform(), value(0x1234_5678));
        case.equal(FIRST.does(Order::Read(first::VIEW, 8)), value(0x1234_5678));
        for handle in [own::FRAME, own::THIRD, own::FOURTH, own::FIFTH] {
            case.equal(Order::Unmap(handle).perform(), DONE);
        }
        Ok(())
    });
}

pub(crate) fn ended(report: &mut Report) {
    report.case("SH-2 SH-5 an access to what was unmapped is a fault", |case| {
        let address = mapped(own::THIRD, WRITE)?;
        case.equal(FIRST.does(Order::Map(first::THIRD, WRITE)), Ok((address, BYTES)));
        case.equal(FIRST.does(Order::Store(address, 3)), DONE);
        case.equal(FIRST.does(Order::Unmap(first::THIRD)), DONE);
        FIRST.faults(case, Order::Load(address), address)?;
        case.part("again");
        case.equal(FIRST.does(Order::Unmap(first::THIRD)), Err(Error::Unavailable));
        case.equal(FIRST.does(Order::Map(first::THIRD, READ)), Ok((address, BYTES)));
        case.equal(FIRST.does(Order::Load(address)), value(3));
        case.equal(FIRST.does(Order::Unmap(first::THIRD)), DONE);
        case.equal(Order::Unmap(own::THIRD).perform(), DONE);
        Ok(())
    });
}
