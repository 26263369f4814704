//! Waiting for a request and taking it, in one step (SM-1, CP-2).

use pw_status::{Error, Result};
use suite::capsule::{Came, Party, Way, must};
use suite::pattern;
use suite::report::{Case, Report};
use suite::robot;
use userspace::allow::with_read_write;
use userspace::syscall::yield_wait_for;

use crate::cast::{
    COLLECT, FIRST, SECOND, answer, answered, begin, call, look, meet, meets, respond_to,
};

const DRIVER: u32 = 0x9_0001;

/// Waits for the upcall that takes a request, with room for it, and gives its words and what stands in the room.
fn taken_by_upcall() -> Result<([usize; 3], [u8; 8])> {
    let mut room = [0; 8];
    let waited = with_read_write(DRIVER, 1, &mut room, || yield_wait_for(DRIVER, 3));
    let words = waited.flatten().map_err(|_| Error::Aborted)?;
    Ok((words, room))
}

fn by_upcall(case: &mut Case, own: &mut Party) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    meets(case, own, SECOND)?;
    let ids = [meet(case, own, FIRST)?, meet(case, own, SECOND)?];
    case.equal(own.does(look(3)), Ok(0));
    FIRST.begins(call(Way::Plain, tester, 1))?;
    SECOND.begins(call(Way::Plain, tester, 2))?;
    for (mate, seed, id) in [(FIRST, 1, ids[0]), (SECOND, 2, ids[1])] {
        let ([from, full, serial], room) = taken_by_upcall()?;
        case.equal((from, full), (id as usize, 8));
        case.equal(room, pattern::array(seed));
        let left = own.does(look(2)).map(Came::from_value);
        case.equal(left, Ok((seed == 1).then_some(Came([1, 0, 0]))));
        must(case, own.does(respond_to(from as u32, serial as u32)))?;
        case.equal(answer(mate.came_to()), answered(99));
    }
    case.equal(own.does(look(3)), Ok(0));
    // And when it comes later.
    let soon = [robot::Step::Sleep(5), robot::Step::Capsule(begin(Way::Plain, tester, 3))];
    FIRST.peer().robot().run(&soon)?;
    let ([from, _, serial], room) = taken_by_upcall()?;
    case.equal(room, pattern::array(3));
    must(case, own.does(respond_to(from as u32, serial as u32)))?;
    case.equal(answer(FIRST.does(COLLECT)), answered(99));
    Ok(())
}

pub(crate) fn upcalls(report: &mut Report, own: &mut Party) {
    report.case("SM-1 SM-3 CP-2 who waits for upcall 3 has taken a request, in one step", |case| {
        by_upcall(case, own)
    });
}
