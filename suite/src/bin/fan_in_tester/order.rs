//! Who is served next, and how the handler knows whom it serves.

use pw_status::{Error, Result};
use suite::pattern;
use suite::report::Report;
use suite_codegen::fan_in::tester::handle;
use suite_codegen::fan_in::tester::object::{FIRST_IN, IN};
use userspace::channel::{AsyncBuffers, AsyncTransaction};
use userspace::syscall::Signals;

use crate::asker::{FIRST, HIGH, SECOND, served};
use crate::shown;

pub(crate) fn waiting(report: &mut Report) {
    report.case("CH-12 those that are equally important are served as they came", |case| {
        for askers in [[FIRST, SECOND], [SECOND, FIRST]] {
            askers[0].asks()?;
            askers[1].asks()?;
            served(case, &askers)?;
        }
        Ok(())
    });
    report.case("CH-12 the most important is served first, whenever it came", |case| {
        for askers in [[FIRST, HIGH, SECOND], [FIRST, SECOND, HIGH], [HIGH, FIRST, SECOND]] {
            for asker in askers {
                asker.asks()?;
            }
            served(case, &[HIGH, FIRST, SECOND])?;
        }
        Ok(())
    });
    report.case("CH-12 CH-10 one call answers one and receives the next", |case| {
        for asker in [FIRST, SECOND, HIGH] {
            asker.asks()?;
        }
        HIGH.is_next(case);
        HIGH.is_answered_before(case, FIRST)?;
        FIRST.is_answered_before(case, SECOND)?;
        SECOND.is_answered(case)
    });
    report.case("CH-12 CH-5a an answer without a read is for the one that is next", |case| {
        FIRST.asks()?;
        HIGH.asks()?;
        HIGH.is_answered(case)?;
        FIRST.is_answered(case)
    });
    readable(report);
}

fn readable(report: &mut Report) {
    report.case("CH-12 CH-3 READABLE shows while others wait, and no longer", |case| {
        FIRST.asks()?;
        SECOND.asks()?;
        case.equal(shown(handle::IN)?, Signals::READABLE);
        FIRST.is_next(case);
        case.equal(shown(handle::IN)?, Signals::READABLE);
        FIRST.is_answered(case)?;
        case.equal(shown(handle::IN)?, Signals::READABLE);
        SECOND.is_next(case);
        case.equal(shown(handle::IN)?, Signals::empty());
        SECOND.is_answered(case)
    });
    report.case("CH-12 CH-5a who comes meanwhile changes nothing about who is served", |case| {
        FIRST.asks()?;
        FIRST.is_next(case);
        HIGH.asks()?;
        let mut buffer = [0; 16];
        case.equal(IN.read(0, &mut buffer), Ok(16));
        case.equal(buffer, FIRST.request());
        case.equal(IN.badge(), Ok(FIRST.badge()));
        FIRST.is_answered(case)?;
        served(case, &[HIGH])
    });
}

/// Asks the first robot something that it does not answer, so that it is as important as this thread.
fn lend() -> Result<AsyncTransaction> {
    let nothing = AsyncBuffers { send: &mut [], receive: &mut [] };
    FIRST_IN.start(nothing, 0).map_err(|refused| refused.error)
}

pub(crate) fn priorities(report: &mut Report) {
    report.case("CH-12 CH-13 a priority that was lent counts when it asks", |case| {
        HIGH.asks()?;
        let loan = lend()?;
        FIRST.asks()?;
        served(case, &[FIRST, HIGH])?;
        drop(loan);
        HIGH.asks()?;
        FIRST.asks()?;
        served(case, &[HIGH, FIRST])
    });
    report.case("CH-12 who becomes more important while it waits keeps its place", |case| {
        HIGH.asks()?;
        FIRST.asks()?;
        let loan = lend()?;
        served(case, &[HIGH, FIRST])?;
        drop(loan);
        Ok(())
    });
    report.case("CH-12 who becomes less important while it waits keeps its place", |case| {
        let loan = lend()?;
        FIRST.asks()?;
        drop(loan);
        HIGH.asks()?;
        served(case, &[FIRST, HIGH])
    });
}

pub(crate) fn badges(report: &mut Report) {
    report.case("CH-12 AB-6 the badge is that of the one that is served", |case| {
        for asker in [FIRST, SECOND, HIGH] {
            asker.asks()?;
        }
        for asker in [HIGH, FIRST, SECOND] {
            case.equal(IN.read(0, &mut [0; 16]), Ok(16));
            for _ in 0..2 {
                case.equal(IN.badge(), Ok(asker.badge()));
            }
            asker.is_answered(case)?;
        }
        Ok(())
    });
    report.case("CH-12 while nothing is served there is no badge", |case| {
        case.equal(IN.badge(), Err(Error::Unavailable));
        FIRST.asks()?;
        case.equal(IN.badge(), Err(Error::Unavailable));
        case.equal(shown(handle::IN)?, Signals::READABLE);
        served(case, &[FIRST])?;
        case.equal(IN.badge(), Err(Error::Unavailable));
        Ok(())
    });
    report.case("CH-12 CH-5a of one that gave up there is none, and the answer is late", |case| {
        HIGH.asks_for_a_while()?;
        HIGH.is_next(case);
        FIRST.asks()?;
        HIGH.gives_up(case)?;
        case.equal(IN.badge(), Err(Error::Unavailable));
        case.equal(IN.respond(&pattern::array::<16>(0)), Err(Error::Unavailable));
        case.equal(IN.badge(), Err(Error::Unavailable));
        served(case, &[FIRST])
    });
}
