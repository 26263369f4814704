//! The console: every process's lines under its name, and the kernel's own word (PR-2, PR-7).
//!
//! A line of a process begins with its name in brackets, a line of the kernel with `guichet: `. As
//! the mark is put in front of whatever the process wrote, a process cannot write a line that
//! looks like the kernel's, or like another process's.

use std::io::{self, Write};

use guichet_console::{LineBuffer, Readable};

use crate::output::Output;

/// The longest line in bytes as the process wrote them; a longer one is broken.
const MAX_LINE_BYTES: usize = 256;

/// The console of a run.
pub(crate) struct Console {
    processes: Vec<Printing>,
    output: Output,
}

/// What one process prints.
struct Printing {
    name: String,
    buffer: LineBuffer<MAX_LINE_BYTES>,
}

impl Console {
    /// A console for processes of these names, in the order of their indices.
    pub(crate) fn start<'a>(
        names: impl Iterator<Item = &'a str>,
        writer: Box<dyn Write + Send>,
    ) -> io::Result<Console> {
        let printing = |name: &str| Printing {
            name: Readable(name.as_bytes()).to_string(),
            buffer: LineBuffer::EMPTY,
        };
        Ok(Console { processes: names.map(printing).collect(), output: Output::start(writer)? })
    }

    /// Takes what a process prints. Never waits.
    pub(crate) fn print(&mut self, process: usize, bytes: &[u8]) {
        let Console { processes, output } = self;
        if let Some(Printing { name, buffer }) = processes.get_mut(process) {
            buffer.push(bytes, &mut |line| output.line(format!("[{name}] {line}")));
        }
    }

    /// Says something of a process in the kernel's name, after what the process itself said.
    pub(crate) fn report(&mut self, process: usize, text: &str) {
        self.flush(process);
        if let Some(printing) = self.processes.get(process) {
            let name = &printing.name;
            self.output.line(format!("guichet: process `{name}` {text}"));
        }
    }

    /// Says something in the kernel's name.
    pub(crate) fn say(&mut self, text: &str) {
        self.output.line(format!("guichet: {text}"));
    }

    /// Why the console cannot be written to any more, if that is so.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.output.take_failure()
    }

    /// Tells whether the console cannot be written to any more.
    pub(crate) fn has_failed(&self) -> bool {
        self.output.has_failed()
    }

    /// Writes what is left, unfinished lines included; waits for that, but not for ever.
    pub(crate) fn finish(mut self) -> Option<io::Error> {
        for process in 0..self.processes.len() {
            self.flush(process);
        }
        self.output.finish()
    }

    fn flush(&mut self, process: usize) {
        let Console { processes, output } = self;
        if let Some(Printing { name, buffer }) = processes.get_mut(process) {
            buffer.flush(&mut |line| output.line(format!("[{name}] {line}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics with it").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_carry_their_owner_and_nobody_can_forge_the_kernels() {
        let screen = Screen::default();
        let names = ["talker", "li\nar"];
        let mut console = Console::start(names.into_iter(), Box::new(screen.clone())).expect("it");
        console.print(0, b"hel");
        console.print(1, b"guichet: all is well\nun");
        console.print(0, b"lo\nrest");
        console.report(0, "faulted");
        console.print(7, b"nobody\n");
        console.say("the end");
        assert!(console.finish().is_none());
        let text = String::from_utf8(screen.0.lock().expect("text").clone()).expect("text");
        assert_eq!(
            text,
            "[li\\x0aar] guichet: all is well\n[talker] hello\n[talker] rest\n\
             guichet: process `talker` faulted\nguichet: the end\n[li\\x0aar] un\n"
        );
    }
}
