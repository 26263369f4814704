//! What replying may be answered (EP-7).

use guichet_abi::Error;

use super::receive::{handle_of, place_for};
use super::{Content, Note, OpenCall, Patience, Place, Right, put};
use crate::oracle::calls::{Scene, value_or_reasons};
use crate::oracle::{Change, Oracle, Prediction, failed, succeeded};

impl Oracle {
    /// EP-7, EP-8.
    pub(in crate::oracle) fn endpoint_reply(
        &self,
        scene: &Scene<'_>,
        in_words: bool,
    ) -> Vec<Prediction> {
        let (content, right) = match in_words {
            true => (scene.words(), scene.argument(1)),
            false => (scene.message(1), scene.argument(0)),
        };
        match self.answered(scene, content, right) {
            Ok(mut after) => {
                after.threads[scene.thread].owed = Some(succeeded(0));
                after.wake(self.last_turn());
                vec![Prediction::of(after, Change::Any)]
            }
            Err(instead) => instead,
        }
    }

    /// What is wrong with the call itself comes first, then the reply; only when that is delivered does
    /// the caller receive.
    pub(in crate::oracle) fn endpoint_reply_and_receive(
        &self,
        scene: &Scene<'_>,
        in_words: bool,
    ) -> Vec<Prediction> {
        let mut reasons = Vec::new();
        let handle = handle_of(scene, in_words);
        let found = place_for(scene, handle, (!in_words).then_some(4));
        let found = value_or_reasons(&mut reasons, found);
        let content = if in_words { scene.words() } else { scene.message(2) };
        let content = value_or_reasons(&mut reasons, content);
        let (Some((endpoint, place)), Some(content)) = (found, content) else {
            return self.refuse(scene, &reasons);
        };
        let mut after = match self.answered(scene, Ok(content), scene.argument(1)) {
            Ok(after) => after,
            Err(instead) => return instead,
        };
        after.wake(self.last_turn());
        let patience = Patience::UntilTicks(u64::MAX);
        let mut predictions = after.takes_message(scene, endpoint, place, patience);
        for prediction in &mut predictions {
            prediction.change = Change::Any;
        }
        predictions
    }

    /// The answer is delivered and the call ends: the system then. Else every answer that the replier may
    /// get.
    fn answered(
        &self,
        scene: &Scene<'_>,
        content: Result<Content, Vec<Error>>,
        right: usize,
    ) -> Result<Oracle, Vec<Prediction>> {
        let mut reasons = Vec::new();
        let content = value_or_reasons(&mut reasons, content);
        let open = self.open_call(scene, right);
        if open.is_none() {
            reasons.push(Error::Unavailable);
        }
        let length = content.as_ref().map_or(0, Content::length);
        if open.is_some_and(|(_, call)| length > call.answer.length()) {
            reasons.push(Error::OutOfRange);
        }
        let (Some(content), Some((caller, call)), []) = (content, open, &reasons[..]) else {
            return Err(self.refuse(scene, &reasons));
        };
        let Some(bytes) = content.bytes(&scene.memories, scene.process()) else {
            return Err(self.refuse(scene, &[Error::PermissionDenied]));
        };
        let turn = self.last_turn();
        let mut after = self.clone();
        let place = (scene.declared.process_of(caller), &call.answer);
        let Some((writes, words)) = put(&scene.memories, place, &bytes) else {
            after.complete(caller, failed(Error::PermissionDenied), turn);
            after.threads[scene.thread].owed = Some(failed(Error::Unavailable));
            after.wake(turn);
            return Err(vec![Prediction::of(after, Change::Any)]);
        };
        after.told.posted.extend(writes);
        after.complete(caller, succeeded(bytes.len()), turn);
        if call.answer == Place::Registers {
            after.threads[caller].note =
                Some(Note { badge: 0, incarnation: 0, right: None, words });
            if matches!(content, Content::Memory(_)) {
                after.told.loaded += bytes.len();
            }
        }
        Ok(after)
    }

    /// EP-7.
    pub(in crate::oracle) fn endpoint_drop_reply(&self, scene: &Scene<'_>) -> Vec<Prediction> {
        let Some((caller, _)) = self.open_call(scene, scene.argument(0)) else {
            return self.refuse(scene, &[Error::Unavailable]);
        };
        let turn = self.last_turn();
        let mut after = self.with_owed(scene.thread, succeeded(0));
        after.complete(caller, failed(Error::Aborted), turn);
        after.wake(turn);
        vec![Prediction::of(after, Change::Any)]
    }

    /// The call that a number is the right to, if the caller's process has received it and nothing has
    /// ended it; and who made it.
    fn open_call(&self, scene: &Scene<'_>, right: usize) -> Option<(usize, OpenCall)> {
        (0..self.threads.len()).find_map(|caller| {
            let call = self.threads[caller].call.filter(|call| call.is_received)?;
            let is_holder = self.endpoints[call.endpoint].owner == scene.process();
            let number = scene.declared.right(Right { caller, is_latest: true });
            (is_holder && number as usize == right).then_some((caller, call))
        })
    }
}
