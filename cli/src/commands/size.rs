//! `guichet size` (TL-2).

mod picture;
mod table;

use guichet::{Failure, image_size};

use super::build::built_image;
use crate::arguments::SizeArguments;
use crate::board::Board;
use guichet::report;

/// Builds a system's image and shows what it uses of the board's memories.
pub(crate) fn size(arguments: &SizeArguments) -> Result<u8, Failure> {
    let board = match arguments.board {
        Some(Board::Image(board)) => board,
        Some(Board::Linux) | None => return Err(Failure::NoMemory),
    };
    let image = built_image(&arguments.dir, board)?;
    let size = image_size(&image, board)?;
    let text = if arguments.json {
        // Plain text and numbers: there is nothing in it that JSON could refuse.
        serde_json::to_string(&size).unwrap_or_default() + "\n"
    } else {
        table::text(&size)
    };
    Ok(report::output(&text, 0))
}
