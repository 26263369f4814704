//! Handles and texts: words that name an object, or bytes that are only read.

use pw_status::{Error, LIST_FLAG, MAX_LOG_BYTES};
use suite::hostile::{ARENA, WORDS, call_with};
use suite::report::{Case, Report};
use suite_codegen::calling::tester::handle;
use userspace::raw::{Results, Syscall};
use userspace::syscall::Signals;

use crate::refused;

/// The calls on an object, each with this handle and nothing else that is wrong.
fn on(handle: usize) -> [(Syscall, [usize; 5]); 7] {
    let here = ARENA.at(0);
    let readable = Signals::READABLE.bits() as usize;
    [
        (Syscall::ChannelTransact, [handle, here, 4, here, 4]),
        (Syscall::ChannelRead, [handle, 0, here, 4, 0]),
        (Syscall::ChannelReadExact, [handle, 0, here, 4, 0]),
        (Syscall::ChannelRespond, [handle, here, 4, 0, 0]),
        (Syscall::ObjectWait, [handle, readable, 0, 0, 0]),
        (Syscall::ObjectSetPeerUserSignal, [handle, 1, 0, 0, 0]),
        (Syscall::ChannelBadge, [handle, 0, 0, 0, 0]),
    ]
}

/// Handles that do not fit, and objects that do not.
pub(crate) fn handles(report: &mut Report) {
    report.case("AB-1 AB-3 a handle that is not declared is OutOfRange", |case| {
        // The last two would be handles that exist, if only their low bits were looked at.
        let high = [1 << (usize::BITS / 2), 1 << (usize::BITS - 1)];
        let wild = [4, 5, 31, 32, 255, 256, 0x1_0000, 0x8000_0000, usize::MAX / 2, usize::MAX];
        for handle in wild.into_iter().chain(high) {
            for (syscall, words) in on(handle) {
                let what = (syscall, handle);
                case.equal_for(what, call_with(syscall, words), refused(Error::OutOfRange));
            }
        }
        Ok(())
    });
    let kinds = [
        (handle::OUT, Syscall::ChannelRead, "AB-1 an initiator cannot read"),
        (handle::OUT, Syscall::ChannelReadExact, "AB-1 an initiator cannot read exactly"),
        (handle::OUT, Syscall::ChannelRespond, "AB-1 an initiator cannot answer"),
        (handle::OUT, Syscall::ChannelBadge, "AB-1 CH-12 an initiator serves nobody with a badge"),
        (handle::IN, Syscall::ChannelTransact, "AB-1 a handler cannot transact"),
    ];
    for (handle, wrong, title) in kinds {
        report.case(title, |case| {
            for (syscall, words) in on(handle as usize) {
                if syscall == wrong {
                    let found = call_with(syscall, words);
                    case.equal(found, refused(Error::InvalidArgument));
                }
            }
            Ok(())
        });
    }
    report.case("AB-1 a thread is neither end of a channel", |case| {
        let calls = on(handle::MAIN as usize).into_iter();
        for (syscall, words) in calls.filter(|(syscall, _)| *syscall != Syscall::ObjectWait) {
            let found = call_with(syscall, words);
            case.equal_for(syscall, found, refused(Error::InvalidArgument));
        }
        Ok(())
    });
}

/// Gives the words of a text to the console and as a panic's message, which must both refuse it, or
/// this process ends here.
fn refused_text(case: &mut Case, words: [usize; 2], expected: Results) {
    for syscall in [Syscall::DebugLog, Syscall::ProcessPanic] {
        case.equal_for((syscall, words), call_with(syscall, words), expected);
    }
}

/// Texts that are nobody's, too long, or no bytes.
pub(crate) fn texts(report: &mut Report) {
    let here = ARENA.at(0);
    report.case("AB-3 PR-7 a text that is not the caller's is refused", |case| {
        for address in WORDS {
            for length in [1, 8, MAX_LOG_BYTES] {
                refused_text(case, [address, length], refused(Error::PermissionDenied));
            }
        }
        Ok(())
    });
    report.case("AB-3 PR-7 a text that is too long is refused", |case| {
        for length in [MAX_LOG_BYTES + 1, 256, 4096] {
            refused_text(case, [here, length], refused(Error::OutOfRange));
        }
        Ok(())
    });
    report.case("AB-7 AB-3 a list of slices is no text", |case| {
        let one = ARENA.write_table(4096, &[(here, 4)]);
        refused_text(case, one, refused(Error::InvalidArgument));
        for slices in [0, 2, 9] {
            refused_text(case, [here, LIST_FLAG | slices], refused(Error::InvalidArgument));
        }
        ARENA.fill(crate::CANARY);
        Ok(())
    });
    report.case("AB-1 PR-7 an empty text may be anywhere", |case| {
        for address in WORDS {
            case.equal_for(address, call_with(Syscall::DebugLog, [address, 0]).status, 0);
        }
        Ok(())
    });
}
