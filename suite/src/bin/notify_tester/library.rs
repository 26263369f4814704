//! The same in safe hands.

use pw_status::Error;
use suite::notifying::{BUFFER_BYTES, DONE, Order, buffer, name};
use suite::report::Report;
use suite::timing::{SHORT, after};
use suite_codegen::notify::tester::object::EVENTS;
use userspace::notify::{Client, NotifyError, Service};

use crate::cast::{FIRST, TESTER, fresh, known_to, own};

pub(crate) fn cases(report: &mut Report) {
    report.case("NO-1 a client has a service change a buffer, and another way round", |case| {
        fresh(case)?;
        case.equal(own(Order::Fill(0, 40)), DONE);
        case.equal(FIRST.begins(Order::Serve(FIRST.name())), DONE);
        case.equal(own(Order::Call(FIRST.name())), Ok([41, 41, 0]));
        let tester = known_to(case, FIRST, TESTER)? as usize;
        case.equal(FIRST.came_to(), Ok([tester, BUFFER_BYTES, 0]));
        case.equal(FIRST.does(Order::Fill(0, 50)), DONE);
        case.equal(FIRST.begins(Order::Call(TESTER)), DONE);
        case.equal(own(Order::Serve(TESTER)).map(|[_, bytes, _]| bytes), Ok(BUFFER_BYTES));
        case.equal(FIRST.came_to(), Ok([51, 51, 0]));
        Ok(())
    });
    report.case("NO-1 NO-2 the library says what has gone wrong", |case| {
        fresh(case)?;
        case.equal(Client::of("nobody").err(), Some(NotifyError::NotFound));
        case.equal(Service::open("nobody").err(), Some(NotifyError::NotFound));
        let Ok(mut client) = Client::of("first") else { return Err(Error::NotFound) };
        case.equal(client.share(buffer(0)), Ok(()));
        let Ok(mut another) = Client::of("first") else { return Err(Error::NotFound) };
        case.equal(another.share(buffer(1)), Err(NotifyError::InUse));
        let late = client.wait_until(EVENTS, after(SHORT)).err();
        case.equal(late, Some(NotifyError::DeadlineExceeded));
        FIRST.end(case)?;
        case.equal(client.notify(), Err(NotifyError::Gone));
        case.equal(client.find_again("first"), Err(NotifyError::NotFound));
        FIRST.start()?;
        case.equal(client.notify(), Err(NotifyError::Gone));
        case.equal(client.find_again("first"), Ok(()));
        let itself = known_to(case, FIRST, name("first"))?;
        case.equal(client.notify(), Ok(()));
        let told = FIRST.does(Order::Look(itself));
        case.equal(told.map(|[_, length, _]| length), Ok(BUFFER_BYTES));
        Ok(())
    });
}
