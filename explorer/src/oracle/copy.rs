//! The one copy of a message, byte by byte (AB-8).

use super::Write;
use super::buffers::{Memories, Offer, Use};

/// One side of a copy: the process, the buffer, and the first byte that takes part.
pub(super) type CopyEnd<'a> = (usize, &'a Offer, usize);

/// The bytes that a copy writes, one by one in one forward pass, or the sides whose buffer has
/// gone bad: where it is both, either may be blamed. A copy of nothing looks at neither.
pub(super) fn copy(
    memories: &Memories<'_>,
    (sender, source, skipped): CopyEnd<'_>,
    (receiver, destination, _): CopyEnd<'_>,
    length: usize,
) -> Result<Vec<Write>, Vec<Use>> {
    if length == 0 {
        return Ok(Vec::new());
    }
    let from = memories.addresses(sender, source, Use::Source);
    let from = from.filter(|from| from.len() >= skipped + length);
    let to = memories.addresses(receiver, destination, Use::Destination);
    let to = to.filter(|to| to.len() >= length);
    match (from, to) {
        (Some(from), Some(to)) => {
            let bytes = from[skipped..skipped + length].iter().zip(to);
            let byte = |address: &usize| memories.bytes[sender].byte(*address).unwrap_or(0);
            Ok(bytes.map(|(from, to)| (receiver, to, byte(from))).collect())
        }
        (Some(_), None) => Err(vec![Use::Destination]),
        (None, Some(_)) => Err(vec![Use::Source]),
        (None, None) => Err(vec![Use::Source, Use::Destination]),
    }
}
