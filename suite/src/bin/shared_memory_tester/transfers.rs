//! Buffers that lie in shared memory (SH-3).

use pw_status::Error;
use suite::report::Report;
use suite::sharing::{MESSAGE_BYTES, Order, hold};
use suite::timing::patience;
use suite_codegen::shared_memory::first::handle::OUT;
use suite_codegen::shared_memory::tester::object::FROM_FIRST;

use crate::cast::{BYTES, DONE, FIRST, WRITE, first, mapped, own, value};

pub(crate) fn cases(report: &mut Report) {
    report.case("SH-2 AB-7 what is mapped can be a buffer", |case| {
        let address = mapped(own::FRAME, WRITE)?;
        case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
        case.equal(Order::Store(address, 0x5A).perform(), DONE);
        FIRST.begins(Order::Transact(OUT, address))?;
        let mut request = [0; MESSAGE_BYTES];
        case.equal(FROM_FIRST.receive(&mut request, patience())?.len, MESSAGE_BYTES);
        case.equal(request[0], 0x5A);
        FROM_FIRST.respond(&[0xA5; MESSAGE_BYTES])?;
        case.equal(FIRST.came_to(), value(MESSAGE_BYTES));
        let last = address + 2 * MESSAGE_BYTES - 1;
        case.equal(Order::Load(last).perform(), value(0xA5));
        Ok(())
    });
    report.case("SH-3 a transaction with buffers in what is lent to another is refused", |case| {
        let address = mapped(own::FRAME, WRITE)?;
        case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
        case.equal(hold(own::FRAME).perform(), DONE);
        let refused = Err(Error::PermissionDenied);
        case.equal(FIRST.does(Order::Transact(OUT, address)), refused);
        case.equal(Order::Return(own::FRAME).perform(), DONE);
        case.part("what is not mapped at all");
        case.equal(FIRST.does(Order::Unmap(first::FRAME)), DONE);
        case.equal(FIRST.does(Order::Transact(OUT, address)), refused);
        Ok(())
    });
    report.case(
        "SH-3 one that is under way when its buffers are lent ends so, not in them",
        |case| {
            let address = mapped(own::FRAME, WRITE)?;
            case.equal(FIRST.does(Order::Map(first::FRAME, WRITE)), Ok((address, BYTES)));
            FIRST.begins(Order::Transact(OUT, address))?;
            let mut request = [0; MESSAGE_BYTES];
            FROM_FIRST.receive(&mut request, patience())?;
            case.equal(hold(own::FRAME).perform(), DONE);
            let place = address + MESSAGE_BYTES;
            case.equal(Order::Store(place, 0x11).perform(), DONE);
            case.holds(FROM_FIRST.respond(&[0xEE; MESSAGE_BYTES]).is_err());
            case.equal(FIRST.came_to(), Err(Error::PermissionDenied));
            case.equal(Order::Load(place).perform(), value(0x11));
            case.equal(Order::Return(own::FRAME).perform(), DONE);
            Ok(())
        },
    );
}
