//! Who is served next at a handler that several initiators may share (CH-12), and who answers for it.
//!
//! Nothing is queued here: of all transactions at a handler that nobody serves, the next one is found by
//! how important it was when it was started, and when that was.

use std::cmp::Reverse;

use guichet_abi::Error;

use super::calls::Scene;
use super::{Oracle, Prediction, Transaction, succeeded};
use crate::declared::Declared;
use crate::plan::Channel;

impl Oracle {
    /// The channels that lead to a handler's end.
    pub(super) fn channels_to(&self, end: usize) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.channels.len()).filter(move |channel| self.channels[*channel].end == end)
    }

    /// The transactions under way at a handler's end, each with its channel.
    fn transactions_at(&self, end: usize) -> impl Iterator<Item = (usize, &Transaction)> {
        let channels = self.channels_to(end);
        channels.filter_map(|channel| Some((channel, self.channels[channel].transaction.as_ref()?)))
    }

    /// The channel whose transaction is served at a handler's end, and by which thread.
    pub fn served(&self, end: usize) -> Option<(usize, usize)> {
        self.transactions_at(end).find_map(|(channel, found)| Some((channel, found.server?)))
    }

    /// The channel whose transaction is next at a handler's end.
    pub fn next(&self, end: usize) -> Option<usize> {
        let waiting = self.transactions_at(end).filter(|(_, found)| found.server.is_none());
        let first = waiting.max_by_key(|(_, found)| (found.priority, Reverse(found.order)));
        first.map(|(channel, _)| channel)
    }

    /// The place in the order of those who have started a transaction that comes after everybody's.
    pub(super) fn last_order(&self) -> usize {
        let transactions = self.channels.iter().filter_map(|channel| channel.transaction.as_ref());
        transactions.map(|transaction| transaction.order + 1).max().unwrap_or(0)
    }

    /// Numbers the transactions in their order without gaps, so that systems in which the same one comes
    /// next are equal.
    pub fn number_orders(&mut self) {
        let transactions =
            || self.channels.iter().filter_map(|channel| channel.transaction.as_ref());
        let mut orders: Vec<usize> = transactions().map(|transaction| transaction.order).collect();
        orders.sort_unstable();
        for channel in &mut self.channels {
            let Some(transaction) = &mut channel.transaction else { continue };
            transaction.order = orders.partition_point(|order| *order < transaction.order);
        }
    }

    /// CH-12: whose transaction the caller serves.
    pub(super) fn badge(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let end = match scene.handler() {
            Ok(end) => end,
            Err(error) => return self.refuse(scene, &[error]),
        };
        match self.served(end) {
            None => self.refuse(scene, &[Error::Unavailable]),
            Some((_, server)) if server != scene.thread => {
                self.refuse(scene, &[Error::FailedPrecondition])
            }
            Some((channel, _)) => self.quiet(scene, succeeded(Channel::badge(channel) as usize)),
        }
    }

    /// A thread waits on a handler's end, and answers for it from now on (CH-13). Tells whether that is
    /// news.
    pub(super) fn attend(&mut self, end: usize, thread: usize) -> bool {
        self.channels[end].attendant.replace(thread) != Some(thread)
    }

    /// The thread that answers for a handler's end (CH-13).
    fn answerer(&self, declared: &Declared, end: usize) -> usize {
        let server = self.served(end).map(|(_, server)| server);
        let main = || declared.main_of(declared.channels[end].handler);
        server.or(self.channels[end].attendant).unwrap_or_else(main)
    }

    /// How important every thread is (CH-13): as declared, or as the most important of those it answers for.
    /// Those who wait for one another in a circle lend each other nothing of their own accord: all begin
    /// with what is declared, and rise until nobody does.
    pub fn priorities(&self, declared: &Declared) -> Vec<u8> {
        let mut priorities: Vec<u8> =
            (0..self.threads.len()).map(|thread| declared.priority_of(thread)).collect();
        loop {
            let before = priorities.clone();
            for channel in &self.channels {
                let Some(transaction) = &channel.transaction else { continue };
                let lent = match transaction.thread {
                    Some(thread) => priorities[thread],
                    None => transaction.priority,
                };
                let answerer = &mut priorities[self.answerer(declared, channel.end)];
                *answerer = lent.max(*answerer);
            }
            for (caller, thread) in self.threads.iter().enumerate() {
                if let Some(server) = thread.call.and_then(|call| call.server) {
                    priorities[server] = priorities[server].max(priorities[caller]);
                }
            }
            if priorities == before {
                return priorities;
            }
        }
    }
}
