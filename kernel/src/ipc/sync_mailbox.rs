//! The synchronous mailbox: a request from a client to a server, and the response (SM).
//!
//! A request stays in the client's buffer until the server takes it, and the response in the
//! server's until it is copied to the client: nothing is stored but who asks whom (SM-5).
//!
//! - Full: cannot be. Each client has one request, and stands in the server's line itself.
//! - Late: a response names the request by its serial number; one to a request that was cancelled or
//!   replaced never completes a newer one (SM-7).
//! - Cancelled: at any time until the response.
//! - Peer dead: the client hears of it at once; the server is told when it responds (SM-8, SM-9).
//! - Too long: what exceeds the buffer is cut, and both lengths are told (SM-6).
//!
//! Rejected: ids of requests. The client's id and its serial number say the same without a table.
//!
//! | command | refused | otherwise |
//! | --- | --- | --- |
//! | 1 send | BUSY while one is outstanding; SIZE beyond a transfer; NODEVICE for an id never given | the server gets upcall 2; if that life has ended, the client upcall 1 |
//! | 2 cancel | ALREADY if none is outstanding | the request is withdrawn |
//! | 3 take, 4 take from | NODEVICE if none waits; INVAL for a bad buffer | id, length, serial |
//! | 5 respond | NODEVICE for a client that is gone; CANCEL for another request than its present one; SIZE, INVAL | the client gets upcall 0 |
//!
//! | upcall | says |
//! | --- | --- |
//! | 0 response received | 0 or SIZE, and the response's length |
//! | 1 request failed | why, and the id that was asked |
//! | 2 request waiting | how many wait; due as long as any does |
//! | 3 request taken | the next request: the id, its length, its serial number. Whoever waits for this has taken it as by command 3, in one step |
//!
//! | the client's stage | send | cancel | take | respond | server ends |
//! | --- | --- | --- | --- | --- | --- |
//! | Idle, Answered, Failed | Waiting | ALREADY | - | CANCEL | - |
//! | Waiting | BUSY | Idle | Taken | CANCEL | Failed |
//! | Taken | BUSY | Idle | - | Answered | Failed |

use guichet_abi::{CommandReturn, ErrorCode, driver};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::capsule::{
    Capsule, Due, Lengths, Means, Needed, NoTransfer, OptionalProcess, ProcessChange, ReadOnly,
    ReadWrite, Standing, Unneeded,
};
use crate::id::{ProcessIndex, TableIndex};
use crate::port::Side;

const SEND: u32 = 1;
const CANCEL: u32 = 2;
const TAKE: u32 = 3;
const TAKE_FROM: u32 = 4;
const RESPOND: u32 = 5;

const REQUEST: ReadOnly = ReadOnly(0);
const RESPONSE: ReadOnly = ReadOnly(1);
const RESPONSE_ROOM: ReadWrite = ReadWrite(0);
const REQUEST_ROOM: ReadWrite = ReadWrite(1);

const ANSWERED: u8 = 0;
const FAILED: u8 = 1;
const REQUESTED: u8 = 2;
const TAKEN: u8 = 3;

/// The mailbox that system.json5 calls `sync_mailbox`.
pub const SYNC_MAILBOX: SyncMailbox = SyncMailbox;

/// The synchronous mailbox.
#[derive(Clone, Copy, Debug)]
pub struct SyncMailbox;

/// What becomes of a client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There is none.
    Idle,
    /// It waits in its server's line.
    Waiting,
    /// The server has it.
    Taken,
    /// It was answered, and the client has not been told.
    Answered,
    /// It cannot be answered any more, and the client has not been told.
    Failed,
}

impl Stage {
    fn is_outstanding(self) -> bool {
        matches!(self, Stage::Waiting | Stage::Taken)
    }
}

/// What the mailbox keeps of a process, as a client and as a server.
#[derive(Clone, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Correspondent {
    /// Which of its requests is the present one, or was the latest.
    serial: u32,
    /// Whom it asks, by the id that it said.
    server_id: u32,
    /// How long the response was.
    length: u32,
    /// Why it failed; or 0, or SIZE if the response was cut.
    status: u32,
    /// To a power of two, which finds a correspondent in one shift.
    unused: u32,
    /// Whom it asks.
    server: OptionalProcess,
    /// Who stands behind it in its server's line.
    behind: OptionalProcess,
    /// Its own line: the first and the last of those whose requests wait, and how many they are.
    first: OptionalProcess,
    last: OptionalProcess,
    waiting: u16,
    /// A [`Stage`].
    stage: u16,
}

impl Correspondent {
    fn stage(&self) -> Stage {
        match self.stage {
            0 => Stage::Idle,
            1 => Stage::Waiting,
            2 => Stage::Taken,
            3 => Stage::Answered,
            _failed => Stage::Failed,
        }
    }

