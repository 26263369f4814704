//! Copies by the kernel (SH-4).

use pw_status::Error;
use suite::report::Report;
use suite::sharing::Order;

use crate::cast::{BYTES, DONE, FIRST, first, own, value};

pub(crate) fn cases(report: &mut Report) {
    report.case(
        "SH-4 nobody needs to have mapped a region to copy into it and out of it",
        |case| {
            for (number, offset) in [0, 1, 3, 2046, BYTES - 4].into_iter().enumerate() {
                let word = 0x0102_0300 + number;
                case.equal_for(
                    offset,
                    Order::Write(own::FOURTH, offset, word as u32).perform(),
                    DONE,
                );
                case.equal_for(offset, FIRST.does(Order::Read(first::FOURTH, offset)), value(word));
            }
            Ok(())
        },
    );
    report.case(
        "SH-4 a copy that reaches beyond the region is refused, and changes nothing",
        |case| {
            case.equal(Order::Write(own::FOURTH, BYTES - 4, 7).perform(), DONE);
            let beyond = [BYTES - 3, BYTES, BYTES + 1, usize::MAX - 3, usize::MAX - 2, usize::MAX];
            for offset in beyond {
                let refused = Err(Error::OutOfRange);
                case.equal_for(offset, Order::Read(own::FOURTH, offset).perform(), refused);
                case.equal_for(offset, Order::Write(own::FOURTH, offset, 9).perform(), refused);
            }
            case.equal(Order::Read(own::FOURTH, BYTES - 4).perform(), value(7));
            Ok(())
        },
    );
}
