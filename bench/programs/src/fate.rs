//! What the tester of the stress asks of a victim, and the pieces in which they talk.

use pw_status::{Error, Result};

/// What a victim does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It answers with the request's bytes.
    Answer,
    /// It does not answer.
    Stall,
    /// It panics.
    Panic,
    /// It runs past the end of its stack.
    Overflow,
    /// Its main function ends.
    Leave,
}

impl Fate {
    /// The fate that a request begins with.
    ///
    /// # Errors
    /// `InvalidArgument` for a byte that stands for none.
    pub fn from_byte(byte: u8) -> Result<Fate> {
        let all = [Fate::Answer, Fate::Stall, Fate::Panic, Fate::Overflow, Fate::Leave];
        all.get(usize::from(byte)).copied().ok_or(Error::InvalidArgument)
    }
}

/// As many slices as a call may have (AB-7).
pub const PIECES: usize = 8;

/// Cuts bytes into as many pieces as a call may have.
pub fn pieces_mut(bytes: &mut [u8; PIECES * 3]) -> [&mut [u8]; PIECES] {
    let [a, b, c, d, e, f, g, h] = bytes.as_chunks_mut().0 else { return Default::default() };
    let pieces: [&mut [u8; 3]; PIECES] = [a, b, c, d, e, f, g, h];
    pieces.map(|piece| &mut piece[..])
}