    fn enter(&mut self, stage: Stage) {
        self.stage = match stage {
            Stage::Idle => 0,
            Stage::Waiting => 1,
            Stage::Taken => 2,
            Stage::Answered => 3,
            Stage::Failed => 4,
        };
    }
}

type Mailbox<'m> = Means<'m, SyncMailbox>;

impl Capsule for SyncMailbox {
    const DRIVER: u32 = driver::SYNC_MAILBOX;
    const READ_ONLY: u8 = 2;
    const READ_WRITE: u8 = 2;
    const UPCALLS: u8 = 4;
    type State = Correspondent;
    type Pair = ();
    type Copying = Needed;
    type Reading = Unneeded;
    type Identities = Needed;
    type Clock = Unneeded;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        [first, second]: [u32; 2],
    ) -> CommandReturn {
        let result = match command {
            SEND => send(means, caller, first),
            CANCEL => cancel(means, caller),
            TAKE => take(means, caller),
            TAKE_FROM => take_from(means, caller, first),
            RESPOND => respond(means, caller, first, second),
            _unknown => Err(ErrorCode::NoSupport),
        };
        result.unwrap_or_else(CommandReturn::failure)
    }

    fn upcall(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        if upcall == TAKEN {
            return take_when_told(means, process);
        }
        let own = means.state_mut(process)?;
        let stage = own.stage();
        let end = match upcall {
            ANSWERED if stage == Stage::Answered => own.length,
            FAILED if stage == Stage::Failed => own.server_id,
            REQUESTED if own.waiting != 0 => {
                // It stays due until the last of them is taken.
                return Some(Due { words: [usize::from(own.waiting), 0, 0], is_more: true });
            }
            _not_due => return None,
        };
        own.enter(Stage::Idle);
        let [status, end] = [own.status, end].map(|word| usize::try_from(word).unwrap_or(0));
        Some(Due::last([status, end, 0]))
    }

    fn process_changed(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        if change == ProcessChange::Started {
            return;
        }
        // SM-9: a client's death withdraws its request.
        if means.state(process).is_some_and(|own| own.stage() == Stage::Waiting) {
            leave_line(means, process);
        }
        // SM-8: its own clients are told.
        for client in means.processes() {
            if client != process
                && means.state(client).is_some_and(|client| {
                    client.stage().is_outstanding() && client.server.index() == process
                })
            {
                fail(means, client, ErrorCode::NoDevice);
            }
        }
    }

    fn check(&self, states: &[Correspondent]) -> Result<(), &'static str> {
        for (number, server) in states.iter().enumerate() {
            let mut count = 0u16;
            let mut last = OptionalProcess::NONE;
            let mut next = server.first;
            while let Some(client) = states.get(next.position()) {
                if client.stage() != Stage::Waiting || client.server.index().position() != number {
                    return Err("synchronous mailbox: somebody else stands in a line");
                }
                count = count.saturating_add(1);
                if usize::from(count) > states.len() {
                    return Err("synchronous mailbox: a line without end");
                }
                (last, next) = (next, client.behind);
            }
            let asks = |client: &&Correspondent| {
                client.stage() == Stage::Waiting && client.server.index().position() == number
            };
            let is_count_right = usize::from(count) == states.iter().filter(asks).count();
            if !is_count_right || server.waiting != count || server.last != last {
                return Err("synchronous mailbox: a line and its count differ");
            }
        }
        Ok(())
    }
}

/// A client asks a server.
fn send(
    means: &mut Mailbox<'_>,
    client: ProcessIndex,
    id: u32,
) -> Result<CommandReturn, ErrorCode> {
    let standing = means.standing(client, id);
    let own = means.state(client).ok_or(ErrorCode::Fail)?;
    if own.stage().is_outstanding() {
        return Err(ErrorCode::Busy);
    }
    if let Standing::Known(server) = standing
        && means.is_awaited(server, TAKEN)
        && hand_over(means, client, id, server)?
    {
        return Ok(CommandReturn::success());
    }
    send_to_line(means, client, id, standing)
}

/// A client asks a server that does not wait for it.
#[inline(never)]
fn send_to_line(
    means: &mut Mailbox<'_>,
    client: ProcessIndex,
    id: u32,
    standing: Standing,
) -> Result<CommandReturn, ErrorCode> {
    if means.allowed_bytes(client, REQUEST) > means.max_transfer_bytes() {
        return Err(ErrorCode::Size);
    }
    if standing == Standing::Unknown {
        return Err(ErrorCode::NoDevice);
    }
    begin(means, client, id);
    match standing {
        Standing::Known(server) => join_line(means, client, server),
        Standing::Ended(_) | Standing::Unknown => fail(means, client, ErrorCode::NoDevice),
    }
    Ok(CommandReturn::success())
}

