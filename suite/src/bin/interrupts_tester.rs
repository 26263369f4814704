//! Asserts how interrupt lines become signals of their owner (PR-8, WT-1).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::interrupts::{Order, result};
use suite::machine;
use suite::report::{Case, Report};
use suite::timing::{SHORT, patience, sleep};
use suite_codegen::interrupts::tester::handle::DRIVER;
use suite_codegen::interrupts::tester::object::ORDERS;
use userspace::process_entry;
use userspace::syscall::{
    ExitStatus, Signals, console_read, process_start, task_join, task_terminate,
};

/// The signals of the driver's lines: the device's, and that of the one that no board has.
const TICK: u32 = Signals::INTERRUPT_A.bits();
const NOWHERE: u32 = Signals::INTERRUPT_B.bits();
/// Long enough for a line to come, in milliseconds.
const ENOUGH: u32 = 2_000;
/// Long enough to see that one does not.
const LITTLE: u32 = 30;
const NOTHING: Result<u32> = Err(Error::DeadlineExceeded);

#[process_entry("tester")]
fn entry() -> Result<()> {
    process_start(DRIVER)?;
    let mut report = Report::plan(15);
    signals(&mut report);
    refusals(&mut report);
    lives(&mut report);
    wall(&mut report);
    report.shut_down()
}

fn tell(order: Order, argument: u32) -> Result<u32> {
    let mut response = [0; 8];
    ORDERS.transact(&order.request(argument), &mut response, patience())?;
    result(response)
}

fn wait(milliseconds: u32) -> Result<u32> {
    tell(Order::Wait, milliseconds)
}

fn acknowledge(mask: u32) -> Result<u32> {
    tell(Order::Acknowledge, mask)
}

fn fire(case: &mut Case) {
    case.equal(tell(Order::Fire, 0), Ok(0));
}

/// Serves the device and acknowledges its line.
fn serve(case: &mut Case) {
    case.equal(tell(Order::Serve, 0), Ok(0));
    case.equal(acknowledge(TICK), Ok(0));
}

fn signals(report: &mut Report) {
    report.case("PR-8 a line that has not come shows nothing", |case| {
        case.equal(wait(LITTLE), NOTHING);
        Ok(())
    });
    report.case("PR-8 WT-1 a line that comes is the signal of its place", |case| {
        fire(case);
        case.equal(wait(ENOUGH), Ok(TICK));
        Ok(())
    });
    report.case("PR-8 WT-3 it stays until it is acknowledged, also when it was served", |case| {
        case.equal(wait(LITTLE), Ok(TICK));
        case.equal(tell(Order::Serve, 0), Ok(0));
        case.equal(wait(LITTLE), Ok(TICK));
        Ok(())
    });
    report.case("PR-8 acknowledging lowers it, and the line comes again", |case| {
        case.equal(acknowledge(TICK), Ok(0));
        case.equal(wait(LITTLE), NOTHING);
        for _ in 0..3 {
            fire(case);
            case.equal(wait(ENOUGH), Ok(TICK));
            serve(case);
        }
        case.equal(wait(LITTLE), NOTHING);
        Ok(())
    });
    report.case("PR-8 a device that is not served stops nobody else", |case| {
        fire(case);
        sleep(SHORT);
        case.equal(wait(ENOUGH), Ok(TICK));
        sleep(SHORT);
        serve(case);
        Ok(())
    });
    unserved(report);
    report.case(
        "PR-8 a line that this board does not have never comes, and can be acknowledged",
        |case| {
            case.equal(acknowledge(NOWHERE), Ok(0));
            case.equal(wait(LITTLE), NOTHING);
            Ok(())
        },
    );
}

fn unserved(report: &mut Report) {
    const TITLE: &str = "PR-8 a line that is acknowledged and not served comes at once";
    if !machine::REPEATS_LEVELS {
        return report.leave_out(TITLE, "the emulated controller forgets what is still asserted");
    }
    report.case(TITLE, |case| {
        fire(case);
        case.equal(wait(ENOUGH), Ok(TICK));
        case.equal(acknowledge(TICK), Ok(0));
        case.equal(wait(ENOUGH), Ok(TICK));
        serve(case);
        case.equal(wait(LITTLE), NOTHING);
        Ok(())
    });
}

fn refusals(report: &mut Report) {
    report.case("PR-8 AB-1 what is no signal of a declared line cannot be acknowledged", |case| {
        let undeclared = Signals::INTERRUPT_C.bits();
        for mask in [undeclared, TICK | undeclared, Signals::READABLE.bits(), 1 << 31, 1 << 7] {
            case.equal_for(mask, acknowledge(mask), Err(Error::InvalidArgument));
        }
        case.equal(tell(Order::AcknowledgeWrongly, TICK), Err(Error::InvalidArgument));
        Ok(())
    });
    report.case("PR-8 AB-5 a refused acknowledgement lowers nothing", |case| {
        fire(case);
        case.equal(wait(ENOUGH), Ok(TICK));
        case.equal(acknowledge(TICK | Signals::INTERRUPT_C.bits()), Err(Error::InvalidArgument));
        case.equal(wait(LITTLE), Ok(TICK));
        serve(case);
        Ok(())
    });
    report.case("AB-1 the registers of a device are no buffer", |case| {
        case.equal(tell(Order::ReceiveThere, 0), Err(Error::PermissionDenied));
        Ok(())
    });
    report.case("PR-8 who does not have the console's input cannot read it", |case| {
        let expected =
            if machine::HAS_OUTSIDE { Error::PermissionDenied } else { Error::Unimplemented };
        case.equal(console_read(&mut [0; 4]), Err(expected));
        Ok(())
    });
}

/// Ends the driver and starts it again; it finds its device quiet, or makes it so.
fn restart(case: &mut Case) -> Result<()> {
    task_terminate(DRIVER)?;
    task_join(DRIVER)?;
    sleep(SHORT);
    case.equal(process_start(DRIVER), Ok(()));
    Ok(())
}

fn lives(report: &mut Report) {
    report.case("PR-8 what was not acknowledged ends with its owner", |case| {
        fire(case);
        case.equal(wait(ENOUGH), Ok(TICK));
        case.equal(tell(Order::Serve, 0), Ok(0));
        // What is typed may come in parts; a device that is served in part is not quiet.
        sleep(SHORT);
        tell(Order::Serve, 0)?;
        restart(case)?;
        case.equal(wait(LITTLE), NOTHING);
        Ok(())
    });
    report.case("PR-8 a new life has its lines, masked or not when the old one ended", |case| {
        fire(case);
        case.equal(wait(ENOUGH), Ok(TICK));
        serve(case);
        restart(case)?;
        fire(case);
        case.equal(wait(ENOUGH), Ok(TICK));
        serve(case);
        case.equal(wait(LITTLE), NOTHING);
        Ok(())
    });
}

/// Lets the driver try what ends it, and starts it again.
fn fault(case: &mut Case, order: Order) -> Result<()> {
    case.equal(tell(order, 0), Err(Error::Unavailable));
    case.equal(task_join(DRIVER), Ok(ExitStatus::UnhandledException(0)));
    process_start(DRIVER)
}

fn wall(report: &mut Report) {
    report.case("PR-2 the registers of a device end where the file says", |case| {
        fault(case, Order::LoadBeyond)
    });
    report.case("PR-2 the registers of a device are never executed", |case| {
        fault(case, Order::ExecuteThere)
    });
}
