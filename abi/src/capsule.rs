//! What calls on capsules hand back: Tock's codes and variants, under Guichet's status word.
//!
//! A call on a capsule ends with [`crate::OK`]; with `CAPSULE_FAILED` and the number of an
//! [`ErrorCode`] above it; or, if it should not have been made at all, with the code of an
//! [`crate::Error`], as any other call (AB-2).

use crate::message::{MAX_MESSAGE_WORDS, Message};
use crate::status::OK;
use crate::syscall::Results;

/// The numbers of the drivers that Guichet brings.
pub mod driver {
    /// The classic driver by which processes notify each other (NO).
    pub const NOTIFY: u32 = 0x1_0000;
    /// The name registry (NR).
    pub const NAME_REGISTRY: u32 = 0x9_0000;
    /// The synchronous mailbox (SM).
    pub const SYNC_MAILBOX: u32 = 0x9_0001;
    /// The asynchronous mailbox (AM).
    pub const ASYNC_MAILBOX: u32 = 0x9_0002;
}

/// How long a name in the registry is, in bytes (NR-1).
pub const NAME_BYTES: usize = 20;

/// A status word above this is the number of an [`ErrorCode`] and this.
pub const CAPSULE_FAILED: u32 = 0x100;

/// Why a capsule refuses (AB-2): Tock's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum ErrorCode {
    /// Nothing better is known.
    Fail = 1,
    /// It is at work on something else.
    Busy = 2,
    /// Somebody has it already.
    Already = 3,
    /// It is switched off.
    Off = 4,
    /// It is reserved for others.
    Reserve = 5,
    /// An argument or a buffer is not valid.
    Invalid = 6,
    /// A length does not fit.
    Size = 7,
    /// It was withdrawn.
    Cancel = 8,
    /// There is no room.
    NoMemory = 9,
    /// There is no such command, buffer or upcall.
    NoSupport = 10,
    /// There is no such driver, process or name.
    NoDevice = 11,
    /// It is not there at present.
    Uninstalled = 12,
    /// The other side does not take it.
    NoAcknowledge = 13,
}

impl ErrorCode {
    /// All codes, in the order of their numbers.
    pub const ALL: [ErrorCode; 13] = [
        ErrorCode::Fail,
        ErrorCode::Busy,
        ErrorCode::Already,
        ErrorCode::Off,
        ErrorCode::Reserve,
        ErrorCode::Invalid,
        ErrorCode::Size,
        ErrorCode::Cancel,
        ErrorCode::NoMemory,
        ErrorCode::NoSupport,
        ErrorCode::NoDevice,
        ErrorCode::Uninstalled,
        ErrorCode::NoAcknowledge,
    ];

    /// The number.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The code with this number, if there is one.
    pub fn from_number(number: u32) -> Option<ErrorCode> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(index).copied()
    }

    /// The status word of a call that failed so.
    pub const fn status(self) -> u32 {
        CAPSULE_FAILED + self.number()
    }

    /// The code in a status word, if it is one of a capsule.
    pub fn from_status(status: u32) -> Option<ErrorCode> {
        Self::from_number(status.checked_sub(CAPSULE_FAILED)?)
    }
}

/// Which values a command hands back, by Tock's numbers. The numbers from [`Variant::Success`] on are those
/// of success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Variant {
    /// It failed.
    Failure = 0,
    /// It failed, with a value.
    FailureU32 = 1,
    /// It failed, with two values.
    FailureU32U32 = 2,
    /// It failed, with a value of 64 bits.
    FailureU64 = 3,
    /// It succeeded.
    Success = 128,
    /// It succeeded with a value.
    SuccessU32 = 129,
    /// It succeeded with two values.
    SuccessU32U32 = 130,
    /// It succeeded with a value of 64 bits.
    SuccessU64 = 131,
    /// It succeeded with three values.
    SuccessU32U32U32 = 132,
    /// It succeeded with a value of 32 bits and one of 64.
    SuccessU32U64 = 133,
}

