//! The stream buffer byte by byte, with headers that are none (AM-2, AM-3).

use pw_status::{Error, Result};
use suite::capsule::{Notice, Party, Said, Way, code, must};
use suite::pattern;
use suite::report::{Case, Report};
use userspace::allow::{with_read_only, with_read_write};
use userspace::syscall::{ErrorCode, command};

use crate::cast::{FIRST, look, meet, meets, send, told};

const DRIVER: u32 = 0x9_0002;
const ROOM: usize = 48;
const CANARY: u8 = 0xC5;
/// Flags of a header, in its byte 3.
const EXCEEDED: u8 = 1;
const HALT: u8 = 2;

/// The tester as a receiver, by plain calls.
struct Receiver {
    tester: u32,
    first: u32,
    bytes: [u8; ROOM],
}

impl Receiver {
    /// One that takes messages of the first.
    fn begin(case: &mut Case, own: &mut Party) -> Result<Receiver> {
        let tester = meets(case, own, FIRST)?;
        let first = meet(case, own, FIRST)?;
        case.equal(command(DRIVER, 1, 0, 0).map(|returned| returned.failure), Ok(None));
        Ok(Receiver { tester, first, bytes: [CANARY; ROOM] })
    }

    /// Canaries, and this header before them.
    fn set(&mut self, header: [u8; 8]) {
        self.bytes = [CANARY; ROOM];
        self.bytes[..8].copy_from_slice(&header);
    }

    /// What the first one's message comes to, with so much of the buffer.
    fn sent(&mut self, room: usize, seed: u8, bytes: u16) -> Said {
        let list = self.first.to_le_bytes();
        self.sent_with(&list, room, seed, bytes)
    }

    fn sent_with(&mut self, list: &[u8], room: usize, seed: u8, bytes: u16) -> Said {
        let step = send(Way::Plain, self.tester, 0).giving(seed, bytes);
        let send = || FIRST.does(step);
        let with_stream = || with_read_write(DRIVER, 0, &mut self.bytes[..room], send);
        with_read_only(DRIVER, 1, list, with_stream)??
    }

    /// Whether the bytes are these, and canaries behind.
    #[track_caller]
    fn holds(&self, case: &mut Case, what: impl core::fmt::Debug, parts: &[&[u8]]) {
        let mut expected = [CANARY; ROOM];
        let all = parts.iter().flat_map(|part| part.iter());
        for (place, byte) in expected.iter_mut().zip(all) {
            *place = *byte;
        }
        case.equal_for(what, self.bytes, expected);
    }
}

/// A header with these flags and this offset.
fn header(flags: u8, offset: u32) -> [u8; 8] {
    let [o0, o1, o2, o3] = offset.to_le_bytes();
    [0, 0, 0, flags, o0, o1, o2, o3]
}

pub(crate) fn all(report: &mut Report, own: &mut Party) {
    report.case("AM-2 the stream is Tock's, byte for byte", |case| layout(case, own));
    report.case("AM-2 AM-3 a header that is not valid is no room, and stays as it is", |case| {
        invalid(case, own)
    });
    report.case(
        "AM-2 AM-3 an offset beyond the room is no room, and nothing is written there",
        |case| beyond(case, own),
    );
    report.case("AM-2 AB-8 a buffer too short for a header or a message is no room", |case| {
        short(case, own)
    });
    report.case("AM-2 AM-3 a stream that has halted takes nothing more", |case| halted(case, own));
    report.case("AM-1 the list is ids of four bytes, the low one first, and whole", |case| {
        lists(case, own)
    });
    report.case(
        "AM-1 without a buffer there is no room, and without a list nobody is on it",
        |case| without(case, own),
    );
}

