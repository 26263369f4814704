//! What an initiator's calls may be answered that do not block (CH-6).

use guichet_abi::Error;

use super::buffers::Use;
use super::calls::{Scene, value_or_reasons};
use super::{Change, Oracle, Prediction, failed, succeeded};

impl Oracle {
    /// CH-6: as CH-2, but the caller goes on.
    pub(super) fn async_transact(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let request = scene.buffer(1, Use::Source, scene.max_transfer_bytes());
        let request = value_or_reasons(&mut reasons, request);
        let response = scene.buffer(3, Use::Destination, usize::MAX);
        let response = value_or_reasons(&mut reasons, response);
        let channel = value_or_reasons(&mut reasons, self.startable(scene));
        let (Some(channel), Some(request), Some(response)) = (channel, request, response) else {
            return self.refuse(scene, &reasons);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        let started = self.started(scene, None, request, response);
        after.channels[channel].transaction = Some(started);
        after.channels[channel].initiator_error = false;
        after.handed_out(scene.world(), turn)
    }

    /// CH-6: what has ended is collected once.
    pub(super) fn async_complete(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let channel = match scene.initiator() {
            Ok(channel) => channel,
            Err(error) => return self.refuse(scene, &[error]),
        };
        let Some(results) = self.channels[channel].collectable else {
            return self.refuse(scene, &[Error::Unavailable]);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, results);
        after.channels[channel].collectable = None;
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// CH-6: what has ended is dropped, what is pending withdrawn (CH-5), whoever blocks in it.
    pub(super) fn async_cancel(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let channel = match scene.initiator() {
            Ok(channel) => channel,
            Err(error) => return self.refuse(scene, &[error]),
        };
        if self.channels[channel].is_free() {
            return self.refuse(scene, &[Error::Unavailable]);
        }
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.channels[channel].collectable = None;
        if let Some(thread) = after.withdraw(channel).and_then(|withdrawn| withdrawn.thread) {
            after.complete(thread, failed(Error::Cancelled), turn);
        }
        after.handed_out(scene.world(), turn)
    }
}
