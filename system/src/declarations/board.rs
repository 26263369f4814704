//! The value of `boards` (CF-4).

use super::fields::Fields;
use crate::Diagnostics;
use crate::model::Board;
use crate::schema::{BOARD, BOARDS};
use crate::tree::Value;

/// Reads what differs on some boards.
pub(super) fn read(value: &Value, log: &mut Diagnostics) -> Vec<Board> {
    let Some(boards) = Fields::open(value, &BOARDS, log) else {
        return Vec::new();
    };
    BOARDS
        .usable()
        .filter_map(|name| {
            let fields = Fields::open(boards.value(name)?, &BOARD, log)?;
            let max_transfer_bytes = fields.integer("max_transfer_bytes");
            Some(Board { name: name.to_owned(), max_transfer_bytes })
        })
        .collect()
}
