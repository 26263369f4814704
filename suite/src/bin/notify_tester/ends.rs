//! Processes that end (NO-2, PR-4).

use pw_status::ErrorCode;
use suite::notifying::{BUFFER_BYTES, DONE, NOTHING, Order, refused, value};
use suite::report::Report;

use crate::cast::{FIRST, SECOND, TESTER, fresh, known, known_to, own};

pub(crate) fn cases(report: &mut Report) {
    report.case("NO-2 PR-4 what an ended owner has shared is out of reach", |case| {
        fresh(case)?;
        let second = known_to(case, FIRST, SECOND.name())?;
        let itself = known_to(case, SECOND, SECOND.name())?;
        let address = FIRST.must(case, Order::Allow(second, 0))?;
        case.equal(FIRST.does(Order::Service(second)), DONE);
        let told = SECOND.does(Order::Look(itself));
        case.equal(told.map(|[_, length, at]| (length, at)), Ok((BUFFER_BYTES, address)));
        FIRST.end(case)?;
        SECOND.faults(case, Order::Load(address), address)?;
        FIRST.start()
    });
    report.case("NO-2 of the notifications of the dead nobody hears", |case| {
        fresh(case)?;
        let service = known(case, TESTER)?;
        let tester = known_to(case, FIRST, TESTER)?;
        case.equal(FIRST.does(Order::Service(tester)), DONE);
        FIRST.restart(case)?;
        case.equal(own(Order::Look(service)), NOTHING);
        Ok(())
    });
    report.case(
        "NO-2 a number is over with the life it means, until that is found again",
        |case| {
            fresh(case)?;
            let first = known(case, FIRST.name())?;
            FIRST.restart(case)?;
            for notify in [Order::Service(first), Order::Client(first)] {
                case.equal(own(notify), refused(ErrorCode::NoDevice));
            }
            case.equal(own(Order::Discover(FIRST.name())), value(first as usize));
            case.equal(own(Order::Service(first)), DONE);
            let tester = known_to(case, FIRST, TESTER)? as usize;
            let itself = known_to(case, FIRST, FIRST.name())?;
            case.equal(FIRST.does(Order::Look(itself)), Ok([tester, 0, 0]));
            Ok(())
        },
    );
    report.case("NO-2 the next life's first notification binds the same number", |case| {
        fresh(case)?;
        let service = known(case, TESTER)?;
        let first = known(case, FIRST.name())?;
        FIRST.restart(case)?;
        let tester = known_to(case, FIRST, TESTER)?;
        case.equal(FIRST.does(Order::Service(tester)), DONE);
        case.equal(own(Order::Look(service)), Ok([first as usize, 0, 0]));
        case.equal(own(Order::Client(first)), DONE);
        case.equal(FIRST.does(Order::Look(tester)), Ok([tester as usize, 0, 0]));
        Ok(())
    });
}
