//! The tester's side: it has attacks made, one after the other, and looks what became of everybody.

use core::ops::RangeInclusive;

use pw_status::{Error, Result};
use userspace::channel::Initiator;
use userspace::println;
use userspace::time::Duration;

use super::wire::{ANSWER_WORDS, Order, WORD_BYTES, from_bytes};
use super::{Aim, Memory};
use crate::hostile::{Act, Effect, LOSES_PLACE_WITH_STACK, target};
use crate::machine::{HAS_ONE_ADDRESS_SPACE, LONGEST_FRAME_BYTES};
use crate::report::{Case, Report};
use crate::timing::{after, patience, sleep};

/// An attacker: the process's name and the channel to it.
pub type Attacker = (&'static str, Initiator);

/// An attack: the case's title, who does it, what, and where or how.
pub type Attack = (&'static str, Attacker, Act, usize);

/// An attack whose address is known only when everybody has been asked where it lies.
pub type AimedAttack = (&'static str, Attacker, Act, Aim);

/// Why a process is stopped, in the word by which the harness knows the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It touched memory that is not its own.
    Memory,
    /// It ran past the end of its stack.
    Stack,
    /// It executed an illegal instruction.
    Illegal,
    /// It used a misaligned address.
    Misaligned,
    /// It divided by zero.
    Arithmetic,
    /// It hit a breakpoint.
    Breakpoint,
}

/// Addresses of which one is told.
type Addresses = RangeInclusive<usize>;

/// Any address: the fault has none of its own.
const ANY: Addresses = 0..=usize::MAX;

/// How long a tester sleeps so that its waking up interrupts somebody.
const INTERRUPTION: Duration = Duration::from_millis(1);

/// How many bytes of each end of the neighbour's memory are looked at.
const SEEN_BYTES: usize = 32;

/// What the neighbour's memory shows at its four ends.
type Seen = [[u8; SEEN_BYTES]; 4];

/// Attacks on a wall, in the presence of a neighbour.
#[derive(Debug)]
pub struct Wall {
    /// The cases.
    pub report: Report,
    neighbour: Initiator,
    /// Where the neighbour lies.
    pub memory: Memory,
    seen: Seen,
}

impl Wall {
    /// Announces so many cases, and looks at the neighbour.
    ///
    /// # Panics
    /// If the neighbour does not answer.
    pub fn begin(cases: u32, neighbour: Initiator) -> Wall {
        let report = Report::plan(cases);
        let memory = memory_of(neighbour).expect("the neighbour answers");
        let mut wall = Wall { report, neighbour, memory, seen: Seen::default() };
        wall.seen = wall.look().expect("the neighbour shows itself");
        wall
    }

    /// Has the act done, and makes a case of what comes of it on this machine: a fault with the right
    /// cause at the right place, or nothing.
    #[track_caller]
    pub fn attack(&mut self, title: &'static str, attacker: Attacker, act: Act, operand: usize) {
        match act.effect() {
            Effect::Fault => {
                let (cause, address) = expected(attacker, act, operand);
                self.fault(title, attacker, (act, operand), cause, address);
            }
            Effect::Nothing if act.lasts() => self.interrupted(title, attacker, act, operand),
            Effect::Nothing => self.nothing(title, attacker, act, operand),
            Effect::Absent => self.report.leave_out(title, "this machine has no such thing"),
        }
    }

    /// Has the act done, and makes a case of the fault that it ends in.
    #[track_caller]
    pub fn fault(
        &mut self,
        title: &'static str,
        (name, control): Attacker,
        (act, operand): (Act, usize),
        cause: Cause,
        address: Addresses,
    ) {
        let Wall { report, neighbour, seen, memory } = self;
        report.case(title, |case| {
            if act == Act::Recurse {
                // It may happen anywhere in the attacker's code, and the attacker has to know where that is.
                memory_of(control)?;
            }
            let place = order(control, Order::Attack { act, operand })?;
            println!(
                "ends {name} {cause:?} {:#x}-{:#x} {:#x}-{:#x} {title}",
                place[0],
                place[1],
                address.start(),
                address.end()
            );
            if act.lasts() {
                sleep(INTERRUPTION);
            }
            case.equal(live(control), Err(Error::Unavailable));
            unharmed(case, *neighbour, memory, seen)
        });
    }

    /// Has the act done, and makes a case of it that nothing comes of it.
    #[track_caller]
    pub fn nothing(
        &mut self,
        title: &'static str,
        (_, control): Attacker,
        act: Act,
        operand: usize,
    ) {
        let Wall { report, neighbour, seen, memory } = self;
        report.case(title, |case| {
            order(control, Order::Attack { act, operand })?;
            sleep(INTERRUPTION);
            case.equal(live(control), Ok(()));
            unharmed(case, *neighbour, memory, seen)
        });
    }

    /// Has the act done, which lasts, and makes a case of it that it is interrupted for more important
    /// processes, and that nothing else comes of it.
    #[track_caller]
    pub fn interrupted(
        &mut self,
        title: &'static str,
        attacker: Attacker,
        act: Act,
        operand: usize,
    ) {
        let Wall { report, neighbour, seen, memory } = self;
        let (_, control) = attacker;
        report.case(title, |case| {
            order(control, Order::Attack { act, operand })?;
            for _ in 0..5 {
                sleep(INTERRUPTION);
                case.equal(is_busy(control), Ok(true));
            }
            case.equal(live(control), Ok(()));
            unharmed(case, *neighbour, memory, seen)
        });
    }

    /// Makes cases of attacks on addresses that are another's, where one process can name another's.
    #[track_caller]
    pub fn attack_addresses(&mut self, attacks: &[Attack]) {
        for (title, attacker, act, address) in attacks {
            self.on_one_address_space(title, |wall| wall.attack(title, *attacker, *act, *address));
        }
    }

    /// Makes cases of attacks that are aimed with the neighbour in view, where one process can name
    /// another's addresses.
    #[track_caller]
    pub fn attack_neighbour(&mut self, attacks: &[AimedAttack]) {
        for (title, attacker, act, aim) in attacks {
            let address = self.memory.at(*aim);
            self.attack_addresses(&[(title, *attacker, *act, address)]);
        }
    }

    /// Makes a case that is about addresses that mean the same to all processes, where they do.
    #[track_caller]
    pub fn on_one_address_space(&mut self, title: &'static str, make: impl FnOnce(&mut Wall)) {
        if HAS_ONE_ADDRESS_SPACE {
            make(self);
        } else {
            self.report.leave_out(title, "each process has addresses of its own here");
        }
    }

    /// Makes a case of it that the neighbour is as it was.
    #[track_caller]
    pub fn unharmed(&mut self, title: &'static str) {
        let Wall { report, neighbour, seen, memory } = self;
        report.case(title, |case| unharmed(case, *neighbour, memory, seen));
    }

    fn look(&self) -> Result<Seen> {
        look(self.neighbour, &self.memory)
    }
}

/// Where the process at the other end lies.
///
/// # Errors
/// Those of a transaction.
pub fn memory_of(control: Initiator) -> Result<Memory> {
    control.transact(&Order::Survey.to_bytes(), &mut [0u8; 0], patience())?;
    let [flash_start, flash_end, ram_start, ram_end, variable, stack] =
        order(control, Order::Where)?;
    Ok(Memory { flash: flash_start..flash_end, ram: ram_start..ram_end, variable, stack })
}

/// Gives an order, and takes its answer.
fn order(control: Initiator, order: Order) -> Result<[usize; ANSWER_WORDS]> {
    let mut room = [0; ANSWER_WORDS * WORD_BYTES];
    let length = control.transact(&order.to_bytes(), &mut room, patience())?;
    // Addresses of this board, which are words here.
    Ok(from_bytes(&room[..length]).map(|word: u64| usize::try_from(word).unwrap_or(usize::MAX)))
}

/// Tells whether an attacker has something better to do than to answer soon.
fn is_busy(control: Initiator) -> Result<bool> {
    let soon = after(INTERRUPTION);
    match control.transact(&Order::Live.to_bytes(), &mut [0u8; 0], soon) {
        Ok(_) => Ok(false),
        Err(Error::DeadlineExceeded) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Asks whether a process is there, and waits for its answer.
fn live(control: Initiator) -> Result<()> {
    control.transact(&Order::Live.to_bytes(), &mut [0u8; 0], patience()).map(|_| ())
}

/// The first and last bytes of a process's memory.
fn look(control: Initiator, memory: &Memory) -> Result<Seen> {
    let Memory { flash, ram, .. } = memory;
    let ends = [flash.start, flash.end - SEEN_BYTES, ram.start, ram.end - SEEN_BYTES];
    let mut seen = Seen::default();
    for (address, seen) in ends.into_iter().zip(&mut seen) {
        let order = Order::Show { address, bytes: SEEN_BYTES };
        control.transact(&order.to_bytes(), seen, patience())?;
    }
    Ok(seen)
}

/// Shows that the neighbour is as it was.
fn unharmed(case: &mut Case, neighbour: Initiator, memory: &Memory, seen: &Seen) -> Result<()> {
    case.equal(live(neighbour), Ok(()));
    case.equal(&look(neighbour, memory)?, seen);
    Ok(())
}

/// The fault that an act of an attacker ends in.
fn expected((_, control): Attacker, act: Act, operand: usize) -> (Cause, Addresses) {
    let is_without_stack = act.loses_stack() && act != Act::Recurse;
    match act {
        _ if LOSES_PLACE_WITH_STACK && is_without_stack => {
            let address = pushed(operand);
            (cause_below_stack(control, *address.start()), address)
        }
        Act::LoadByte | Act::StoreByte => (Cause::Memory, operand..=operand),
        Act::LoadHalf | Act::StoreHalf => (Cause::Memory, touched(operand, 2)),
        Act::LoadWord | Act::StoreWord | Act::Swap => (Cause::Memory, touched(operand, 4)),
        Act::Execute => (Cause::Memory, target(operand)..=target(operand)),
        Act::StackStore => (cause_below_stack(control, operand), operand..=operand),
        Act::Recurse => (Cause::Stack, ANY),
        Act::RewriteBlocked | Act::RewriteInterrupted => (cause_of_frame(operand), ANY),
        Act::DivideByZero => (Cause::Arithmetic, ANY),
        Act::Breakpoint | Act::Semihosting => (Cause::Breakpoint, ANY),
        Act::Illegal
        | Act::ExecuteOther
        | Act::StackIllegal
        | Act::StackCall
        | Act::StackSpin
        | Act::Spin
        | Act::ReadStatus
        | Act::ReadIdentity
        | Act::ReadCounter
        | Act::DisableInterrupts
        | Act::WriteVector
        | Act::OpenWall
        | Act::ReturnFromTrap
        | Act::WaitForInterrupt => (Cause::Illegal, ANY),
    }
}

/// Why a process is stopped one of whose threads has this for every word on its stack.
const fn cause_of_frame(word: usize) -> Cause {
    // A program status with every bit set is none of a thread's.
    if cfg!(target_arch = "arm") && word == usize::MAX { Cause::Illegal } else { Cause::Memory }
}

/// Why a process is stopped whose stack pointer is this: it may have come there by a long frame.
fn cause_below_stack(control: Initiator, stack_pointer: usize) -> Cause {
    let stack = memory_of(control).map_or(0, |memory| memory.ram.start);
    let below = stack.saturating_sub(LONGEST_FRAME_BYTES)..stack;
    if HAS_ONE_ADDRESS_SPACE && below.contains(&stack_pointer) {
        Cause::Stack
    } else {
        Cause::Memory
    }
}

/// Where a stack pointer may be when a frame was to be stored below it.
fn pushed(stack_pointer: usize) -> Addresses {
    let last = stack_pointer.wrapping_sub(1);
    last.saturating_sub(LONGEST_EXCEPTION_FRAME_BYTES)..=last
}

/// How long what a machine stores of a program that it stops may be, in bytes.
const LONGEST_EXCEPTION_FRAME_BYTES: usize = 256;

/// Where an access of so many bytes may fail: at its address, or, if it is not aligned, at any byte of
/// it, for then it may be several accesses.
fn touched(address: usize, bytes: usize) -> Addresses {
    let last =
        if address.is_multiple_of(bytes) { address } else { address.wrapping_add(bytes - 1) };
    address..=last.max(address)
}
