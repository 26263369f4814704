//! What the tester of the system `ten_thousand_lives` and the process that lives there tell each other.

use userspace::syscall::Signals;

/// What a life is to do. All but the first end it, sooner or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Order {
    /// Tells how it was born, and who it is; and is called by the order's number from then on.
    Tell,
    /// Exits with its number while it serves the order.
    Exit,
    /// Panics while it serves the order.
    Panic,
    /// Executes what is no instruction while it serves the order.
    Crash,
    /// Touches memory that nobody has while it serves the order.
    Touch,
    /// Goes to sleep while it serves the order.
    Hold,
    /// Answers, and goes to sleep.
    Doze,
    /// Answers, and asks the tester, without a deadline.
    Ask,
    /// Answers, asks the tester without blocking, and exits with its number when the answer is there.
    Start,
    /// Answers, and ends its main thread; another one exits with the number.
    LeaveMain,
}

impl Order {
    const ALL: [Order; 10] = [
        Order::Tell,
        Order::Exit,
        Order::Panic,
        Order::Crash,
        Order::Touch,
        Order::Hold,
        Order::Doze,
        Order::Ask,
        Order::Start,
        Order::LeaveMain,
    ];

    /// The words of an order to the life with this number.
    pub fn request(self, number: u32) -> [u8; ORDER_BYTES] {
        let [a, b, c, d] = number.to_le_bytes();
        [self as u8, a, b, c, d]
    }

    /// The order that the words stand for, if they stand for one, and its number.
    pub fn from_request(request: [u8; ORDER_BYTES]) -> Option<(Order, u32)> {
        let [order, number @ ..] = request;
        Some((*Self::ALL.get(usize::from(order))?, u32::from_le_bytes(number)))
    }
}

/// The length of an order.
pub const ORDER_BYTES: usize = 5;
/// The length of what a life tells.
pub const BIRTH_BYTES: usize = 24;

/// What a life found when it began, and the number that it has been given since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// What its memory held where it begins as a thousand.
    pub initialised: u32,
    /// What its memory held where it begins as zeroes.
    pub zeroed: u32,
    /// What its handler showed.
    pub handler: Signals,
    /// What its initiator showed.
    pub initiator: Signals,
    /// The status of putting its handler into its wait group, which must be empty.
    pub joining: u32,
    /// The number that it was given before, 0 if it was not.
    pub number: u32,
}

impl Birth {
    /// The life on its way.
    pub fn to_bytes(self) -> [u8; BIRTH_BYTES] {
        let words = [
            self.initialised,
            self.zeroed,
            self.handler.bits(),
            self.initiator.bits(),
            self.joining,
            self.number,
        ];
        let mut bytes = [0; BIRTH_BYTES];
        let (places, _) = bytes.as_chunks_mut();
        for (place, word) in places.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes
    }

    /// The life that has arrived.
    pub fn from_bytes(bytes: &[u8; BIRTH_BYTES]) -> Birth {
        let (words, _) = bytes.as_chunks();
        let word = |index: usize| words.get(index).copied().map_or(0, u32::from_le_bytes);
        Birth {
            initialised: word(0),
            zeroed: word(1),
            handler: Signals::from_bits_truncate(word(2)),
            initiator: Signals::from_bits_truncate(word(3)),
            joining: word(4),
            number: word(5),
        }
    }
}
