//! Words that mean nothing (AB-3, SH-2 to SH-4).

use pw_status::{Error, StatusCode};
use suite::hostile::{ARENA, WORDS, call_with};
use suite::report::{Case, Report};
use suite::sharing::Order;
use userspace::raw::Syscall;

use crate::cast::{BYTES, FIRST, HELD, READ, WRITE, first, own, peer, value};

const CALLS: [Syscall; 6] = [
    Syscall::SharedMemoryMap,
    Syscall::SharedMemoryUnmap,
    Syscall::ShareLend,
    Syscall::ShareReturn,
    Syscall::SharedMemoryRead,
    Syscall::SharedMemoryWrite,
];

fn check<const N: usize>(case: &mut Case, call: Syscall, words: [usize; N], error: Error) {
    let found = call_with(call, words).status;
    case.equal_for((call, words), found, error.status_code());
}

pub(crate) fn of_words(report: &mut Report) {
    report.case("SH-2 SH-3 AB-3 a handle of nothing, or of something else, is refused", |case| {
        for call in CALLS {
            for handle in [own::FIRST_CONTROL, own::FIRST_PROCESS, own::FROM_FIRST] {
                let words = [handle as usize, 1, 1, 0];
                check(case, call, words, Error::InvalidArgument);
            }
            for handle in [own::FIFTH as usize + 1, 1 << 20, usize::MAX] {
                check(case, call, [handle, 1, 1, 0], Error::OutOfRange);
            }
        }
        Ok(())
    });
    report.case(
        "SH-2 SH-3 AB-3 rights that are none are refused, and peers that are none",
        |case| {
            let frame = own::FRAME as usize;
            for rights in [0, 2, 4, 5, 7, 0x101, usize::MAX] {
                check(case, Syscall::SharedMemoryMap, [frame, rights], Error::InvalidArgument);
                let words = [frame, peer::FIRST as usize, rights];
                check(case, Syscall::ShareLend, words, Error::InvalidArgument);
            }
            for other in [4, 99, 0xFFFF, usize::MAX, usize::MAX - 1, usize::MAX / 2 + 1] {
                let words = [frame, other, WRITE.word()];
                check(case, Syscall::ShareLend, words, Error::InvalidArgument);
            }
            case.part("one that does not share this region");
            let words = [own::FIFTH as usize, peer::SECOND as usize, READ.word()];
            check(case, Syscall::ShareLend, words, Error::InvalidArgument);
            // Nobody holds it, whoever was asked to.
            let held = Order::Look(own::FRAME, HELD).perform();
            case.equal(held, Err(Error::DeadlineExceeded));
            Ok(())
        },
    );
}

pub(crate) fn of_buffers(report: &mut Report) {
    report.case(
        "SH-4 AB-3 a buffer that is not the caller's is refused, and nothing moves",
        |case| {
            Order::Write(own::FRAME, 0, 42).perform()?;
            let frame = own::FRAME as usize;
            for address in WORDS {
                for call in [Syscall::SharedMemoryRead, Syscall::SharedMemoryWrite] {
                    let words = [frame, 0, address, 4];
                    check(case, call, words, Error::PermissionDenied);
                }
            }
            let address = ARENA.at(0);
            for length in [BYTES + 1, usize::MAX / 4, usize::MAX / 2] {
                for call in [Syscall::SharedMemoryRead, Syscall::SharedMemoryWrite] {
                    let status = call_with(call, [frame, 0, address, length]).status;
                    case.holds(
                        [Error::OutOfRange, Error::PermissionDenied]
                            .map(|e| e as u32)
                            .contains(&status),
                    );
                }
            }
            case.equal(FIRST.does(Order::Read(first::FRAME, 0)), value(42));
            Ok(())
        },
    );
    report.case("SH-4 AB-7 a copy can be scattered and gathered, and can be of nothing", |case| {
        let frame = own::FRAME as usize;
        ARENA.write(100, b"shared memory");
        let [table, length] = ARENA.write_table(0, &[(ARENA.at(100), 6), (ARENA.at(106), 7)]);
        let words = [frame, 40, table, length];
        case.equal(call_with(Syscall::SharedMemoryWrite, words).value0, 13);
        let words = [frame, 40, ARENA.at(200), 13];
        case.equal(call_with(Syscall::SharedMemoryRead, words).value0, 13);
        case.equal(&ARENA.read::<13>(200), b"shared memory");
        let words = [frame, BYTES, ARENA.at(200), 0];
        case.equal(call_with(Syscall::SharedMemoryRead, words).status, pw_status::OK);
        Ok(())
    });
}
