//! How long requests and responses may be (SM-5, SM-6, AB-10).

use pw_status::Result;
use suite::capsule::{Answer, MAX_BYTES, Party, Step, Taken, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{FIRST, SERVER, answer, answered, begin, id_of, is_taken, meet, meets};

fn respond(seed: u8, bytes: u16) -> Step {
    Step::new(What::Respond).giving(seed, bytes)
}

fn any_length(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    for (number, bytes) in [0u8, 1, 3, 4, 7, 8, 9, 64, 99, 100].into_iter().enumerate() {
        let seeds = [0, 1].map(|more| if bytes == 0 { 0 } else { 2 * number as u8 + more });
        let give = |step: Step, seed| step.giving(seed, bytes.into());
        SERVER.begins(Step::new(What::Take).by(way).of(bytes.max(20)))?;
        must(case, own.does(give(begin(way, server, 0), seeds[0])))?;
        let taken = must(case, SERVER.came_to()).map(Taken::from_value)?;
        let len = usize::from(bytes);
        let serial = taken.serial;
        let expected = Taken { from: tester, len, full: len, seed: seeds[0], serial };
        case.equal_for(bytes, taken, expected);
        SERVER.must(case, respond(seeds[1], bytes.into()))?;
        let said = answer(own.does(Step::new(What::Collect)));
        case.equal_for(bytes, said, Ok(Answer::whole(seeds[1], len)));
    }
    Ok(())
}

fn whoever_waits(case: &mut Case, way: Way) -> Result<()> {
    let server = id_of(case, SERVER)?;
    FIRST.must(case, Step::new(What::Find).of(SERVER.name()))?;
    let call = Step::new(What::Ask).by(way).with(server).of(50).giving(7, 50);
    for client_first in [true, false] {
        if client_first {
            FIRST.begins(call)?;
            SERVER.begins(Step::new(What::Take).by(way).of(50))?;
        } else {
            SERVER.begins(Step::new(What::Take).by(way).of(50))?;
            FIRST.begins(call)?;
        }
        let taken = must(case, SERVER.came_to()).map(Taken::from_value)?;
        case.equal((taken.len, taken.full, taken.seed), (50, 50, 7));
        case.holds(!FIRST.is_done());
        SERVER.must(case, respond(8, 50))?;
        case.equal(answer(FIRST.came_to()), Ok(Answer::whole(8, 50)));
    }
    Ok(())
}

pub(crate) fn whole(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-1 SM-5 AB-6 a request and its response arrive whole, whatever their lengths",
        |case, way| any_length(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "SM-1 a client that waits has its response, and a server that waits its request",
        whoever_waits,
    );
}

fn request_cut(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    for room in [0, 1, 7, 99] {
        let ask = begin(Way::Plain, server, 0).giving(5, 100);
        must(case, own.does(ask))?;
        let take = Step::new(What::Take).by(way).of(room);
        let taken = SERVER.must(case, take).map(Taken::from_value)?;
        let seed = if room == 0 { 0 } else { 5 };
        case.equal_for(room, (taken.len, taken.full, taken.seed), (room.into(), 100, seed));
        SERVER.must(case, respond(6, 8))?;
        case.equal(answer(own.does(Step::new(What::Collect))), answered(6));
    }
    Ok(())
}

fn response_cut(case: &mut Case, way: Way) -> Result<()> {
    let server = id_of(case, SERVER)?;
    FIRST.must(case, Step::new(What::Find).of(SERVER.name()))?;
    for room in [0, 1, 8, 99, 100] {
        let call = Step::new(What::Ask).by(way).with(server).of(room).giving(5, 8);
        FIRST.begins(call)?;
        SERVER.must(case, Step::new(What::TryTake).by(way).of(8))?;
        SERVER.must(case, respond(6, 100))?;
        let seed = if room == 0 { 0 } else { 6 };
        let expected = Answer { len: room.into(), full: 100, seed };
        case.equal_for(room, answer(FIRST.came_to()), Ok(expected));
    }
    Ok(())
}

pub(crate) fn cut(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-6 a request that is too long for its room is cut, and its length told",
        |case, way| request_cut(case, own, way),
    );
    each_of(
        report,
        &[Way::Plain, Way::Blocking, Way::Deadline],
        "SM-6 SM-2 a response that is too long for its room is cut, and its length told",
        response_cut,
    );
}

fn request_too_long(case: &mut Case, way: Way) -> Result<()> {
    let server = id_of(case, SERVER)?;
    FIRST.must(case, Step::new(What::Find).of(SERVER.name()))?;
    let call = Step::new(What::Ask).by(way).with(server).of(8);
    case.equal(FIRST.does(call.giving(1, MAX_BYTES + 1)), code(ErrorCode::Size));
    case.equal(SERVER.does(Step::new(What::TryTake).of(8)), code(ErrorCode::NoDevice));
    FIRST.begins(call.giving(1, MAX_BYTES))?;
    let taken = SERVER.must(case, Step::new(What::TryTake).by(way).of(250))?;
    let Taken { len, full, seed, .. } = Taken::from_value(taken);
    case.equal((len, full, seed), (250, MAX_BYTES.into(), 1));
    SERVER.must(case, respond(2, 0))?;
    case.equal(answer(FIRST.came_to()), Ok(Answer::whole(0, 0)));
    Ok(())
}

fn response_too_long(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    must(case, own.does(begin(Way::Plain, server, 3)))?;
    let taken = SERVER.does(Step::new(What::TryTake).by(way).of(8));
    is_taken(case, taken, tester, 3)?;
    case.equal(SERVER.does(respond(4, MAX_BYTES + 1)), code(ErrorCode::Size));
    case.equal(own.does(crate::cast::look(0)), Ok(0));
    SERVER.must(case, respond(5, MAX_BYTES))?;
    let said = answer(own.does(Step::new(What::Collect)));
    case.equal(said, Ok(Answer { len: 100, full: MAX_BYTES.into(), seed: 5 }));
    Ok(())
}

pub(crate) fn too_long(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &[Way::Plain, Way::Blocking, Way::Deadline],
        "AB-10 SM-1 a request longer than a transfer is SIZE, and none is under way",
        request_too_long,
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "AB-10 SM-1 AB-5 a response longer than a transfer is SIZE, and another may follow",
        |case, way| response_too_long(case, own, way),
    );
}
