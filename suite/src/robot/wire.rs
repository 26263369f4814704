//! Steps on their way to a robot: what to do, then its operands, as words with the low byte first.

use super::EndpointStep;
use super::script::{Give, Step, Until};
use crate::capsule;

/// How long a step is on its way.
pub(super) const STEP_BYTES: usize = size_of::<Words>();

/// What a step is, and three operands.
type Words = [u32; 4];

impl Step {
    /// The step on its way.
    pub(super) fn to_bytes(self) -> [u8; STEP_BYTES] {
        let mut bytes = [0; STEP_BYTES];
        for (place, word) in bytes.chunks_exact_mut(size_of::<u32>()).zip(self.to_words()) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The step that arrived, if it is one.
    pub(super) fn from_bytes(bytes: &[u8; STEP_BYTES]) -> Option<Step> {
        let (places, _) = bytes.as_chunks::<{ size_of::<u32>() }>();
        let mut words = Words::default();
        for (word, place) in words.iter_mut().zip(places) {
            *word = u32::from_le_bytes(*place);
        }
        Step::from_words(words)
    }

    fn to_words(self) -> Words {
        match self {
            Step::Transact { send, room_bytes, until } => {
                [0, send.to_word(), room_bytes.into(), until.to_word()]
            }
            Step::Wait { mask, until } => [1, mask, until.to_word(), 0],
            Step::Read { offset, room_bytes } => [2, offset, room_bytes.into(), 0],
            Step::Respond(give) => [3, give.to_word(), 0, 0],
            Step::Echo => [4, 0, 0, 0],
            Step::Recognise { seed } => [5, seed.into(), 0, 0],
            Step::SleepUntil(ticks) => [6, low(ticks), low(ticks >> 32), 0],
            Step::Sleep(milliseconds) => [7, milliseconds, 0, 0],
            Step::Spin(milliseconds) => [8, milliseconds, 0, 0],
            Step::Stamp => [9, 0, 0, 0],
            Step::Exit(code) => [10, code, 0, 0],
            Step::Panic => [11, 0, 0, 0],
            Step::Crash => [12, 0, 0, 0],
            Step::Shutdown(status) => [13, status, 0, 0],
            Step::Receive { room_bytes } => [14, room_bytes.into(), 0, 0],
            Step::SignalIn(set) => [15, set.into(), 0, 0],
            Step::SignalOut(set) => [16, set.into(), 0, 0],
            Step::Start { seed } => [17, seed.into(), 0, 0],
            Step::Begin => [18, 0, 0, 0],
            Step::Cancel => [19, 0, 0, 0],
            Step::Done => [20, 0, 0, 0],
            Step::Endpoint(step) => step.to_words(),
            Step::Capsule(step) => step.to_words(),
        }
    }

    fn from_words([what, first, second, third]: Words) -> Option<Step> {
        Some(match what {
            0 => Step::Transact {
                send: Give::from_word(first)?,
                room_bytes: second.try_into().ok()?,
                until: Until::from_word(third),
            },
            1 => Step::Wait { mask: first, until: Until::from_word(second) },
            2 => Step::Read { offset: first, room_bytes: second.try_into().ok()? },
            3 => Step::Respond(Give::from_word(first)?),
            4 => Step::Echo,
            5 => Step::Recognise { seed: first.try_into().ok()? },
            6 => Step::SleepUntil(u64::from(second) << 32 | u64::from(first)),
            7 => Step::Sleep(first),
            8 => Step::Spin(first),
            9 => Step::Stamp,
            10 => Step::Exit(first),
            11 => Step::Panic,
            12 => Step::Crash,
            13 => Step::Shutdown(first),
            14 => Step::Receive { room_bytes: first.try_into().ok()? },
            15 => Step::SignalIn(first != 0),
            16 => Step::SignalOut(first != 0),
            17 => Step::Start { seed: first.try_into().ok()? },
            18 => Step::Begin,
            19 => Step::Cancel,
            20 => Step::Done,
            _ => {
                let words = [what, first, second, third];
                let endpoint = EndpointStep::from_words(words).map(Step::Endpoint);
                endpoint.or_else(|| capsule::Step::from_words(words).map(Step::Capsule))?
            }
        })
    }
}

impl Give {
    pub(crate) fn to_word(self) -> u32 {
        u32::from(self.bytes) << 8 | u32::from(self.seed)
    }

    pub(crate) fn from_word(word: u32) -> Option<Give> {
        let [seed, ..] = word.to_le_bytes();
        Some(Give { seed, bytes: (word >> 8).try_into().ok()? })
    }
}

impl Until {
    pub(crate) fn to_word(self) -> u32 {
        match self {
            Until::Past => 0,
            Until::Milliseconds(milliseconds) => milliseconds,
            Until::Forever => u32::MAX,
        }
    }

    pub(crate) fn from_word(word: u32) -> Until {
        match word {
            0 => Until::Past,
            u32::MAX => Until::Forever,
            milliseconds => Until::Milliseconds(milliseconds),
        }
    }
}

/// The low 32 bits.
fn low(ticks: u64) -> u32 {
    let [b0, b1, b2, b3, ..] = ticks.to_le_bytes();
    u32::from_le_bytes([b0, b1, b2, b3])
}
