//! Whoever carries out steps.

use userspace::upcall::Upcalls;

use super::inbox::Inbox;
use super::mailbox::Mailbox;
use super::values::{Came, Said};
use super::{Step, What, inbox, mailbox, plain, registry};

/// A process that does things with capsules: a robot, or the tester. There is one in each.
#[derive(Debug)]
pub struct Party {
    upcalls: Upcalls,
    mailbox: Mailbox,
    inbox: Inbox,
}

impl Party {
    /// A process that has done nothing yet, and its object for upcalls.
    pub fn new(upcalls: Upcalls) -> Party {
        Party { upcalls, mailbox: Mailbox::default(), inbox: Inbox::default() }
    }

    /// Carries out a step, on the main thread.
    ///
    /// # Errors
    /// Those of the calls that it makes.
    // Out of line: a robot's stack holds what it needs only meanwhile.
    #[inline(never)]
    pub fn does(&mut self, step: Step) -> Said {
        let Step { way, small, id, give, .. } = step;
        let deadline = step.until.instant();
        let driver = plain::driver(give.seed);
        match step.what {
            What::Command => {
                let [first, ..] = plain::ask(driver, small.into(), [id, 0])?;
                Ok(first.into())
            }
            What::Look => plain::look(driver, small.into()),
            What::Hear => plain::hear(driver, small.into()),
            What::WaitFor => Ok(Came(plain::wait_for(driver, small.into())?).to_value()),
            What::Register => registry::register(way, small),
            What::Find => registry::find(way, small),
            What::Await => registry::wait(way, small, self.upcalls, deadline),
            What::BeginFind => registry::begin_find(way, small),
            What::BeginAwait => registry::begin_wait(way, small),
            What::Found => registry::found(way),
            What::CancelFind => registry::cancel(way),
            What::Ask => self.asks(step),
            What::Begin => self.mailbox.begin(step),
            What::Collect => self.mailbox.collect(),
            What::Withdraw => self.mailbox.withdraw(),
            What::Take => self.mailbox.take(step, self.upcalls, deadline),
            What::TryTake => self.mailbox.try_take(step, true),
            What::TakeFrom => self.mailbox.try_take(step, false),
            What::Respond => self.mailbox.respond(small, give),
            What::RespondTo => mailbox::respond_to(id, small.into(), give),
            What::Open => self.inbox.open(way),
            What::Close => self.inbox.close(),
            What::Allow => self.inbox.list(id, true),
            What::Forbid => self.inbox.list(id, false),
            What::Send => inbox::send(way, id, give),
            What::Notice => self.inbox.notice(way, self.upcalls, deadline),
            What::Swap => self.inbox.swap(),
            What::Message => self.inbox.message(small),
        }
    }

    fn asks(&mut self, step: Step) -> Said {
        if step.way != super::Way::Events {
            return mailbox::call(step, self.upcalls, step.until.instant());
        }
        self.mailbox.begin(step)?;
        self.mailbox.collect()
    }
}
