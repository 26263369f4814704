//! Asserts what a board may choose: a policy in front of the registry, and ids that work for everybody
//! (NR-4, CP-5).
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use suite::capsule::{
    Answer, FIRST_DECLARED, Message, Party, REGISTRY, Step, Taken, Way, What, code, each_of, must,
};
use suite::report::{Case, Report};
use suite::robot::{Mate, Peer};
use suite_codegen::policy::tester::handle::FIRST_PROCESS;
use suite_codegen::policy::tester::object::{EVENTS, FIRST_CONTROL, LAST_CONTROL};
use userspace::process_entry;
use userspace::syscall::ErrorCode;

const FIRST: Mate = Mate::new(Peer::new(FIRST_CONTROL, LAST_CONTROL, 11), FIRST_PROCESS);

/// A name begins with its number: one that the policy lets nobody register, one that it lets nobody discover, and one
/// about which it says nothing.
const UNREGISTERED: u8 = 0xF0;
const SECRET: u8 = 0xF1;
const NAME: u8 = 21;

/// The ids of the tester and of the robot in their first lives, which anybody may know.
const TESTER_ID: u32 = 0x100;
const FIRST_ID: u32 = 0x101;

#[process_entry("tester")]
fn entry() -> ! {
    let mut report = Report::plan(5);
    let mut own = Party::new(EVENTS);
    policy(&mut report, &mut own);
    ids(&mut report, &mut own);
    report.shut_down()
}

fn register(way: Way, name: u8) -> Step {
    Step::new(What::Register).by(way).of(name)
}

fn find(way: Way, name: u8) -> Step {
    Step::new(What::Find).by(way).of(name)
}

fn policy(report: &mut Report, own: &mut Party) {
    each_of(
        report,
        &Way::ALL,
        "NR-4 AB-5 a policy refuses names with its own code, and what was stays",
        |case, way| {
            must(case, own.does(register(way, NAME)))?;
            case.equal(own.does(register(way, UNREGISTERED)), code(ErrorCode::Off));
            case.equal(own.does(find(way, NAME)), Ok(TESTER_ID.into()));
            // It may be discovered, if only somebody had it.
            case.equal(own.does(find(way, UNREGISTERED)), code(ErrorCode::NoDevice));
            must(case, own.does(register(way, SECRET)))?;
            for what in [What::Find, What::Await] {
                let said = own.does(Step::new(what).by(way).of(SECRET));
                case.equal(said, code(ErrorCode::Fail));
            }
            case.equal(own.does(Step::new(What::Look).at(REGISTRY).of(1)), Ok(0));
            Ok(())
        },
    );
    each_of(
        report,
        &Way::ALL,
        "NR-4 NR-5 a policy may go on to what system.json5 declares",
        |case, way| {
            case.equal(own.does(register(way, FIRST_DECLARED)), code(ErrorCode::Reserve));
            case.equal(FIRST.does(register(way, NAME)), code(ErrorCode::Reserve));
            FIRST.must(case, register(way, FIRST_DECLARED))?;
            case.equal(own.does(find(way, FIRST_DECLARED)), Ok(FIRST_ID.into()));
            Ok(())
        },
    );
}

fn ids(report: &mut Report, own: &mut Party) {
    report.case("CP-5 a global id works for whoever knows it", |case| known(case, own));
    report.case("CP-5 AM-1 and on a list", |case| listed(case, own));
    report.case(
        "CP-5 SM-8 but not for nobody, nor for a life that has ended or has yet to come",
        |case| {
            FIRST.restart(case)?;
            let send = |id| Step::new(What::Send).with(id);
            let nobody = code(ErrorCode::NoDevice);
            for id in [0, 1, FIRST_ID, FIRST_ID + 0x200, 0x107, 0x1FF, u32::MAX] {
                case.equal_for(id, own.does(send(id)), nobody);
            }
            case.equal(own.does(send(FIRST_ID + 0x100)), code(ErrorCode::Off));
            let ask = Step::new(What::Ask).with(FIRST_ID);
            case.equal(own.does(ask), nobody);
            Ok(())
        },
    );
}

/// Neither has met the other in this life.
fn known(case: &mut Case, own: &mut Party) -> Result<()> {
    must(case, own.does(Step::new(What::Begin).with(FIRST_ID).giving(1, 8)))?;
    let taken = FIRST.must(case, Step::new(What::TakeFrom).with(TESTER_ID).of(8))?;
    let Taken { from, seed, .. } = Taken::from_value(taken);
    case.equal((from, seed), (TESTER_ID, 1));
    FIRST.must(case, Step::new(What::Respond).giving(2, 8))?;
    let said = own.does(Step::new(What::Collect)).map(Answer::from_value);
    case.equal(said, Ok(Answer::whole(2, 8)));
    Ok(())
}

fn listed(case: &mut Case, own: &mut Party) -> Result<()> {
    must(case, own.does(Step::new(What::Allow).with(FIRST_ID)))?;
    must(case, own.does(Step::new(What::Open)))?;
    FIRST.must(case, Step::new(What::Send).with(TESTER_ID).giving(3, 8))?;
    case.equal(own.does(Step::new(What::Swap)), Ok(1));
    let found = own.does(Step::new(What::Message)).map(Message::from_value);
    case.equal(found, Ok(Message { from: FIRST_ID, len: 8, seed: 3 }));
    must(case, own.does(Step::new(What::Close)))?;
    must(case, own.does(Step::new(What::Forbid).with(FIRST_ID))).map_err(|_| Error::Unknown)?;
    Ok(())
}
