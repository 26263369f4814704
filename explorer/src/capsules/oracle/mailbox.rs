//! The synchronous mailbox as a list of requests (SM).

use std::collections::BTreeMap;

use guichet_abi::{CommandReturn, ErrorCode};

use super::society::{Life, Standing};
use super::{Answer, Oracle, Scene, word};
use crate::capsules::plan::Kind;

/// A request that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Request {
    client: Life,
    server: Life,
    is_taken: bool,
}

/// How a request has ended, which its client has not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    /// It was answered: the status, and how long the response was.
    Answered(u32, usize),
    /// It never will be: why, and whom it was for.
    Failed(ErrorCode, u32),
}

/// What there is to know of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// The requests, those that wait in the order in which they were sent.
    requests: Vec<Request>,
    ends: BTreeMap<Life, End>,
    serials: BTreeMap<Life, u32>,
    /// By which id each client names its server.
    said: BTreeMap<Life, u32>,
}

const REQUEST: (Kind, bool, usize) = (Kind::Mailbox, false, 0);
const RESPONSE: (Kind, bool, usize) = (Kind::Mailbox, false, 1);
const RESPONSE_ROOM: (Kind, bool, usize) = (Kind::Mailbox, true, 0);
const REQUEST_ROOM: (Kind, bool, usize) = (Kind::Mailbox, true, 1);

impl Mailbox {
    fn of_client(&self, client: Life) -> Option<usize> {
        self.requests.iter().position(|request| request.client == client)
    }

    fn waiting(&self, server: Life) -> impl Iterator<Item = usize> {
        let requests = self.requests.iter().enumerate();
        let waits = move |request: &Request| request.server == server && !request.is_taken;
        requests.filter(move |(_, request)| waits(request)).map(|(at, _)| at)
    }

    fn fail(&mut self, at: usize, reason: ErrorCode) {
        let client = self.requests.remove(at).client;
        let id = self.said.get(&client).copied().unwrap_or(0);
        self.ends.insert(client, End::Failed(reason, id));
    }

    pub(super) fn end(&mut self, life: Life) {
        self.requests.retain(|request| request.client != life);
        while let Some(at) = self.requests.iter().position(|request| request.server == life) {
            self.fail(at, ErrorCode::NoDevice);
        }
        self.ends.remove(&life);
        self.serials.remove(&life);
        self.said.remove(&life);
    }

    /// Forgets in which order things happened that nobody can tell any more.
    pub(super) fn settle(&mut self) {
        let order = |request: &Request| match request.is_taken {
            true => (request.server, Some(request.client)),
            false => (request.server, None),
        };
        self.requests.sort_by_key(order);
    }

    /// The serial number of a client's latest request.
    pub fn serial(&self, client: Life) -> u32 {
        self.serials.get(&client).copied().unwrap_or(0)
    }

    /// Takes all earlier requests of a client for one: only whether two are the same counts.
    pub fn renumber(&mut self, client: Life, serial: u32) {
        self.serials.insert(client, serial);
    }
}

impl Oracle {
    pub(super) fn mailbox_command(
        &mut self,
        scene: &mut Scene<'_>,
        me: Life,
        command: u32,
        [first, second]: [u32; 2],
    ) -> Answer {
        match command {
            1 => self.send(scene, me, first),
            2 => {
                let at = self.mailbox.of_client(me).ok_or(ErrorCode::Already)?;
                self.mailbox.requests.remove(at);
                Ok(CommandReturn::success())
            }
            3 => self.take_next(scene, me),
            4 => self.take_from(scene, me, first),
            5 => self.respond(scene, me, first, second),
            _unknown => Err(ErrorCode::NoSupport),
        }
    }

    fn send(&mut self, scene: &Scene<'_>, me: Life, id: u32) -> Answer {
        if self.mailbox.of_client(me).is_some() {
            return Err(ErrorCode::Busy);
        }
        if self.allowed(me, REQUEST).length > scene.limit() {
            return Err(ErrorCode::Size);
        }
        let standing = self.society.standing(me, id);
        if standing == Standing::Unknown {
            return Err(ErrorCode::NoDevice);
        }
        let mailbox = &mut self.mailbox;
        *mailbox.serials.entry(me).or_insert(0) += 1;
        mailbox.ends.remove(&me);
        mailbox.said.insert(me, id);
        match standing {
            Standing::Known(server) => {
                mailbox.requests.push(Request { client: me, server, is_taken: false });
            }
            Standing::Ended(_) | Standing::Unknown => {
                mailbox.ends.insert(me, End::Failed(ErrorCode::NoDevice, id));
            }
        }
        Ok(CommandReturn::success())
    }

    fn take_next(&mut self, scene: &mut Scene<'_>, me: Life) -> Answer {
        loop {
            let next = self.mailbox.waiting(me).next().ok_or(ErrorCode::NoDevice)?;
            if let Some(taken) = self.take_this(scene, me, next)? {
                return Ok(taken);
            }
        }
    }

