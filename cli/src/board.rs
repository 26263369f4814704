//! The boards that can be named.

use guichet::boards::{self, BOARDS};
use guichet::{BOARD, nearest};

/// A board that this version runs systems on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Board {
    /// This machine: each process a Linux process.
    Linux,
    /// Another machine, for which the system becomes one image.
    Image(&'static boards::Board),
}

impl Board {
    /// The board called `name`, or what to say of it.
    pub(crate) fn parse(name: &str) -> Result<Board, String> {
        if name == BOARD {
            return Ok(Board::Linux);
        }
        // Whether written with `-`, as QEMU does, or with `_`.
        let plain = name.replace('-', "_").to_lowercase();
        if let Some(board) = BOARDS.iter().find(|board| board.name == plain) {
            return Ok(Board::Image(board));
        }
        let names = BOARDS.iter().map(|board| board.name).chain([BOARD]);
        let suggestion = match nearest(&plain, names) {
            Some(similar) => format!("there is one called `{similar}`"),
            None => "`guichet boards` lists those that there are".to_owned(),
        };
        Err(format!("no board has this name; {suggestion}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_board_gets_its_own_answer() {
        let table = [
            ("linus", "there is one called `linux`"),
            ("Linux", "there is one called `linux`"),
            ("mps2-an358", "there is one called `mps2_an385`"),
            ("qemu_virt_rv23", "there is one called `qemu_virt_rv32`"),
            ("", "`guichet boards` lists"),
        ];
        for (name, expected) in table {
            let message = Board::parse(name).expect_err(name);
            assert!(message.contains(expected), "{name}: {message}");
        }
        assert!(matches!(Board::parse("linux"), Ok(Board::Linux)));
        for name in ["mps2_an505", "mps2-an505", "MPS2-AN505"] {
            let board = Board::parse(name);
            assert!(matches!(board, Ok(Board::Image(board)) if board.name == "mps2_an505"));
        }
    }
}
