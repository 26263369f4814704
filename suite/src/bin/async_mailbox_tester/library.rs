//! What the safe library adds: who has the buffers (AM-2, CP-3).

use pw_status::{Error, Result};
use suite::capsule::{Party, Way, must};
use suite::report::{Case, Report};
use userspace::channel::StaticBuffer;
use userspace::inbox::{Allowlist, Inbox, InboxError};

use crate::cast::{CLOSE, FIRST, meet, meets, open, send};

static SHORT: [StaticBuffer<15>; 2] = [const { StaticBuffer::new() }; 2];
static LONG: [StaticBuffer<40>; 2] = [const { StaticBuffer::new() }; 2];
static FRIENDS: Allowlist<1> = Allowlist::new();

fn both<const N: usize>(buffers: &'static [StaticBuffer<N>; 2]) -> Result<[&'static mut [u8]; 2]> {
    let [first, second] = buffers.each_ref().map(|buffer| buffer.take());
    Ok([first.ok_or(Error::Internal)?, second.ok_or(Error::Internal)?])
}

fn given_back(case: &mut Case, own: &mut Party) -> Result<()> {
    let Err(refused) = Inbox::open(both(&SHORT)?, &FRIENDS) else { return Err(Error::Internal) };
    case.equal(refused.error, InboxError::BufferTooShort);
    case.equal(refused.buffers.map(|buffer| buffer.len()), [15, 15]);
    // Another part of the program has an inbox.
    must(case, own.does(open(Way::Blocking)))?;
    let Err(refused) = Inbox::open(both(&LONG)?, &FRIENDS) else { return Err(Error::Internal) };
    case.equal(refused.error, InboxError::AlreadyOpen);
    must(case, own.does(CLOSE))?;
    let opened = Inbox::open(refused.buffers, &FRIENDS);
    let mut inbox = opened.map_err(|_| Error::Aborted)?;
    let tester = meets(case, own, FIRST)?;
    let first = meet(case, own, FIRST)?;
    let id = userspace::ProcessId::from_word(first).ok_or(Error::Internal)?;
    case.holds(FRIENDS.add(id));
    FIRST.must(case, send(Way::Blocking, tester, 1))?;
    FIRST.must(case, send(Way::Blocking, tester, 2))?;
    case.holds(FIRST.does(send(Way::Blocking, tester, 3)).is_err());
    let notice = inbox.wait().map_err(|_| Error::Aborted)?;
    let expected = userspace::inbox::Notice::Messages { count: 2, bytes: 16, refused: 1 };
    case.equal(notice, expected);
    case.equal(inbox.lost(), 1);
    let messages = inbox.take().map_err(|_| Error::Aborted)?;
    case.holds(messages.was_exceeded());
    case.equal(messages.map(|message| message.from == id).filter(|is| *is).count(), 2);
    case.holds(FRIENDS.remove(id));
    case.equal(inbox.close().map(|buffer| buffer.len()), [40, 40]);
    Ok(())
}

pub(crate) fn buffers(report: &mut Report, own: &mut Party) {
    report.case(
        "CP-3 AM-2 an inbox gives its buffers back, when it is refused and when it is closed",
        |case| given_back(case, own),
    );
}