impl Variant {
    /// All variants, in the order of their numbers.
    pub const ALL: [Variant; 10] = [
        Variant::Failure,
        Variant::FailureU32,
        Variant::FailureU32U32,
        Variant::FailureU64,
        Variant::Success,
        Variant::SuccessU32,
        Variant::SuccessU32U32,
        Variant::SuccessU64,
        Variant::SuccessU32U32U32,
        Variant::SuccessU32U64,
    ];

    /// The variant with this number, if there is one.
    #[inline]
    pub fn from_number(number: usize) -> Option<Variant> {
        Some(match number {
            0 => Variant::Failure,
            1 => Variant::FailureU32,
            2 => Variant::FailureU32U32,
            3 => Variant::FailureU64,
            128 => Variant::Success,
            129 => Variant::SuccessU32,
            130 => Variant::SuccessU32U32,
            131 => Variant::SuccessU64,
            132 => Variant::SuccessU32U32U32,
            133 => Variant::SuccessU32U64,
            _other => return None,
        })
    }
}

/// What a command hands back (AB-2). Values of 64 bits take two words, the low one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommandReturn {
    /// Why it failed, if it did.
    pub failure: Option<ErrorCode>,
    /// Which of the values mean something.
    pub variant: Variant,
    /// The values, and zeros behind them.
    pub values: [u32; 3],
}

impl CommandReturn {
    /// It succeeded.
    pub const fn success() -> CommandReturn {
        CommandReturn { failure: None, variant: Variant::Success, values: [0; 3] }
    }

    /// It succeeded with a value.
    pub const fn success_u32(value: u32) -> CommandReturn {
        CommandReturn { failure: None, variant: Variant::SuccessU32, values: [value, 0, 0] }
    }

    /// It succeeded with two values.
    pub const fn success_u32_u32(first: u32, second: u32) -> CommandReturn {
        let values = [first, second, 0];
        CommandReturn { failure: None, variant: Variant::SuccessU32U32, values }
    }

    /// It succeeded with three values.
    pub const fn success_u32_u32_u32(first: u32, second: u32, third: u32) -> CommandReturn {
        let values = [first, second, third];
        CommandReturn { failure: None, variant: Variant::SuccessU32U32U32, values }
    }

    /// It succeeded with a value of 64 bits.
    pub const fn success_u64(value: u64) -> CommandReturn {
        let [low, high] = halves(value);
        CommandReturn { failure: None, variant: Variant::SuccessU64, values: [low, high, 0] }
    }

    /// It succeeded with a value of 32 bits and one of 64.
    pub const fn success_u32_u64(first: u32, second: u64) -> CommandReturn {
        let [low, high] = halves(second);
        CommandReturn { failure: None, variant: Variant::SuccessU32U64, values: [first, low, high] }
    }

    /// It failed.
    pub const fn failure(code: ErrorCode) -> CommandReturn {
        CommandReturn { failure: Some(code), variant: Variant::Failure, values: [0; 3] }
    }

    /// It failed, with a value.
    pub const fn failure_u32(code: ErrorCode, value: u32) -> CommandReturn {
        let values = [value, 0, 0];
        CommandReturn { failure: Some(code), variant: Variant::FailureU32, values }
    }

    /// It failed, with two values.
    pub const fn failure_u32_u32(code: ErrorCode, first: u32, second: u32) -> CommandReturn {
        let values = [first, second, 0];
        CommandReturn { failure: Some(code), variant: Variant::FailureU32U32, values }
    }

    /// The registers: the variant is the first value, the command's first value the second, and the
    /// others are words of the message.
    #[inline]
    pub fn to_registers(self) -> (Results, Message) {
        let [first, second, third] = self.values;
        let status = self.failure.map_or(OK, ErrorCode::status);
        let value1 = usize::try_from(first).unwrap_or(0);
        let results = Results { status, value0: self.variant as usize, value1 };
        let words = [second, third, 0, 0];
        (results, Message { badge: 0, incarnation: 0, words })
    }

