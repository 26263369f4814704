//! Rights to answer: for one call, once, and for nobody else (EP-7).

use pw_status::{Error, OK, StatusCode};
use suite::endpoint::{Way, each_way};
use suite::hostile::{ARENA, WORDS, call_with};
use suite::report::{Case, Report};
use suite::robot::{EndpointStep, Give, Right, Step};
use suite_codegen::endpoint_calls::tester::handle;
use userspace::raw::Syscall;
use userspace::syscall::{endpoint_drop_reply, endpoint_reply};

use crate::cast::{FIRST, IN, LOW, REQUESTS, SECOND, is_empty, message, settle};

/// Checks that nobody answers anything with this number.
fn is_void(case: &mut Case, way: Way, right: u32) {
    case.equal_for(right, way.reply(right, message(66)), Err(Error::Unavailable));
    let found = way.reply_and_receive(IN, right, message(66));
    case.equal_for(right, found, Err(Error::Unavailable));
    case.equal_for(right, endpoint_drop_reply(right), Err(Error::Unavailable));
}

pub(crate) fn used(report: &mut Report) {
    each_way(report, "EP-7 a right is good once", |case, way| {
        let right = FIRST.is_served(case, way)?;
        way.reply(right, message(1))?;
        is_void(case, way, right);
        FIRST.came_to(case, Ok(message(1)))?;
        is_void(case, way, right);
        Ok(())
    });
    each_way(report, "EP-7 an old right does not answer the next call", |case, way| {
        let old = FIRST.is_served(case, way)?;
        way.reply(old, message(1))?;
        FIRST.came_to(case, Ok(message(1)))?;
        let right = FIRST.is_served(case, way)?;
        case.holds(right != old);
        is_void(case, way, old);
        settle()?;
        case.holds(!FIRST.peer.is_done());
        way.reply(right, message(2))?;
        FIRST.came_to(case, Ok(message(2)))
    });
}

pub(crate) fn mixed_up(report: &mut Report) {
    each_way(report, "EP-7 an answer reaches the one whose call the right is for", |case, way| {
        let first = FIRST.is_served(case, way)?;
        let second = SECOND.is_served(case, way)?;
        case.holds(first != second);
        way.reply(first, message(1))?;
        FIRST.came_to(case, Ok(message(1)))?;
        is_void(case, way, first);
        case.holds(!SECOND.peer.is_done());
        way.reply(second, message(2))?;
        SECOND.came_to(case, Ok(message(2)))
    });
}

pub(crate) fn foreign(report: &mut Report) {
    each_way(
        report,
        "EP-7 EP-2 another process cannot answer, whatever numbers it tries",
        |case, way| {
            let right = FIRST.is_served(case, way)?;
            let number = Right::Number(right);
            let receives = EndpointStep::ReplyAndReceive(REQUESTS as u8, number, way, message(66));
            let tries = [
                Step::reply(number, way, message(66)),
                Step::Endpoint(receives),
                Step::Endpoint(EndpointStep::Drop(number)),
            ];
            let outcomes = LOW.robot().run_to_end(&tries)?;
            for step in 0..tries.len() {
                case.equal_for(step, outcomes.of(step), Err(Error::Unavailable));
            }
            case.holds(!FIRST.peer.is_done());
            way.reply(right, message(3))?;
            FIRST.came_to(case, Ok(message(3)))
        },
    );
}

pub(crate) fn guessed(report: &mut Report) {
    each_way(report, "EP-7 numbers that nobody was given answer nothing", |case, way| {
        let right = FIRST.is_served(case, way)?;
        for number in [0, 1, 2, right ^ 1, right ^ 0x100, right ^ 1 << 31, !right, u32::MAX] {
            if number != right {
                is_void(case, way, number);
            }
        }
        for step in 1..=64 {
            is_void(case, way, right.wrapping_add(step));
            is_void(case, way, right.wrapping_sub(step));
        }
        way.reply(right, message(4))?;
        FIRST.came_to(case, Ok(message(4)))
    });
    each_way(
        report,
        "EP-7 a call that was not received cannot be answered, even by its number",
        |case, way| {
            let mut rights = [0u32; 2];
            for right in &mut rights {
                *right = FIRST.is_served(case, way)?;
                way.reply(*right, message(1))?;
                FIRST.came_to(case, Ok(message(1)))?;
            }
            let next = rights[1].wrapping_add(rights[1].wrapping_sub(rights[0]));
            FIRST.begins(case, way)?;
            case.equal(way.reply(next, message(66)), Err(Error::Unavailable));
            case.equal(endpoint_drop_reply(next), Err(Error::Unavailable));
            let right = FIRST.is_next(case, way)?;
            way.reply(right, message(5))?;
            FIRST.came_to(case, Ok(message(5)))
        },
    );
}

pub(crate) fn refused(report: &mut Report) {
    report.case(
        "EP-7 AB-3 an answer that is not memory of its giver's leaves the right good",
        |case| {
            for way in Way::ALL {
                let right = FIRST.is_served(case, way)?;
                for address in WORDS {
                    let words = [right as usize, address, 8];
                    let found = call_with(Syscall::EndpointReply, words).status;
                    case.equal_for(address, found, Error::PermissionDenied.status_code());
                }
                settle()?;
                case.holds(!FIRST.peer.is_done());
                way.reply(right, message(6))?;
                FIRST.came_to(case, Ok(message(6)))?;
            }
            Ok(())
        },
    );
    report.case("EP-7 AB-7 an answer of nine slices is OutOfRange and leaves it good", |case| {
        let right = FIRST.is_served(case, Way::List)?;
        let slices: [&[u8]; 9] = [&[1]; 9];
        case.equal(endpoint_reply(right, &slices), Err(Error::OutOfRange));
        Way::List.reply(right, message(7))?;
        FIRST.came_to(case, Ok(message(7)))
    });
}

pub(crate) fn too_much(report: &mut Report) {
    report.case("EP-7 AB-10 an answer is no longer than a transfer may be", |case| {
        let right = FIRST.is_served(case, Way::Flat)?;
        for length in [4096, 4097, 5000] {
            let words = [right as usize, ARENA.at(0), length];
            let found = call_with(Syscall::EndpointReply, words).status;
            case.equal_for(length, found, Error::OutOfRange.status_code());
        }
        Way::Flat.reply(right, message(8))?;
        FIRST.came_to(case, Ok(message(8)))
    });
    report.case("EP-8 AB-1 an answer of more than four words is OutOfRange", |case| {
        let right = FIRST.is_served(case, Way::Words)?;
        for count in [5, 8, 0x100, 0xFFFF] {
            let words = [count << 16, right as usize, 0, 1, 2, 3, 4];
            let found = call_with(Syscall::EndpointReplyWords, words).status;
            case.equal_for(count, found, Error::OutOfRange.status_code());
            let words = [handle::IN as usize | count << 16, right as usize, 0, 1, 2, 3, 4];
            let found = call_with(Syscall::EndpointReplyAndReceiveWords, words).status;
            case.equal_for(count, found, Error::OutOfRange.status_code());
        }
        is_empty(case, Way::Words);
        case.equal(call_with(Syscall::EndpointReplyWords, [0, right as usize]).status, OK);
        FIRST.came_to(case, Ok(Give { seed: 0, bytes: 0 }))
    });
}