/// A client begins its next request.
#[inline(always)]
fn begin(means: &mut Mailbox<'_>, client: ProcessIndex, id: u32) {
    let Some(own) = means.state_mut(client) else {
        return;
    };
    own.serial = own.serial.wrapping_add(1);
    own.server_id = id;
    // SM-2: what the client was not told of its latest request, it is not told any more.
    if own.stage() != Stage::Idle {
        means.withdraw_all(client, [ANSWERED, FAILED]);
    }
}

fn cancel(means: &mut Mailbox<'_>, client: ProcessIndex) -> Result<CommandReturn, ErrorCode> {
    let stage = means.state(client).map_or(Stage::Idle, Correspondent::stage);
    match stage {
        Stage::Waiting => leave_line(means, client),
        Stage::Taken => {}
        Stage::Idle | Stage::Answered | Stage::Failed => return Err(ErrorCode::Already),
    }
    if let Some(own) = means.state_mut(client) {
        own.enter(Stage::Idle);
    }
    Ok(CommandReturn::success())
}

/// A server takes the request that has waited longest (SM-3). One whose memory has gone bad fails, and the
/// next is taken.
fn take(means: &mut Mailbox<'_>, server: ProcessIndex) -> Result<CommandReturn, ErrorCode> {
    take_next(means, server)
        .map(|[id, length, serial]| CommandReturn::success_u32_u32_u32(id, length, serial))
}

fn take_next(means: &mut Mailbox<'_>, server: ProcessIndex) -> Result<[u32; 3], ErrorCode> {
    loop {
        let own = means.state(server).ok_or(ErrorCode::Fail)?;
        let client = own.first;
        if client.is_none() {
            return Err(ErrorCode::NoDevice);
        }
        if let Some(taken) = take_this(means, server, client.index())? {
            return Ok(taken);
        }
    }
}

/// What a server is told that waits for a request and takes it in one step: nothing, if none can be taken after all;
/// no id and why, if its own buffer has gone bad.
fn take_when_told(means: &mut Mailbox<'_>, server: ProcessIndex) -> Option<Due> {
    let words = match take_next(means, server) {
        Ok(taken) => taken,
        Err(ErrorCode::NoDevice) => return None,
        Err(code) => [0, code.number(), 0],
    };
    let is_more = means.state(server).is_some_and(|line| line.waiting != 0);
    Some(Due { words: words.map(|word| usize::try_from(word).unwrap_or(0)), is_more })
}

/// A server takes the request of one client.
fn take_from(
    means: &mut Mailbox<'_>,
    server: ProcessIndex,
    id: u32,
) -> Result<CommandReturn, ErrorCode> {
    let Standing::Known(client) = means.standing(server, id) else {
        return Err(ErrorCode::NoDevice);
    };
    let state = means.state(client).ok_or(ErrorCode::Fail)?;
    if state.stage() != Stage::Waiting || state.server.index() != server {
        return Err(ErrorCode::NoDevice);
    }
    let [id, length, serial] = take_this(means, server, client)?.ok_or(ErrorCode::NoDevice)?;
    Ok(CommandReturn::success_u32_u32_u32(id, length, serial))
}

/// Copies a request to its server. Nothing, if the client's memory has gone bad: it fails.
fn take_this(
    means: &mut Mailbox<'_>,
    server: ProcessIndex,
    client: ProcessIndex,
) -> Result<Option<[u32; 3]>, ErrorCode> {
    let length = match means.transfer((client, REQUEST), (server, REQUEST_ROOM)) {
        Ok(Lengths { source, .. }) => source,
        Err(NoTransfer::Gone(Side::Destination)) => return Err(ErrorCode::Invalid),
        Err(NoTransfer::Gone(Side::Source) | NoTransfer::TooLong) => {
            fail(means, client, ErrorCode::Invalid);
            return Ok(None);
        }
    };
    leave_line(means, client);
    let state = means.state_mut(client).ok_or(ErrorCode::Fail)?;
    state.enter(Stage::Taken);
    let serial = state.serial;
    let id = means.introduce(client, server);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    Ok(Some([id, length, serial]))
}

