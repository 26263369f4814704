//! Which interrupt lines may come.

use super::Case;
use crate::invariant::{Invariant, Violation};

impl Case<'_> {
    /// PR-8.
    pub(super) fn check_lines(&self, violations: &mut Vec<Violation>) {
        let seen = &self.taken.machine.enabled_lines;
        let right = self.settled.enabled_lines(self.declared);
        if !seen.iter().eq(&right) {
            violations.push(Violation::new(
                Invariant::Lines,
                format!("the enabled lines are {seen:?}, but should be {right:?}"),
            ));
        }
    }
}
