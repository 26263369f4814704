//! Bytes that are recognised again, so that a message which arrives shifted, cut or mixed up shows.

/// The byte at `index` of the pattern `seed`. Neighbours differ, and so do the same places of
/// different patterns and of the same pattern 256 bytes further on.
pub fn byte(seed: u8, index: usize) -> u8 {
    // Truncation is what makes it a byte; the high part comes in as the second summand.
    let [low, high, ..] = index.to_le_bytes();
    seed.wrapping_add(low.wrapping_mul(7)).wrapping_add(high.wrapping_mul(13))
}

/// Fills a buffer with the pattern `seed`.
pub fn fill(buffer: &mut [u8], seed: u8) {
    for (index, place) in buffer.iter_mut().enumerate() {
        *place = byte(seed, index);
    }
}

/// The pattern `seed`, as long as wanted.
pub fn array<const N: usize>(seed: u8) -> [u8; N] {
    core::array::from_fn(|index| byte(seed, index))
}

/// Tells whether the bytes are the pattern `seed` from its byte `offset` on.
pub fn is_from(bytes: &[u8], seed: u8, offset: usize) -> bool {
    bytes.iter().enumerate().all(|(index, found)| *found == byte(seed, offset + index))
}

/// Tells whether the bytes are the pattern `seed` from its beginning.
pub fn is(bytes: &[u8], seed: u8) -> bool {
    is_from(bytes, seed, 0)
}
