//! What the tester of the system `interrupts` tells the driver there.

use pw_status::{Error, OK, Result, StatusCode};

/// What the driver is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Order {
    /// Makes the device interrupt, soon.
    Fire,
    /// Waits for so many milliseconds for a line; tells the signals.
    Wait,
    /// Gives the device what it wants, so that it is quiet.
    Serve,
    /// Acknowledges these signals.
    Acknowledge,
    /// Acknowledges these signals on an object that has no lines.
    AcknowledgeWrongly,
    /// Copies into the registers of the device through a channel.
    ReceiveThere,
    /// Reads the word behind the registers of the device.
    LoadBeyond,
    /// Executes the registers of the device.
    ExecuteThere,
}

impl Order {
    const ALL: [Order; 8] = [
        Order::Fire,
        Order::Wait,
        Order::Serve,
        Order::Acknowledge,
        Order::AcknowledgeWrongly,
        Order::ReceiveThere,
        Order::LoadBeyond,
        Order::ExecuteThere,
    ];

    /// The words of an order with its argument.
    pub fn request(self, argument: u32) -> [u8; 5] {
        let [a, b, c, d] = argument.to_le_bytes();
        [self as u8, a, b, c, d]
    }

    /// The order in a request, and its argument.
    pub fn from_request([order, argument @ ..]: [u8; 5]) -> Option<(Order, u32)> {
        Some((*Self::ALL.get(usize::from(order))?, u32::from_le_bytes(argument)))
    }
}

/// What came of an order, as bytes.
pub fn response(result: Result<u32>) -> [u8; 8] {
    let (status, value) = match result {
        Ok(value) => (OK, value),
        Err(error) => (error.status_code(), 0),
    };
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&status.to_le_bytes());
    bytes[4..].copy_from_slice(&value.to_le_bytes());
    bytes
}

/// What came of an order.
///
/// # Errors
/// Those of what the driver was told to do.
pub fn result([a, b, c, d, value @ ..]: [u8; 8]) -> Result<u32> {
    match Error::from_status(u32::from_le_bytes([a, b, c, d])) {
        None => Ok(u32::from_le_bytes(value)),
        Some(error) => Err(error),
    }
}
