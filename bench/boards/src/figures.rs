//! What was measured: names and whole numbers, in an order that does not change.

use std::fmt;

use anyhow::{Context, Result, ensure};

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures(Vec<(String, u64)>);

impl Figures {
    /// Adds a figure.
    ///
    /// # Errors
    /// If there is one of that name.
    pub(crate) fn push(&mut self, name: impl Into<String>, figure: u64) -> Result<()> {
        let name = name.into();
        ensure!(self.get(&name).is_err(), "`{name}` was measured twice");
        self.0.push((name, figure));
        Ok(())
    }

    /// The figure of that name.
    pub(crate) fn get(&self, name: &str) -> Result<u64> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, figure)| *figure).with_context(|| format!("`{name}` was not measured"))
    }
}

/// A line for each.
impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, figure)| writeln!(out, "{name}: {figure}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_their_order_and_once() {
        let mut figures = Figures::default();
        figures.push("null call", 80).unwrap();
        figures.push("a wait", 9).unwrap();
        assert_eq!(figures.to_string(), "null call: 80\na wait: 9\n");
        assert_eq!(figures.get("a wait").unwrap(), 9);
        assert!(figures.get("another").is_err() && figures.push("a wait", 8).is_err());
    }
}
