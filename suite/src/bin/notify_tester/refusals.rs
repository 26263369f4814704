//! What is refused, and changes nothing (NO-2).

use pw_status::ErrorCode;
use suite::hostile::ARENA;
use suite::notifying::{BUFFER_BYTES, DONE, NOTHING, Order, refused};
use suite::report::Report;

use crate::cast::{FIRST, TESTER, fresh, known, known_to, own};

pub(crate) fn cases(report: &mut Report) {
    report.case("NO-2 a number that means nobody, or oneself, is refused", |case| {
        fresh(case)?;
        let itself = known(case, TESTER)?;
        for number in [itself, 7, 8, u32::MAX] {
            for notify in [Order::Service(number), Order::Client(number)] {
                case.equal_for(notify, own(notify), refused(ErrorCode::Invalid));
            }
        }
        Ok(())
    });
    report.case("NO-2 what a wall cannot let through fails the notification", |case| {
        fresh(case)?;
        let first = known(case, FIRST.name())?;
        let itself = known_to(case, FIRST, FIRST.name())?;
        let address = ARENA.at(0).next_multiple_of(64) + 1;
        case.equal(own(Order::AllowPlain(first, address, 5)), Ok([address, 5, 0]));
        case.equal(own(Order::Service(first)), refused(ErrorCode::Invalid));
        case.equal(FIRST.does(Order::Look(itself)), NOTHING);
        case.equal(own(Order::AllowPlain(first, 0, 0)), DONE);
        Ok(())
    });
    report.case("NO-2 what is another's is not the receiver's to share", |case| {
        fresh(case)?;
        let service = known(case, TESTER)?;
        let tester = known_to(case, FIRST, TESTER)?;
        let address = FIRST.must(case, Order::Allow(tester, 0))?;
        case.equal(FIRST.does(Order::Service(tester)), DONE);
        case.equal(own(Order::Look(service)).map(|[_, length, _]| length), Ok(BUFFER_BYTES));
        let first = known(case, FIRST.name())?;
        let onward = Order::AllowPlain(first, address, BUFFER_BYTES);
        case.equal(own(onward), Ok([address, BUFFER_BYTES, 0]));
        case.equal(own(Order::Client(first)), refused(ErrorCode::Invalid));
        case.equal(FIRST.does(Order::AllowPlain(tester, 0, 0)), DONE);
        case.equal(own(onward), refused(ErrorCode::Invalid));
        case.equal(own(Order::AllowPlain(first, 0, 0)), DONE);
        Ok(())
    });
}
