//! What the tester of the system `tasks` tells the processes there.

/// What a process is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Order {
    /// Tells how often it was told something in this life, and a thousand.
    Count,
    /// Keeps the request, and answers nobody any more.
    Keep,
    /// Exits with status 3.
    Exit,
    /// Panics.
    Panic,
    /// Executes what is no instruction.
    Crash,
    /// Starts a thread that returns from its entry.
    ReturnFromThread,
    /// Starts a thread that serves on, and ends its main thread.
    LeaveMain,
}

impl Order {
    const ALL: [Order; 7] = [
        Order::Count,
        Order::Keep,
        Order::Exit,
        Order::Panic,
        Order::Crash,
        Order::ReturnFromThread,
        Order::LeaveMain,
    ];

    /// The order that a byte stands for, if it stands for one.
    pub fn from_byte(byte: u8) -> Option<Order> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}