fn layout(case: &mut Case, own: &mut Party) -> Result<()> {
    let mut receiver = Receiver::begin(case, own)?;
    let id = receiver.first.to_le_bytes();
    receiver.set(header(0, 0));
    case.equal(receiver.sent(ROOM, 5, 3), Ok(0));
    let three: [u8; 3] = pattern::array(5);
    let first: [&[u8]; 3] = [&id, &[3, 0, 0, 0], &three];
    let [a, b, c] = first;
    receiver.holds(case, "one", &[&header(0, 11), a, b, c]);
    // The next stands at once behind it, and one of no bytes is a header.
    case.equal(receiver.sent(ROOM, 6, 0), Ok(0));
    receiver.holds(case, "two", &[&header(0, 19), a, b, c, &id, &[0; 4]]);
    case.equal(receiver.sent(ROOM, 6, 14), code(ErrorCode::NoMemory));
    receiver.holds(case, "full", &[&header(EXCEEDED, 19), a, b, c, &id, &[0; 4]]);
    // What fits goes on behind a mark that was made.
    let thirteen: [u8; 13] = pattern::array(7);
    case.equal(receiver.sent(ROOM, 7, 13), Ok(0));
    receiver.holds(
        case,
        "three",
        &[&header(EXCEEDED, 40), a, b, c, &id, &[0; 4], &id, &[13, 0, 0, 0], &thirteen],
    );
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(3, 16, 1)));
    // An offset in the middle of nothing is as good as any.
    receiver.set(header(0, 21));
    case.equal(receiver.sent(ROOM, 5, 3), Ok(0));
    let gap = [CANARY; 21];
    receiver.holds(case, "gap", &[&header(0, 32), &gap, a, b, c]);
    must(case, own.does(look(0))).map(|_| ())
}

fn invalid(case: &mut Case, own: &mut Party) -> Result<()> {
    let mut receiver = Receiver::begin(case, own)?;
    let mut refused = 0;
    let mut wrong = |case: &mut Case, header: [u8; 8]| {
        receiver.set(header);
        for bytes in [0, 8, 200] {
            refused += 1;
            let said = receiver.sent(ROOM, 1, bytes);
            case.equal_for((header, bytes), said, code(ErrorCode::NoMemory));
            receiver.holds(case, header, &[&header]);
        }
    };
    // Versions, and flags that mean nothing, in either byte order.
    for place in [0, 1] {
        for version in [1, 2, 0x80, 0xFF] {
            let mut header = header(0, 0);
            header[place] = version;
            wrong(case, header);
        }
    }
    for (high, low) in [(1, 0), (2, 0), (0, 4), (0, 0x80), (0xFF, 0xFF), (0x80, EXCEEDED)] {
        wrong(case, [0, 0, high, low, 0, 0, 0, 0]);
    }
    wrong(case, [0xFF; 8]);
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(0, 0, refused)));
    Ok(())
}

fn beyond(case: &mut Case, own: &mut Party) -> Result<()> {
    let mut receiver = Receiver::begin(case, own)?;
    let offsets = [33, 39, 40, 41, 47, 48, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000];
    let wrapping = (0..=24).map(|less| u32::MAX - less);
    for offset in offsets.into_iter().chain(wrapping) {
        receiver.set(header(0, offset));
        let said = receiver.sent(ROOM, 1, 0);
        case.equal_for(offset, said, code(ErrorCode::NoMemory));
        receiver.holds(case, offset, &[&header(EXCEEDED, offset)]);
    }
    // The last place that a message of no bytes has.
    receiver.set(header(0, 32));
    case.equal(receiver.sent(ROOM, 1, 1), code(ErrorCode::NoMemory));
    case.equal(receiver.sent(ROOM, 1, 0), Ok(0));
    receiver.holds(
        case,
        32,
        &[&header(EXCEEDED, 40), &[CANARY; 32], &receiver.first.to_le_bytes(), &[0; 4]],
    );
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(1, 0, 35)));
    Ok(())
}