    /// What registers say, unless it is nothing that a command hands back.
    #[inline]
    pub fn from_registers(results: Results, message: Message) -> Option<CommandReturn> {
        let failure = match results.status {
            OK => None,
            status => Some(ErrorCode::from_status(status)?),
        };
        let variant = Variant::from_number(results.value0)?;
        let [second, third, ..] = message.words;
        let values = [low_word(results.value1), second, third];
        Some(CommandReturn { failure, variant, values })
    }
}

/// The three machine words that come with an upcall (CP-1), as a message carries them: each as two words of
/// 32 bits, the low one first.
pub const fn upcall_message([first, second, third]: [usize; 3]) -> Message {
    let [badge, incarnation] = halves(first as u64);
    let ([second_low, second_high], [third_low, third_high]) =
        (halves(second as u64), halves(third as u64));
    let words: [u32; MAX_MESSAGE_WORDS] = [second_low, second_high, third_low, third_high];
    Message { badge, incarnation, words }
}

/// The three machine words that a message carries.
pub const fn upcall_arguments(message: Message) -> [usize; 3] {
    let [second_low, second_high, third_low, third_high] = message.words;
    [
        whole(message.badge, message.incarnation),
        whole(second_low, second_high),
        whole(third_low, third_high),
    ]
}

/// What comes with an upcall that was waited for, besides its first two arguments: the third, as two words of 32
/// bits, and the number of the upcall if several were waited for. Nothing but zeros in the most frequent case.
pub const fn awaited_message(third: usize, upcall: u32) -> Message {
    let [low, high] = halves(third as u64);
    Message { badge: 0, incarnation: upcall, words: [low, high, 0, 0] }
}

/// The third argument of an upcall that was waited for, and its number if several were.
pub const fn awaited_arguments(message: Message) -> (usize, u32) {
    let [low, high, ..] = message.words;
    (whole(low, high), message.incarnation)
}

const fn halves(word: u64) -> [u32; 2] {
    [(word & 0xFFFF_FFFF) as u32, (word >> 32) as u32]
}

const fn whole(low: u32, high: u32) -> usize {
    ((high as u64) << 32 | low as u64) as usize
}

fn low_word(word: usize) -> u32 {
    u32::try_from(word & 0xFFFF_FFFF).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_variants_are_found_again() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_status(code.status()), Some(code));
        }
        for status in [0, 16, 0x100, 0x10E, u32::MAX] {
            assert_eq!(ErrorCode::from_status(status), None);
        }
        for variant in Variant::ALL {
            assert_eq!(Variant::from_number(variant as usize), Some(variant));
        }
        assert_eq!(Variant::from_number(134), None);
    }

    #[test]
    fn what_a_command_hands_back_survives_the_way_out() {
        let returns = [
            CommandReturn::success(),
            CommandReturn::success_u32_u32_u32(1, 2, u32::MAX),
            CommandReturn::success_u32_u64(7, u64::MAX - 1),
            CommandReturn::success_u64(1 << 32),
            CommandReturn::failure(ErrorCode::NoAcknowledge),
            CommandReturn::failure_u32_u32(ErrorCode::Size, 3, 4),
        ];
        for each in returns {
            let (results, message) = each.to_registers();
            assert_eq!(CommandReturn::from_registers(results, message), Some(each));
        }
        let refused = Results { status: 9, value0: 0, value1: 0 };
        assert_eq!(CommandReturn::from_registers(refused, Message::default()), None);
    }

    #[test]
    fn three_words_are_a_message() {
        for words in [[0; 3], [1, 2, 3], [usize::MAX, 0, usize::MAX]] {
            assert_eq!(upcall_arguments(upcall_message(words)), words);
            let [_, number, third] = words;
            let number = low_word(number);
            assert_eq!(awaited_arguments(awaited_message(third, number)), (third, number));
        }
    }
}
