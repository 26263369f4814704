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
    let from = memories.pieces(sender, source, Use::Source);
    let from = from.filter(|from| length_of(from) >= skipped + length);
    let to = memories.pieces(receiver, destination, Use::Destination);
    let to = to.filter(|to| length_of(to) >= length);
    match (from, to) {
        (Some(from), Some(to)) => {
            let ends = ((sender, places(&from, skipped)), (receiver, places(&to, 0)));
            Ok(copy_places(memories, ends, length))
        }
        (Some(_), None) => Err(vec![Use::Destination]),
        (None, Some(_)) => Err(vec![Use::Source]),
        (None, None) => Err(vec![Use::Source, Use::Destination]),
    }
}

/// Where the bytes of one side are: for each the piece, and the address.
type Places = Vec<(usize, usize)>;

fn length_of(pieces: &[(usize, usize)]) -> usize {
    pieces.iter().map(|(_, length)| length).sum()
}

fn places(pieces: &[(usize, usize)], skipped: usize) -> Places {
    let pieces = pieces.iter().enumerate();
    let bytes =
        pieces.flat_map(|(piece, (start, length))| (0..*length).map(move |at| (piece, start + at)));
    bytes.skip(skipped).collect()
}

/// What lies in one piece on either side is read before any of it is written: it may be the same memory.
fn copy_places(
    memories: &Memories<'_>,
    ((sender, from), (receiver, to)): ((usize, Places), (usize, Places)),
    length: usize,
) -> Vec<Write> {
    let mut writes = memories.written.to_vec();
    let earlier = writes.len();
    let mut done = 0;
    while done < length {
        let is_here = |at: &usize| (from[*at].0, to[*at].0) == (from[done].0, to[done].0);
        let end = (done..length).take_while(is_here).last().map_or(length, |last| last + 1);
        let memories = Memories { written: &writes, ..*memories };
        let byte = |at: usize| (receiver, to[at].1, memories.byte(sender, from[at].1));
        let piece: Vec<Write> = (done..end).map(byte).collect();
        writes.extend(piece);
        done = end;
    }
    writes.split_off(earlier)
}
