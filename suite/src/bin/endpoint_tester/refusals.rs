//! Handles and memory that do not fit (AB-1, AB-3, AB-5).

use pw_status::{Error, OK, StatusCode};
use suite::endpoint::Way;
use suite::hostile::{ARENA, WORDS, call_with};
use suite::report::{Case, Report};
use suite::robot::Step;
use suite_codegen::endpoint::first::handle::IN;
use suite_codegen::endpoint::tester::handle;
use userspace::raw::{Results, Syscall};

use crate::cast::{FIRST, ONE};

fn refused(error: Error) -> Results {
    Results { status: error.status_code(), value0: 0, value1: 0 }
}

/// The calls on an end that sends, with this handle and nothing else that is wrong.
fn sending(handle: usize) -> [(Syscall, [usize; 7]); 6] {
    let here = ARENA.at(0);
    [
        (Syscall::EndpointSend, [handle, here, 4, 0, 0, 0, 0]),
        (Syscall::EndpointTrySend, [handle, here, 4, 0, 0, 0, 0]),
        (Syscall::EndpointCall, [handle, here, 4, here, 4, 0, 0]),
        (Syscall::EndpointSendWords, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::EndpointTrySendWords, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::EndpointCallWords, [handle, 0, 0, 0, 0, 0, 0]),
    ]
}

/// The calls on an end that receives; its messages have 16 bytes at most.
fn receiving(handle: usize) -> [(Syscall, [usize; 7]); 8] {
    let here = ARENA.at(0);
    [
        (Syscall::EndpointReceive, [handle, here, 16, 0, 0, 0, 0]),
        (Syscall::EndpointTryReceive, [handle, here, 16, 0, 0, 0, 0]),
        (Syscall::EndpointReceiveWords, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::EndpointTryReceiveWords, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::EndpointReplyAndReceive, [handle, 1, here, 4, here, 16, 0]),
        (Syscall::EndpointReplyAndReceiveWords, [handle, 1, 0, 0, 0, 0, 0]),
        (Syscall::EndpointBind, [handle, 1, 0, 0, 0, 0, 0]),
        (Syscall::EndpointClose, [handle, 0, 0, 0, 0, 0, 0]),
    ]
}

/// Calls on other objects.
fn others(handle: usize) -> [(Syscall, [usize; 7]); 10] {
    let here = ARENA.at(0);
    [
        (Syscall::ChannelTransact, [handle, here, 4, here, 4, 0, 0]),
        (Syscall::ChannelAsyncTransact, [handle, here, 4, here, 4, 0, 0]),
        (Syscall::ChannelAsyncTransactComplete, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::ChannelAsyncCancel, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::ChannelRead, [handle, 0, here, 4, 0, 0, 0]),
        (Syscall::ChannelRespond, [handle, here, 4, 0, 0, 0, 0]),
        (Syscall::ChannelReceive, [handle, here, 4, 0, 0, 0, 0]),
        (Syscall::ObjectSetPeerUserSignal, [handle, 1, 0, 0, 0, 0, 0]),
        (Syscall::TaskTerminate, [handle, 0, 0, 0, 0, 0, 0]),
        (Syscall::InterruptAck, [handle, 1, 0, 0, 0, 0, 0]),
    ]
}

fn all_refuse(case: &mut Case, calls: &[(Syscall, [usize; 7])], error: Error) {
    for (syscall, words) in calls {
        let what = (syscall, words[0]);
        case.equal_for(what, call_with(*syscall, *words), refused(error));
    }
}

/// Objects that are no ends of endpoints.
const STRANGE: [u32; 4] = [handle::FIRST_CONTROL, handle::GROUP, handle::A, handle::MAIN];

pub(crate) fn handles(report: &mut Report) {
    report.case("AB-1 AB-3 a handle that is not declared is no end: OutOfRange", |case| {
        for handle in [40, 255, 256, 0xFFFE, 0xFFFF] {
            all_refuse(case, &sending(handle), Error::OutOfRange);
            all_refuse(case, &receiving(handle), Error::OutOfRange);
        }
        for handle in [0x1_0000, 0x8000_0000, usize::MAX, 1 << (usize::BITS - 1)] {
            all_refuse(case, &sending(handle)[..3], Error::OutOfRange);
            all_refuse(case, &receiving(handle)[..5], Error::OutOfRange);
        }
        Ok(())
    });
    report.case("AB-1 an object of another kind is no end: InvalidArgument", |case| {
        for handle in STRANGE {
            all_refuse(case, &sending(handle as usize), Error::InvalidArgument);
            all_refuse(case, &receiving(handle as usize), Error::InvalidArgument);
        }
        Ok(())
    });
    report.case("AB-1 EP-2 who receives cannot send, and who sends cannot receive", |case| {
        all_refuse(case, &sending(handle::ONE as usize), Error::InvalidArgument);
        for handle in [handle::OUT, handle::SENDS, handle::CALLS] {
            all_refuse(case, &receiving(handle as usize), Error::InvalidArgument);
        }
        Ok(())
    });
    report.case("AB-1 the ends of endpoints are no other objects", |case| {
        for handle in [handle::ONE, handle::OUT] {
            all_refuse(case, &others(handle as usize), Error::InvalidArgument);
        }
        Ok(())
    });
}

/// Checks that nothing has come of what was refused.
fn nothing_came(case: &mut Case) {
    let step = Step::try_take(IN, Way::Flat);
    case.equal(FIRST.tries(step), Err(Error::Unavailable));
}

pub(crate) fn memory(report: &mut Report) {
    let out = handle::OUT as usize;
    report.case("AB-3 AB-5 a message that is not the sender's memory is not sent", |case| {
        let here = ARENA.at(0);
        for address in WORDS {
            for length in [1, 16] {
                let words = [out, address, length, 0, 0];
                for syscall in [Syscall::EndpointSend, Syscall::EndpointTrySend] {
                    let found = call_with(syscall, words);
                    case.equal_for((address, length), found, refused(Error::PermissionDenied));
                }
                let found = call_with(Syscall::EndpointCall, [out, address, length, here, 4, 0, 0]);
                case.equal_for((address, length), found, refused(Error::PermissionDenied));
                let found = call_with(Syscall::EndpointCall, [out, here, 4, address, length, 0, 0]);
                case.equal_for((address, length), found, refused(Error::PermissionDenied));
            }
        }
        nothing_came(case);
        Ok(())
    });
    report.case("AB-1 AB-3 an empty message may be anywhere", |case| {
        for address in WORDS {
            let found = call_with(Syscall::EndpointTrySend, [out, address, 0]);
            case.equal_for(address, found.status, OK);
            case.equal(FIRST.tries(Step::try_take(IN, Way::Words)).map(|_| ()), Ok(()));
        }
        nothing_came(case);
        Ok(())
    });
    report.case("AB-3 AB-5 a room that is not the receiver's memory takes no message", |case| {
        FIRST.does(case, &[ONE.send(Way::Flat, 3)])?;
        for address in WORDS {
            for syscall in [Syscall::EndpointReceive, Syscall::EndpointTryReceive] {
                let found = call_with(syscall, [ONE.own as usize, address, 16, 0, 0]);
                case.equal_for(address, found, refused(Error::PermissionDenied));
            }
        }
        ONE.gives(case, Way::Flat, FIRST, 3);
        ONE.is_empty(case, Way::Flat);
        Ok(())
    });
}
