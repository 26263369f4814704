//! Messages and rooms in slices (AB-7); that they come to the same is in every other case.

use pw_status::{Error, LIST_FLAG, StatusCode};
use suite::endpoint::Way;
use suite::hostile::{ARENA, call_with};
use suite::pattern;
use suite::report::Report;
use suite::robot::Step;
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle::OUT;
use userspace::raw::Syscall;
use userspace::syscall::{
    endpoint_call, endpoint_receive, endpoint_send, endpoint_try_receive, endpoint_try_send,
};
use userspace::time::Instant;

use crate::cast::{FIRST, ONE, message};

pub(crate) fn lists(report: &mut Report) {
    report.case("AB-7 AB-5 a message of nine slices is OutOfRange, and is not sent", |case| {
        let slices: [&[u8]; 9] = [&[1]; 9];
        case.equal(endpoint_send(OUT, &slices, Instant::MIN), Err(Error::OutOfRange));
        case.equal(endpoint_try_send(OUT, &slices), Err(Error::OutOfRange));
        let called = endpoint_call(OUT, &slices, &mut [0; 4], Instant::MIN);
        case.equal(called, Err(Error::OutOfRange));
        let step = Step::try_take(IN, Way::List);
        case.equal(FIRST.tries(step), Err(Error::Unavailable));
        Ok(())
    });
    report.case("AB-7 AB-5 a room of nine slices is OutOfRange, and takes no message", |case| {
        FIRST.does(case, &[ONE.send(Way::List, 1)])?;
        let mut bytes = [[0u8; 4]; 9];
        let mut rooms = bytes.each_mut().map(|room| &mut room[..]);
        let found = endpoint_try_receive(ONE.own, &mut rooms);
        case.equal(found, Err(Error::OutOfRange));
        let found = endpoint_receive(ONE.own, &mut rooms, Instant::MIN);
        case.equal(found, Err(Error::OutOfRange));
        ONE.gives(case, Way::List, FIRST, 1);
        Ok(())
    });
    report.case("AB-7 a list of no slices is an empty message, and no room", |case| {
        let none: [&[u8]; 0] = [];
        endpoint_try_send(OUT, &none)?;
        let found = FIRST.tries(Step::try_take(IN, Way::List));
        case.equal(found.map(|value| value & 0xFFFF), Ok(0));
        let mut none: [&mut [u8]; 0] = [];
        let found = endpoint_try_receive(ONE.own, &mut none);
        case.equal(found, Err(Error::OutOfRange));
        Ok(())
    });
}

pub(crate) fn arrivals(report: &mut Report) {
    report.case("AB-7 AB-3 a list whose total wraps is OutOfRange, as message and room", |case| {
        let here = ARENA.at(0);
        let [table, _] = ARENA.write_table(1024, &[(here, usize::MAX), (here, 2)]);
        let wraps = |syscall, handle: u32| {
            call_with(syscall, [handle as usize, table, LIST_FLAG | 2, 0, 0]).status
        };
        let refused = Error::OutOfRange.status_code();
        case.equal(wraps(Syscall::EndpointTrySend, OUT), refused);
        case.equal(wraps(Syscall::EndpointTryReceive, ONE.own), refused);
        Ok(())
    });
    report.case("AB-7 AB-8 a message arrives slice after slice, and ends where it ends", |case| {
        FIRST.does(case, &[ONE.send(Way::Flat, 7)])?;
        let (mut first, mut second, mut third) = ([0xAA; 3], [0xAA; 0], [0xAA; 13]);
        let mut rooms: [&mut [u8]; 3] = [&mut first, &mut second, &mut third];
        case.equal(endpoint_try_receive(ONE.own, &mut rooms)?.len, 8);
        let expected = pattern::array::<8>(message(7).seed);
        case.equal(&first[..], &expected[..3]);
        case.equal(&third[..5], &expected[3..]);
        case.holds(third[5..] == [0xAA; 8]);
        Ok(())
    });
}
