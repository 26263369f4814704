//! The two others, and what everybody is called.

use pw_status::Result;
use suite::notifying::{Name, Order, Outcome, Partner, must, name};
use suite::report::Case;
use suite_codegen::notify::tester::handle::{FIRST_PROCESS, SECOND_PROCESS};
use suite_codegen::notify::tester::object::{EVENTS, FIRST_CONTROL, SECOND_CONTROL};

pub(crate) const FIRST: Partner = Partner::new(FIRST_CONTROL, FIRST_PROCESS, "first");
pub(crate) const SECOND: Partner = Partner::new(SECOND_CONTROL, SECOND_PROCESS, "second");
pub(crate) const TESTER: Name = name("tester");

/// What an order of the tester's own comes to.
pub(crate) fn own(order: Order) -> Outcome {
    order.perform(EVENTS)
}

/// The number by which the tester knows a process.
#[track_caller]
pub(crate) fn known(case: &mut Case, name: Name) -> Result<u32> {
    let order = Order::Discover(name);
    must(case, order, own(order)).map(|number| number as u32)
}

/// The number by which another knows a process.
#[track_caller]
pub(crate) fn known_to(case: &mut Case, partner: Partner, name: Name) -> Result<u32> {
    partner.must(case, Order::Discover(name)).map(|number| number as u32)
}

/// Both of the others anew, who know nobody.
pub(crate) fn fresh(case: &mut Case) -> Result<()> {
    FIRST.restart(case)?;
    SECOND.restart(case)
}