fn short(case: &mut Case, own: &mut Party) -> Result<()> {
    let mut receiver = Receiver::begin(case, own)?;
    for room in 0..=20 {
        receiver.set(header(0, 0));
        let said = receiver.sent(room, 4, 4);
        let expected = if room < 20 { code(ErrorCode::NoMemory) } else { Ok(0) };
        case.equal_for(room, said, expected);
        let flags = if (8..20).contains(&room) { EXCEEDED } else { 0 };
        if room < 20 {
            receiver.holds(case, room, &[&header(flags, 0)]);
        }
    }
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(1, 4, 20)));
    Ok(())
}

fn halted(case: &mut Case, own: &mut Party) -> Result<()> {
    let mut receiver = Receiver::begin(case, own)?;
    let id = receiver.first.to_le_bytes();
    // Until something finds no room the flag does nothing.
    receiver.set(header(HALT, 0));
    case.equal(receiver.sent(ROOM, 1, 0), Ok(0));
    receiver.holds(case, "goes on", &[&header(HALT, 8), &id, &[0; 4]]);
    case.equal(receiver.sent(ROOM, 1, 25), code(ErrorCode::NoMemory));
    receiver.holds(case, "exceeded", &[&header(HALT | EXCEEDED, 8), &id, &[0; 4]]);
    case.equal(receiver.sent(ROOM, 1, 0), code(ErrorCode::NoMemory));
    receiver.holds(case, "halted", &[&header(HALT | EXCEEDED, 8), &id, &[0; 4]]);
    // It goes on when the mark is taken away.
    receiver.bytes[3] = HALT;
    case.equal(receiver.sent(ROOM, 1, 0), Ok(0));
    receiver.holds(case, "again", &[&header(HALT, 16), &id, &[0; 4], &id, &[0; 4]]);
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(2, 0, 2)));
    Ok(())
}

fn lists(case: &mut Case, own: &mut Party) -> Result<()> {
    let mut receiver = Receiver::begin(case, own)?;
    let [a, b, c, d] = receiver.first.to_le_bytes();
    let refused: [&[u8]; 7] = [
        &[],
        &[a],
        &[a, b, c],
        &[0, a, b, c],
        &[d, c, b, a],
        &[0, 0, 0, 0, a, b, c],
        &[9, 9, a, b, c, d, 9, 9],
    ];
    for list in refused {
        receiver.set(header(0, 0));
        let said = receiver.sent_with(list, ROOM, 1, 0);
        case.equal_for(list, said, code(ErrorCode::NoAcknowledge));
        receiver.holds(case, list, &[&header(0, 0)]);
    }
    case.equal(own.does(look(0)), Ok(0));
    let mut long = [0; 4 * 33 + 1];
    for place in [0, 4, 60, 64, 68, 124, 128] {
        for start in [0, 1] {
            long.fill(0);
            long[start + place..][..4].copy_from_slice(&[a, b, c, d]);
            receiver.set(header(0, 0));
            let said = receiver.sent_with(&long[start..start + 132], ROOM, 1, 0);
            case.equal_for((place, start), said, Ok(0));
        }
    }
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(14, 0, 0)));
    Ok(())
}

fn without(case: &mut Case, own: &mut Party) -> Result<()> {
    let receiver = Receiver::begin(case, own)?;
    let step = send(Way::Plain, receiver.tester, 1);
    case.equal(FIRST.does(step), code(ErrorCode::NoAcknowledge));
    let list = receiver.first.to_le_bytes();
    let said = with_read_only(DRIVER, 1, &list, || FIRST.does(step));
    case.equal(said, Ok(code(ErrorCode::NoMemory)));
    case.equal(told(own.does(look(0))), Ok(Notice::Messages(0, 0, 1)));
    let mut stream = header(0, 0);
    let said = with_read_write(DRIVER, 0, &mut stream, || FIRST.does(step));
    case.equal(said, Ok(code(ErrorCode::NoAcknowledge)));
    case.equal(own.does(look(0)), Ok(0));
    let returned = command(DRIVER, 2, 0, 0).map_err(|_| Error::Internal)?;
    case.equal(returned.failure, None);
    Ok(())
}
