//! The boards that can be named.

use guichet::{BOARD, nearest};

/// The boards that later versions run on; named so that nobody takes them for a slip.
const LATER: [&str; 5] =
    ["lm3s6965evb", "mps2_an385", "mps2_an386", "mps2_an505", "qemu_virt_rv32"];

/// A board that this version runs systems on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Board {
    /// This machine: each process a Linux process.
    Linux,
}

impl Board {
    /// The board called `name`, or what to say of it.
    pub(crate) fn parse(name: &str) -> Result<Board, String> {
        if name == BOARD {
            return Ok(Board::Linux);
        }
        // Whether written with `-`, as QEMU does, or with `_`.
        let plain = name.replace('-', "_").to_lowercase();
        if LATER.contains(&&*plain) {
            return Err(format!(
                "this version runs systems on `{BOARD}` only; other boards come with a later one"
            ));
        }
        let suggestion = match nearest(&plain, LATER.into_iter().chain([BOARD])) {
            Some(similar) => format!("there is one called `{similar}`"),
            None => format!("this version has `{BOARD}`"),
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
            ("mps2-an385", "come with a later one"),
            ("qemu_virt_rv23", "there is one called `qemu_virt_rv32`"),
            ("", "this version has `linux`"),
        ];
        for (name, expected) in table {
            let message = Board::parse(name).expect_err(name);
            assert!(message.contains(expected), "{name}: {message}");
        }
        assert_eq!(Board::parse("linux"), Ok(Board::Linux));
    }
}
