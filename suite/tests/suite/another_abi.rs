//! A program that was built for another version of the ABI is refused (CF-7).
//!
//! No source can say so of itself: a program that runs is taken, and its record made that of another
//! version.

use std::fs;
use std::path::Path;

use guichet::BuiltImage;

use crate::board::{Board, Built};
use crate::{emulated, linux};

/// What the case goes by in the place of a system's name.
pub(crate) const NAME: &str = "image";
/// The case.
pub(crate) const TITLE: &str = "CF-7 an image for another ABI is refused";
/// The system whose program it is.
const SYSTEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/systems/sleep");

/// Shows that the board refuses it.
pub(crate) fn refused(board: Board) -> Result<(), String> {
    let copy = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let tamper = |file: &Path| {
        let mut image = fs::read(file).map_err(|error| error.to_string())?;
        let version = record_version(&image)?;
        image[version] = image[version].wrapping_add(1);
        fs::write(copy.path(), image).map_err(|error| error.to_string())
    };
    match (board, board.build(Path::new(SYSTEM))?) {
        (Board::Emulated(board), Built::Emulated(image)) => {
            tamper(&image.image)?;
            let image = BuiltImage { image: copy.path().to_path_buf(), ..image };
            emulated::refuse_another_abi(&image, board)
        }
        (_, Built::Linux(system)) => {
            tamper(system.programs.first().ok_or("the system has no program")?)?;
            linux::refuse_another_abi(copy.path())
        }
        (Board::Linux, Built::Emulated(_)) => Err("an image does not run on Linux".to_owned()),
    }
}

/// Where in an image the version of its one ABI record begins: after the record's mark.
fn record_version(image: &[u8]) -> Result<usize, String> {
    let record = [*b"GUIC", pw_status::ABI_VERSION.to_le_bytes()].concat();
    let places = image.windows(record.len()).enumerate().filter(|(_, bytes)| *bytes == record);
    match places.map(|(place, _)| place).collect::<Vec<_>>()[..] {
        [place] => Ok(place + 4),
        ref places => Err(format!("the image has {} ABI records", places.len())),
    }
}
