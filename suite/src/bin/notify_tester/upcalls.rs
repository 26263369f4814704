//! Who is told, and when (NO-1, NO-2, CP-2).

use pw_status::Result;
use suite::notifying::{BUFFER_BYTES, DONE, NOTHING, Order, Partner};
use suite::report::{Case, Report};

use crate::cast::{FIRST, SECOND, TESTER, fresh, known, known_to, own};

pub(crate) fn late(report: &mut Report) {
    report.case("NO-2 a service that discovers itself late has missed nothing", |case| {
        let mut addresses = [0; 2];
        for (partner, address) in [FIRST, SECOND].into_iter().zip(&mut addresses) {
            let tester = known_to(case, partner, TESTER)?;
            *address = partner.must(case, Order::Allow(tester, 0))?;
            case.equal(partner.does(Order::Service(tester)), DONE);
        }
        let service = known(case, TESTER)?;
        case.holds(service > 1);
        for (sender, address) in addresses.into_iter().enumerate() {
            case.equal(own(Order::Look(service)), Ok([sender, BUFFER_BYTES, address]));
        }
        case.equal(own(Order::Look(service)), NOTHING);
        fresh(case)
    });
}

/// Has a process notify the tester as a service.
fn notifies(case: &mut Case, partner: Partner) -> Result<()> {
    let tester = known_to(case, partner, TESTER)?;
    case.equal(partner.does(Order::Service(tester)), DONE);
    Ok(())
}

pub(crate) fn cases(report: &mut Report) {
    report.case(
        "NO-1 CP-2 a wait for a notification ends with it, or with one before it",
        |case| {
            fresh(case)?;
            let itself = known_to(case, FIRST, FIRST.name())?;
            let first = known(case, FIRST.name())?;
            case.equal(FIRST.begins(Order::Wait(itself)), DONE);
            case.equal(own(Order::Service(first)), DONE);
            let [tester, length, address] = FIRST.came_to().unwrap_or([9; 3]);
            case.equal((length, address), (0, 0));
            let known = known_to(case, FIRST, TESTER)? as usize;
            case.equal(tester, known);
            case.equal(own(Order::Service(first)), DONE);
            case.equal(FIRST.does(Order::Wait(itself)), Ok([tester, 0, 0]));
            Ok(())
        },
    );
    report.case("NO-1 a service notifies its client, by the upcall of its own number", |case| {
        fresh(case)?;
        let service = known(case, TESTER)?;
        notifies(case, FIRST)?;
        let [client, ..] = own(Order::Look(service)).unwrap_or([9; 3]);
        case.equal(own(Order::Client(client as u32)), DONE);
        let tester = known_to(case, FIRST, TESTER)?;
        case.equal(FIRST.does(Order::Look(tester)), Ok([tester as usize, 0, 0]));
        case.equal(FIRST.does(Order::Look(tester)), NOTHING);
        Ok(())
    });
    report.case("NO-1 who is a service and a client at once is told as which", |case| {
        fresh(case)?;
        let itself = known_to(case, FIRST, FIRST.name())?;
        let first = known(case, FIRST.name())?;
        case.equal(own(Order::Client(first)), DONE);
        let tester = known_to(case, FIRST, TESTER)?;
        case.equal(FIRST.does(Order::Look(itself)), NOTHING);
        case.equal(own(Order::Service(first)), DONE);
        for upcall in [tester, itself] {
            case.equal(FIRST.does(Order::Look(upcall)), Ok([tester as usize, 0, 0]));
            case.equal(FIRST.does(Order::Look(upcall)), NOTHING);
        }
        Ok(())
    });
    report.case("NO-2 CP-2 a notification is a level, and senders take turns", |case| {
        fresh(case)?;
        let service = known(case, TESTER)?;
        let numbers = [FIRST, SECOND].map(|partner| known(case, partner.name()));
        let [first, second] = [numbers[0]? as usize, numbers[1]? as usize];
        for partner in [FIRST, FIRST, SECOND, SECOND] {
            notifies(case, partner)?;
        }
        let one = own(Order::Look(service)).unwrap_or([9; 3])[0];
        let (again, other) = if one == first { (FIRST, second) } else { (SECOND, first) };
        notifies(case, again)?;
        case.equal(own(Order::Look(service)), Ok([other, 0, 0]));
        case.equal(own(Order::Look(service)), Ok([one, 0, 0]));
        case.equal(own(Order::Look(service)), NOTHING);
        Ok(())
    });
}
