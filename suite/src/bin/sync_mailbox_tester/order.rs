//! In which order requests are taken and answered (SM-3, SM-4).

use pw_status::Result;
use suite::capsule::{Party, Step, Way, What, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SECOND, SERVER, answer, answered, begin, call, id_of, introduce, is_taken,
    meet, meets, respond, respond_before, take, take_from, try_take,
};

fn first_come(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    let [first, second] = [id_of(case, FIRST)?, id_of(case, SECOND)?];
    introduce(case, SERVER, FIRST)?;
    introduce(case, SERVER, SECOND)?;
    SECOND.begins(call(way, server, 2))?;
    must(case, own.does(begin(Way::Plain, server, 3)))?;
    FIRST.begins(call(way, server, 1))?;
    for (from, seed) in [(second, 2), (tester, 3)] {
        let taken = SERVER.does(take(way));
        is_taken(case, taken, from, seed)?;
        SERVER.must(case, respond(seed + 10))?;
    }
    // Who comes again stands behind who was there.
    case.equal(answer(SECOND.came_to()), answered(12));
    SECOND.begins(call(way, server, 4))?;
    for (from, seed) in [(first, 1), (second, 4)] {
        let taken = SERVER.does(take(way));
        is_taken(case, taken, from, seed)?;
        SERVER.must(case, respond(seed + 10))?;
    }
    case.equal(SERVER.does(try_take(way)), code(ErrorCode::NoDevice));
    case.equal(answer(FIRST.came_to()), answered(11));
    case.equal(answer(SECOND.came_to()), answered(14));
    case.equal(answer(own.does(COLLECT)), answered(13));
    Ok(())
}

fn taken_from(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let tester = meets(case, own, SERVER)?;
    let [first, second] = [id_of(case, FIRST)?, id_of(case, SECOND)?];
    for mate in [FIRST, SECOND] {
        introduce(case, mate, SERVER)?;
        introduce(case, SERVER, mate)?;
    }
    // The middle, the end and the beginning of a line.
    let ids = [first, second, tester];
    for which in [1, 2, 0] {
        FIRST.begins(call(way, server, 1))?;
        SECOND.begins(call(way, server, 2))?;
        must(case, own.does(begin(Way::Plain, server, 3)))?;
        let taken = SERVER.does(take_from(way, ids[which]));
        is_taken(case, taken, ids[which], which as u8 + 1)?;
        let again = SERVER.does(take_from(way, ids[which]));
        case.equal_for(which, again, code(ErrorCode::NoDevice));
        SERVER.must(case, respond(50))?;
        for other in (0..3).filter(|other| *other != which) {
            let taken = SERVER.does(try_take(way));
            is_taken(case, taken, ids[other], other as u8 + 1)?;
            SERVER.must(case, respond(50))?;
        }
        case.equal(answer(FIRST.came_to()), answered(50));
        case.equal(answer(SECOND.came_to()), answered(50));
        case.equal(answer(own.does(COLLECT)), answered(50));
    }
    Ok(())
}

pub(crate) fn lines(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-3 requests are taken in the order in which they came",
        |case, way| first_come(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "SM-1 SM-3 a server takes one client's request, and the line stays as it was",
        |case, way| taken_from(case, own, way),
    );
}

fn any_order(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    introduce(case, SERVER, FIRST)?;
    introduce(case, SERVER, SECOND)?;
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        FIRST.begins(call(way, server, 1))?;
        SECOND.begins(call(way, server, 2))?;
        must(case, own.does(begin(Way::Plain, server, 3)))?;
        for _ in 0..3 {
            SERVER.must(case, take(way))?;
        }
        // What was taken latest is the third's.
        for place in order {
            SERVER.must(case, respond_before(place, 53 - place))?;
        }
        case.equal(answer(FIRST.came_to()), answered(51));
        case.equal(answer(SECOND.came_to()), answered(52));
        case.equal(answer(own.does(COLLECT)), answered(53));
    }
    Ok(())
}

fn nobodys(case: &mut Case, way: Way) -> Result<()> {
    let server = id_of(case, SERVER)?;
    introduce(case, FIRST, SERVER)?;
    case.equal(SERVER.does(try_take(way)), code(ErrorCode::NoDevice));
    let wild = [0, 0xFF, 0x100, 0xFFFF, u32::MAX, server, server + 0x100];
    for id in wild {
        let taken = SERVER.does(take_from(Way::Plain, id));
        case.equal_for(id, taken, code(ErrorCode::NoDevice));
    }
    // Another's line is nobody else's.
    introduce(case, SERVER, FIRST)?;
    FIRST.begins(call(way, server, 1))?;
    let first = introduce(case, SECOND, SECOND)
        .and_then(|_| SECOND.must(case, Step::new(What::Find).of(FIRST.name())))?;
    case.equal(SECOND.does(try_take(way)), code(ErrorCode::NoDevice));
    case.equal(SECOND.does(take_from(way, first as u32)), code(ErrorCode::NoDevice));
    SERVER.must(case, try_take(way))?;
    SERVER.must(case, respond(2))?;
    case.equal(answer(FIRST.came_to()), answered(2));
    Ok(())
}

pub(crate) fn held(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "SM-4 a server holds several requests, and answers them in any order",
        |case, way| any_order(case, own, way),
    );
    each_of(
        report,
        &Way::AT_ONCE,
        "SM-1 CP-5 what is not there, or of somebody unknown, is not taken",
        nobodys,
    );
}
