//! Binding and closing (EP-9, EP-10), the ends of processes and threads (EP-12), and the signals
//! (EP-13).

use guichet_abi::{Error, Signals};

use super::Endpoint;
use crate::declared::Declared;
use crate::oracle::calls::{Scene, value_or_reasons};
use crate::oracle::{Change, Doing, Oracle, Prediction, failed, succeeded};

impl Endpoint {
    /// What is declared of each.
    pub fn all(declared: &Declared) -> Vec<Endpoint> {
        let open = |plan: &crate::plan::Endpoint| Endpoint {
            owner: plan.receiver,
            capacity: usize::from(plan.capacity),
            queue: Vec::new(),
            bound: None,
            is_closed: false,
            receivers: Vec::new(),
            blocked: Vec::new(),
        };
        declared.plan.endpoints.iter().map(open).collect()
    }

    /// EP-13.
    pub(in crate::oracle) fn receiver_signals(&self) -> Signals {
        let mut signals = Signals::empty();
        signals.set(Signals::READABLE, !self.queue.is_empty());
        signals.set(Signals::ERROR, self.is_closed && self.queue.is_empty());
        signals
    }
}

impl Oracle {
    /// EP-13. Where nothing can be sent any more, there is no room.
    pub(in crate::oracle) fn sender_signals(&self, sender: usize) -> Signals {
        let endpoint = &self.endpoints[self.senders[sender]];
        let owner = &self.processes[endpoint.owner];
        let has_room = endpoint.queue.len() < endpoint.capacity;
        let mut signals = Signals::empty();
        let is_open = !endpoint.is_closed && owner.is_reachable();
        signals.set(Signals::WRITEABLE, is_open && has_room);
        signals.set(Signals::ERROR, endpoint.is_closed || !owner.is_running());
        signals
    }

    /// EP-9. Processes are numbered from 1 on.
    pub(in crate::oracle) fn endpoint_bind(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let receiver = scene.receiver(scene.argument(0)).map_err(|error| vec![error]);
        let Some(endpoint) = value_or_reasons(&mut reasons, receiver) else {
            return self.refuse(scene, &reasons);
        };
        let senders = &scene.declared.plan.endpoints[endpoint].senders;
        let sends = |peer: &usize| senders.iter().any(|sender| sender.process == *peer);
        let peer = scene.argument(1).checked_sub(1).filter(sends);
        if self.endpoints[endpoint].bound.is_some() {
            reasons.push(Error::AlreadyExists);
        }
        match peer.map(|peer| self.processes[peer].is_running()) {
            None => reasons.push(Error::NotFound),
            Some(runs) => reasons.extend((!runs).then_some(Error::Unavailable)),
        }
        let (Some(peer), []) = (peer, &reasons[..]) else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.endpoints[endpoint].bound = Some(peer);
        for thread in self.who_waits_for_room(endpoint) {
            if scene.declared.process_of(thread) != peer {
                after.complete(thread, failed(Error::PermissionDenied), turn);
            }
        }
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    fn who_waits_for_room(&self, endpoint: usize) -> impl Iterator<Item = usize> {
        let threads = 0..self.threads.len();
        threads.filter(move |thread| self.threads[*thread].doing == Doing::Sending(endpoint))
    }

    /// EP-10.
    pub(in crate::oracle) fn endpoint_close(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let receiver = scene.receiver(scene.argument(0)).map_err(|error| vec![error]);
        let Some(endpoint) = value_or_reasons(&mut reasons, receiver) else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.endpoints[endpoint].is_closed = true;
        after.release_all(endpoint, Error::Aborted, turn);
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// Whoever waits for anything of an endpoint, waits no more.
    fn release_all(&mut self, endpoint: usize, error: Error, turn: usize) {
        let waits_for_it =
            [Doing::Sending(endpoint), Doing::Calling(endpoint), Doing::ReceivingMessage(endpoint)];
        for thread in 0..self.threads.len() {
            if waits_for_it.contains(&self.threads[thread].doing) {
                self.complete(thread, failed(error), turn);
            }
        }
    }

    /// A process has ended, and its threads with it (EP-9, EP-10, EP-12).
    pub(in crate::oracle) fn end_post(&mut self, process: usize, turn: usize) {
        for at in 0..self.endpoints.len() {
            let endpoint = &mut self.endpoints[at];
            endpoint.bound = endpoint.bound.filter(|bound| *bound != process);
            if endpoint.owner == process {
                endpoint.queue.clear();
                endpoint.bound = None;
                endpoint.is_closed = false;
                self.release_all(at, Error::Unavailable, turn);
            }
        }
    }

    /// A thread has ended, and its process has not: what it has received can be answered by others, and
    /// lends it nothing.
    pub(in crate::oracle) fn forget_server(&mut self, ended: usize) {
        for thread in &mut self.threads {
            if let Some(call) = &mut thread.call {
                call.server = call.server.filter(|server| *server != ended);
            }
        }
    }

    /// A thread waits for nothing of any endpoint any more.
    pub(in crate::oracle) fn leave_endpoints(&mut self, thread: usize) {
        for endpoint in &mut self.endpoints {
            endpoint.receivers.retain(|(receiver, _)| *receiver != thread);
            endpoint.blocked.retain(|outgoing| outgoing.thread != thread);
        }
        self.threads[thread].call = None;
    }
}
