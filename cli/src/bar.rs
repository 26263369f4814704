//! Progress on a terminal, and lines where there is none (TL-3).

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use guichet::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use guichet::report;

/// How often the spinner turns, which also shows that the tool itself still runs.
const TURN: Duration = Duration::from_millis(120);

/// Shows what is built: a line that is rewritten on a terminal, else a line for each program.
#[derive(Debug, Default)]
pub(crate) struct Bar {
    bar: Option<ProgressBar>,
}

impl Progress for Bar {
    fn begin(&mut self, number: usize, total: usize, names: &str) {
        let text = format!("building {number}/{total} {names}");
        if !stderr().is_terminal() {
            return report::say(&text);
        }
        let bar = self.bar.get_or_insert_with(spinner);
        bar.set_message("");
        bar.set_prefix(text);
    }

    fn detail(&mut self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(line.to_owned());
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    // A template that could not be read would leave the library's own, which shows as much.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TURN);
    bar
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