/// A server answers a request that it has taken; the response is delivered now or never (SM-7).
fn respond(
    means: &mut Mailbox<'_>,
    server: ProcessIndex,
    id: u32,
    serial: u32,
) -> Result<CommandReturn, ErrorCode> {
    let Standing::Known(client) = means.standing(server, id) else {
        return Err(ErrorCode::NoDevice);
    };
    let state = means.state(client).ok_or(ErrorCode::Fail)?;
    let is_present =
        state.stage() == Stage::Taken && state.server.index() == server && state.serial == serial;
    if !is_present {
        return Err(ErrorCode::Cancel);
    }
    let copied = means.transfer_whole((server, RESPONSE), (client, RESPONSE_ROOM));
    let Lengths { source, room } = match copied {
        Ok(lengths) => lengths,
        Err(NoTransfer::TooLong) => return Err(ErrorCode::Size),
        Err(NoTransfer::Gone(Side::Source)) => return Err(ErrorCode::Invalid),
        Err(NoTransfer::Gone(Side::Destination)) => {
            fail(means, client, ErrorCode::Invalid);
            return Err(ErrorCode::Cancel);
        }
    };
    let status = if source > room { ErrorCode::Size.number() } else { 0 };
    let words = [usize::try_from(status).unwrap_or(0), source, 0];
    let is_told = means.give(client, ANSWERED, words);
    if let Some(state) = means.state_mut(client) {
        state.length = u32::try_from(source).unwrap_or(u32::MAX);
        state.status = status;
        state.enter(if is_told { Stage::Idle } else { Stage::Answered });
    }
    if !is_told {
        means.schedule(client, ANSWERED);
    }
    Ok(CommandReturn::success())
}

/// Gives a server that waits for its next request this one, at once: nobody stands in its line then. Not if the copy
/// fails: whose fault that is shows when the request is taken from there.
#[inline(always)]
fn hand_over(
    means: &mut Mailbox<'_>,
    client: ProcessIndex,
    id: u32,
    server: ProcessIndex,
) -> Result<bool, ErrorCode> {
    let source = match means.transfer_whole((client, REQUEST), (server, REQUEST_ROOM)) {
        Ok(Lengths { source, .. }) => source,
        Err(NoTransfer::TooLong) => return Err(ErrorCode::Size),
        Err(NoTransfer::Gone(_)) => return Ok(false),
    };
    begin(means, client, id);
    let client_id = means.introduce(client, server);
    let own = means.state_mut(client).ok_or(ErrorCode::Fail)?;
    own.server = server.into();
    own.enter(Stage::Taken);
    let [client_id, serial] =
        [client_id, own.serial].map(|word| usize::try_from(word).unwrap_or(0));
    Ok(means.give(server, TAKEN, [client_id, source, serial]))
}

/// A client stands at the end of a server's line.
fn join_line(means: &mut Mailbox<'_>, client: ProcessIndex, server: ProcessIndex) {
    let last = means.state(server).map_or(OptionalProcess::NONE, |line| line.last);
    if let Some(own) = means.state_mut(client) {
        own.server = server.into();
        own.behind = OptionalProcess::NONE;
        own.enter(Stage::Waiting);
    }
    if let Some(last) = means.state_mut(last) {
        last.behind = client.into();
    }
    if let Some(line) = means.state_mut(server) {
        if last.is_none() {
            line.first = client.into();
        }
        line.last = client.into();
        line.waiting = line.waiting.wrapping_add(1);
    }
    means.schedule_all(server, [REQUESTED, TAKEN]);
}

/// A client stands in its server's line no longer.
fn leave_line(means: &mut Mailbox<'_>, client: ProcessIndex) {
    let Some(own) = means.state_mut(client) else {
        return;
    };
    let server = own.server.index();
    let behind = core::mem::replace(&mut own.behind, OptionalProcess::NONE);
    let before = before(means, server, client);
    match means.state_mut(before) {
        Some(before) => before.behind = behind,
        None => {
            if let Some(line) = means.state_mut(server) {
                line.first = behind;
            }
        }
    }
    let Some(line) = means.state_mut(server) else {
        return;
    };
    if behind.is_none() {
        line.last = before;
    }
    line.waiting = line.waiting.wrapping_sub(1);
    if line.waiting == 0 {
        means.withdraw_all(server, [REQUESTED, TAKEN]);
    }
}

/// Who stands before a client in its server's line.
fn before(means: &Mailbox<'_>, server: ProcessIndex, client: ProcessIndex) -> OptionalProcess {
    let mut before = OptionalProcess::NONE;
    let mut next = means.state(server).map_or(OptionalProcess::NONE, |line| line.first);
    while !next.is_none() && next.index() != client {
        before = next;
        next = means.state(next).map_or(OptionalProcess::NONE, |each| each.behind);
    }
    before
}

/// A request cannot be answered any more: the client is told.
fn fail(means: &mut Mailbox<'_>, client: ProcessIndex, reason: ErrorCode) {
    if means.state(client).is_some_and(|own| own.stage() == Stage::Waiting) {
        leave_line(means, client);
    }
    if let Some(own) = means.state_mut(client) {
        own.status = reason.number();
        own.enter(Stage::Failed);
    }
    means.schedule(client, FAILED);
}

#[cfg(test)]
mod tests;
