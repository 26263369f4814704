//! Telling whoever waits how far the work is (TL-3).

/// Hears what a build does. All of it has a default that ignores it.
pub trait Progress {
    /// The program number `number` of `total`, counted from 1, is built now; it is that of the
    /// process or processes `names`.
    fn begin(&mut self, number: usize, total: usize, names: &str) {
        let _ = (number, total, names);
    }

    /// Cargo does this for the program now: a line of plain text such as `Compiling abi v1.0.0`.
    fn detail(&mut self, line: &str) {
        let _ = line;
    }

    /// Nothing more is built, because all is done or because something failed.
    fn end(&mut self) {}
}

/// A build that nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {}
