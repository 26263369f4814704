//! What the safe library adds: who has the buffers, and requests one after another (SM-2, SM-7, CP-3).

use pw_status::{Error, Result};
use suite::capsule::{Party, Way, code, must};
use suite::pattern;
use suite::report::{Case, Report};
use userspace::ProcessId;
use userspace::channel::StaticBuffer;
use userspace::mailbox::{Buffers, Client, MailboxError, Server};
use userspace::syscall::ErrorCode;

use crate::cast::{
    COLLECT, FIRST, SERVER, answer, answered, begin, call, meet, meets, respond, try_take,
};

static BUFFERS: [StaticBuffer<8>; 2] = [const { StaticBuffer::new() }; 2];

fn buffers() -> Result<Buffers> {
    let [request, response] = BUFFERS.each_ref().map(|buffer| buffer.take());
    let (Some(request), Some(response)) = (request, response) else { return Err(Error::Internal) };
    Ok(Buffers { request, response })
}

fn given_back(case: &mut Case, own: &mut Party) -> Result<()> {
    let server = meet(case, own, SERVER)?;
    let id = ProcessId::from_word(server).ok_or(Error::Internal)?;
    // Another part of the program has a request under way.
    must(case, own.does(begin(Way::Events, server, 1)))?;
    let Err(refused) = Client.start(id, buffers()?, 8) else { return Err(Error::Internal) };
    case.equal(refused.error, MailboxError::Busy);
    SERVER.must(case, try_take(Way::Blocking))?;
    SERVER.must(case, respond(2))?;
    case.equal(answer(own.does(COLLECT)), answered(2));
    // It begins with more than there is, with nobody, and then well; and is dropped.
    let Err(refused) = Client.start(id, refused.buffers, 9) else { return Err(Error::Internal) };
    let nobody = ProcessId::from_word(0xFF).ok_or(Error::Internal)?;
    let Err(refused) = Client.start(nobody, refused.buffers, 8) else {
        return Err(Error::Internal);
    };
    case.equal(refused.error, MailboxError::ServerGone);
    case.equal((refused.buffers.request.len(), refused.buffers.response.len()), (8, 8));
    let pending = Client.start(id, refused.buffers, 8).map_err(|_| Error::Aborted)?;
    drop(pending);
    case.equal(SERVER.does(try_take(Way::Blocking)), code(ErrorCode::NoDevice));
    must(case, own.does(begin(Way::Plain, server, 3)))?;
    SERVER.must(case, try_take(Way::Blocking))?;
    SERVER.must(case, respond(4))?;
    case.equal(answer(own.does(COLLECT)), answered(4));
    Ok(())
}

fn one_after_another(case: &mut Case, own: &mut Party) -> Result<()> {
    let tester = meets(case, own, FIRST)?;
    let mut requests = Server.requests::<6>();
    for seed in [1, 2, 3] {
        FIRST.begins(call(Way::Blocking, tester, seed))?;
        let message = requests.next().ok_or(Error::Internal)?;
        // There is room for a part of it.
        case.equal((message.bytes().len(), message.request.full_len), (6, 8));
        case.holds(message.request.was_cut() && pattern::is(message.bytes(), seed));
        let response = message.request.respond(&pattern::array::<8>(seed + 10));
        case.equal(response.is_ok(), true);
        case.equal(answer(FIRST.came_to()), answered(seed + 10));
    }
    Ok(())
}

pub(crate) fn cases(report: &mut Report, own: &mut Party) {
    report.case(
        "CP-3 SM-2 SM-7 a request gives its buffers back, and one that is dropped is withdrawn",
        |case| given_back(case, own),
    );
    report.case(
        "SM-1 SM-6 a server has the requests one after another, each with its bytes",
        |case| one_after_another(case, own),
    );
}
