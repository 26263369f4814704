//! Buffers that are full (AM-2, AM-3).

use pw_status::Result;
use suite::capsule::{Message, Notice, Party, Way, code, each_of, must};
use suite::report::{Case, Report};
use userspace::syscall::ErrorCode;

use crate::cast::{FIRST, SWAP, closes, from, look, message, notice, opens, read, send, told};

/// Set in the value of a swap if something found no room.
const EXCEEDED: u64 = 0x100;

fn marked(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    // A buffer of 120 bytes, 8 of them a header, takes seven messages of 8.
    for seed in 1..=6 {
        must(case, own.does(send(way, first, seed)))?;
    }
    case.equal(own.does(send(way, first, 66).giving(66, 9)), code(ErrorCode::NoMemory));
    // A shorter one fits still, to the last byte.
    must(case, own.does(send(way, first, 7)))?;
    for bytes in [0, 1, 8, 100] {
        let said = own.does(send(way, first, 66).giving(66, bytes));
        case.equal_for(bytes, said, code(ErrorCode::NoMemory));
    }
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(7, 56, 5)));
    case.equal(FIRST.does(SWAP), Ok(EXCEEDED | 7));
    case.equal(read(FIRST.does(message(5))), from(tester, 6));
    // The next buffer is as any.
    must(case, own.does(send(way, first, 8)))?;
    case.equal(FIRST.does(SWAP), Ok(1));
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(1, 8, 0)));
    closes(case, FIRST, tester)
}

fn to_the_last_byte(case: &mut Case, own: &mut Party, way: Way) -> Result<()> {
    let (first, tester) = opens(case, own, FIRST, way)?;
    let give = |bytes| send(way, first, 3).giving(3, bytes);
    case.equal(own.does(give(105)), code(ErrorCode::NoMemory));
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(0, 0, 1)));
    must(case, own.does(give(104)))?;
    case.equal(told(FIRST.does(notice(way))), Ok(Notice::Messages(1, 104, 0)));
    case.equal(own.does(give(0)), code(ErrorCode::NoMemory));
    case.equal(FIRST.does(SWAP), Ok(EXCEEDED | 1));
    let expected = Message { from: tester, len: 104, seed: 3 };
    case.equal(read(FIRST.does(message(0))), Ok(expected));
    case.equal(told(FIRST.does(look(0))), Ok(Notice::Messages(0, 0, 1)));
    closes(case, FIRST, tester)
}

pub(crate) fn full(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "AM-3 AM-2 a message that finds no room is NOMEM, marked and counted, and not begun",
        |case, way| marked(case, own, way),
    );
    each_of(
        report,
        &Way::ALL,
        "AM-3 AM-2 a message that would fill the whole buffer fits, and a longer one never does",
        |case, way| to_the_last_byte(case, own, way),
    );
}
