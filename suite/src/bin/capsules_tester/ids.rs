//! Process ids: which work, for whom, and for how long (CP-5).

use pw_status::Result;
use suite::capsule::{Party, Step, What, code, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{FIRST, SECOND, TESTER, meet, meets};

/// Sends a message to nobody in particular; nobody receives, so that whoever is known is OFF.
fn send(id: u32) -> Step {
    Step::new(What::Send).with(id)
}

/// Checks that of all ids of few bits those alone work.
fn are_known(case: &mut Case, own: &mut Party, known: &[u32]) {
    for index in (0..8).chain([0x7F, 0x80, 0xFF]) {
        for incarnation in (0..12).chain([0x10_0000, 0x80_0000, 0xFF_FFFF]) {
            let id = index | incarnation << 8;
            let wanted = if known.contains(&id) { ErrorCode::Off } else { ErrorCode::NoDevice };
            case.equal_for(id, own.does(send(id)), code(wanted));
        }
    }
}

fn one_by_one(case: &mut Case, own: &mut Party) -> Result<()> {
    meets(case, own, FIRST)?;
    FIRST.restart(case)?;
    SECOND.restart(case)?;
    // Its own it has found.
    let tester = must(case, own.does(Step::new(What::Find).of(TESTER)))? as u32;
    are_known(case, own, &[tester]);
    let first = meet(case, own, FIRST)?;
    are_known(case, own, &[tester, first]);
    let second = meet(case, own, SECOND)?;
    are_known(case, own, &[tester, first, second]);
    // A number that was told is no right: neither robot has met the other.
    case.equal(FIRST.does(send(second)), code(ErrorCode::NoDevice));
    case.equal(SECOND.does(send(first)), code(ErrorCode::NoDevice));
    FIRST.restart(case)?;
    are_known(case, own, &[tester, second]);
    let next = meet(case, own, FIRST)?;
    case.equal(next, first + 0x100);
    are_known(case, own, &[tester, next, second]);
    Ok(())
}

pub(crate) fn given(report: &mut Report, own: &mut Party) {
    report.case(
        "CP-5 an id works for whom it was given to, while both live, and no other does",
        |case| one_by_one(case, own),
    );
    report.case(
        "CP-5 PR-9 whoever begins a new life has no ids, though the others live on",
        |case| {
            let tester = meets(case, own, FIRST)?;
            case.equal(FIRST.does(send(tester)), code(ErrorCode::Off));
            FIRST.restart(case)?;
            case.equal(FIRST.does(send(tester)), code(ErrorCode::NoDevice));
            let found = FIRST.must(case, Step::new(What::Find).of(TESTER))?;
            case.equal(found as u32, tester);
            case.equal(FIRST.does(send(tester)), code(ErrorCode::Off));
            Ok(())
        },
    );
    report.case("CP-5 being found gives no id of the finder", |case| {
        FIRST.restart(case)?;
        SECOND.restart(case)?;
        FIRST.registers(case)?;
        SECOND.registers(case)?;
        let first = SECOND.must(case, Step::new(What::Find).of(FIRST.name()))? as u32;
        let second = SECOND.must(case, Step::new(What::Find).of(SECOND.name()))? as u32;
        case.equal(SECOND.does(send(first)), code(ErrorCode::Off));
        case.equal(FIRST.does(send(second)), code(ErrorCode::NoDevice));
        Ok(())
    });
}
