//! Finding each other (NO-1).

use pw_status::{ErrorCode, OK, driver};
use suite::hostile::{ARENA, call_message, call_with};
use suite::notifying::{Order, name, refused, value};
use suite::report::Report;
use userspace::raw::Syscall;

use crate::cast::{FIRST, SECOND, TESTER, fresh, known, known_to, own};

const NOTIFY: usize = driver::NOTIFY as usize;

/// Discovers what so many bytes of the arena name; the status word and the number.
fn discover_bytes(length: usize) -> (u32, usize) {
    let words = [NOTIFY, 0, ARENA.at(0), length];
    let allowed = call_with(Syscall::AllowReadOnly, words).status;
    if allowed != OK {
        return (allowed, 0);
    }
    let words = [NOTIFY, 1, 0, 0, 0, 0, 0];
    let (results, _) = call_message(Syscall::Command as usize, words);
    let _ = call_with(Syscall::AllowReadOnly, [NOTIFY, 0, 0, 0]);
    (results.status, results.value1)
}

pub(crate) fn cases(report: &mut Report) {
    report.case("NO-1 CP-1 the driver is there, with eight numbers and three commands", |case| {
        let command = |number| call_with(Syscall::Command, [NOTIFY, number, 0, 0]).status;
        case.equal(command(0), OK);
        case.equal(command(4), ErrorCode::NoSupport.status());
        for (call, first_absent) in
            [(Syscall::AllowReadOnly, 1), (Syscall::AllowReadWrite, 8), (Syscall::Subscribe, 8)]
        {
            let status = |number| call_with(call, [NOTIFY, number, 0, 0]).status;
            case.equal_for(call, status(first_absent - 1), OK);
            case.equal_for(call, status(first_absent), ErrorCode::NoSupport.status());
        }
        Ok(())
    });
    report.case(
        "NO-1 a process is found by its name, and found again by the same number",
        |case| {
            fresh(case)?;
            let first = known(case, FIRST.name())?;
            let second = known(case, SECOND.name())?;
            case.holds(first != second);
            let again = known(case, FIRST.name())?;
            case.equal(again, first);
            case.part("itself");
            let itself = known_to(case, FIRST, FIRST.name())?;
            let again = known_to(case, FIRST, FIRST.name())?;
            case.equal(again, itself);
            let tester = known_to(case, FIRST, TESTER)?;
            case.holds(tester != itself);
            case.part("nobody");
            for absent in ["firs", "firsts", "First", " first"] {
                let found = own(Order::Discover(name(absent)));
                case.equal_for(absent, found, refused(ErrorCode::NoDevice));
            }
            Ok(())
        },
    );
    report.case("NO-1 zeros behind a name do not count, and no name is refused", |case| {
        let first = known(case, FIRST.name())? as usize;
        ARENA.write(0, &[0; 256]);
        ARENA.write(0, b"first");
        for length in [5, 6, 64, 65, 200] {
            case.equal_for(length, discover_bytes(length), (OK, first));
        }
        ARENA.write(199, b"x");
        case.equal(discover_bytes(199), (OK, first));
        case.equal(discover_bytes(200), (ErrorCode::NoDevice.status(), 0));
        case.equal(discover_bytes(4), (ErrorCode::NoDevice.status(), 0));
        case.equal(discover_bytes(0), (ErrorCode::Invalid.status(), 0));
        Ok(())
    });
    report.case("NO-1 PR-4 who has ended is not found, and found again when it runs", |case| {
        let first = known(case, FIRST.name())? as usize;
        FIRST.end(case)?;
        case.equal(own(Order::Discover(FIRST.name())), refused(ErrorCode::NoDevice));
        FIRST.start()?;
        case.equal(own(Order::Discover(FIRST.name())), value(first));
        Ok(())
    });
}