    fn take_from(&mut self, scene: &mut Scene<'_>, me: Life, id: u32) -> Answer {
        let Standing::Known(client) = self.society.standing(me, id) else {
            return Err(ErrorCode::NoDevice);
        };
        let is_it = |at: &usize| self.mailbox.requests[*at].client == client;
        let at = self.mailbox.waiting(me).find(is_it).ok_or(ErrorCode::NoDevice)?;
        self.take_this(scene, me, at)?.ok_or(ErrorCode::NoDevice)
    }

    /// Hands a request over; nothing, if it cannot be read any more and therefore fails.
    fn take_this(
        &mut self,
        scene: &mut Scene<'_>,
        me: Life,
        at: usize,
    ) -> Result<Option<CommandReturn>, ErrorCode> {
        let client = self.mailbox.requests[at].client;
        let from = self.allowed(client, REQUEST);
        let room = self.allowed(me, REQUEST_ROOM);
        let bytes = from.length.min(room.length).min(scene.limit());
        let Some(read) = scene.read(client, from, bytes) else {
            self.mailbox.fail(at, ErrorCode::Invalid);
            return Ok(None);
        };
        scene.write(me, room, 0, &read).ok_or(ErrorCode::Invalid)?;
        self.mailbox.requests[at].is_taken = true;
        let id = self.society.introduce(me, client);
        let length = u32::try_from(from.length).unwrap_or(u32::MAX);
        Ok(Some(CommandReturn::success_u32_u32_u32(id, length, self.mailbox.serial(client))))
    }

    fn respond(&mut self, scene: &mut Scene<'_>, me: Life, id: u32, serial: u32) -> Answer {
        let Standing::Known(client) = self.society.standing(me, id) else {
            return Err(ErrorCode::NoDevice);
        };
        let is_it = |at: &usize| {
            let request = &self.mailbox.requests[*at];
            request.is_taken && request.server == me && self.mailbox.serial(client) == serial
        };
        let at = self.mailbox.of_client(client).filter(is_it).ok_or(ErrorCode::Cancel)?;
        let from = self.allowed(me, RESPONSE);
        if from.length > scene.limit() {
            return Err(ErrorCode::Size);
        }
        let room = self.allowed(client, RESPONSE_ROOM);
        let bytes = from.length.min(room.length);
        let read = scene.read(me, from, bytes).ok_or(ErrorCode::Invalid)?;
        if scene.write(client, room, 0, &read).is_none() {
            self.mailbox.fail(at, ErrorCode::Invalid);
            return Err(ErrorCode::Cancel);
        }
        let is_cut = from.length > room.length;
        let status = if is_cut { ErrorCode::Size.number() } else { 0 };
        self.mailbox.requests.remove(at);
        self.mailbox.ends.insert(client, End::Answered(status, from.length));
        Ok(CommandReturn::success())
    }

    pub(super) fn mailbox_due(
        &self,
        scene: &Scene<'_>,
        me: Life,
        number: usize,
    ) -> Option<[usize; 3]> {
        match (number, self.mailbox.ends.get(&me)) {
            (0, Some(End::Answered(status, length))) => Some([word(*status), *length, 0]),
            (1, Some(End::Failed(reason, id))) => Some([word(reason.number()), word(*id), 0]),
            (2, _) => {
                let waiting = self.mailbox.waiting(me).count();
                (waiting > 0).then_some([waiting, 0, 0])
            }
            (3, _) => self.next_readable(scene, me),
            _not_due => None,
        }
    }

    /// What a server is told that takes the next request by waiting for it.
    fn next_readable(&self, scene: &Scene<'_>, me: Life) -> Option<[usize; 3]> {
        let room = self.allowed(me, REQUEST_ROOM);
        self.mailbox.waiting(me).find_map(|at| {
            let client = self.mailbox.requests[at].client;
            let from = self.allowed(client, REQUEST);
            let bytes = from.length.min(room.length).min(scene.limit());
            scene.read(client, from, bytes)?;
            if bytes > 0 && scene.vanished[me.0] {
                return Some([0, word(ErrorCode::Invalid.number()), 0]);
            }
            let serial = self.mailbox.serial(client);
            Some([word(super::society::id_of(client)), from.length, word(serial)])
        })
    }

    /// A server has tried to take a request: those whose clients' memory has gone fail, up to the first that has not.
    pub(super) fn fail_unreadable(&mut self, scene: &Scene<'_>, me: Life) {
        let room = self.allowed(me, REQUEST_ROOM);
        loop {
            let next = self.mailbox.waiting(me).next();
            let Some(at) = next else { return };
            let client = self.mailbox.requests[at].client;
            let from = self.allowed(client, REQUEST);
            let bytes = from.length.min(room.length).min(scene.limit());
            if scene.read(client, from, bytes).is_some() {
                return;
            }
            self.mailbox.fail(at, ErrorCode::Invalid);
        }
    }

    pub(super) fn mailbox_taken(&mut self, scene: &mut Scene<'_>, me: Life, number: usize) {
        if number < 2 {
            self.mailbox.ends.remove(&me);
        } else if number == 3 {
            let _told = self.take_next(scene, me);
        }
    }
}
