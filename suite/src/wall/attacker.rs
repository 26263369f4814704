//! The attacker's own side.

use core::ops::Range;
use core::sync::atomic::AtomicUsize;

use pw_status::{Error, Result};
use userspace::channel::Handler;
use userspace::syscall::Signals;
use userspace::time::Instant;

use super::Memory;
use super::wire::{ANSWER_WORDS, ORDER_WORDS, Order, WORD_BYTES, to_bytes};
use crate::hostile::{Access, act, is_servers, memory_around, respond_raw};

/// The one object of an attacker.
const CONTROL: Handler = Handler::new(0);

/// A variable of the attacker's.
static VARIABLE: AtomicUsize = AtomicUsize::new(0);

/// Does as it is told, for ever or until it is stopped.
///
/// # Errors
/// Those of a call on the control channel; the tester keeps to the protocol, so there are none.
pub fn serve() -> Result<()> {
    let mut memory = Memory::default();
    loop {
        CONTROL.wait(Signals::READABLE, Instant::MAX)?;
        let mut order = [0; ORDER_WORDS * WORD_BYTES];
        CONTROL.read(0, &mut order)?;
        obey(Order::from_bytes(&order).ok_or(Error::InvalidArgument)?, &mut memory)?;
    }
}

fn obey(order: Order, memory: &mut Memory) -> Result<()> {
    match order {
        Order::Survey => {
            *memory = survey();
            answer([0; ANSWER_WORDS], 0)
        }
        Order::Where => {
            let Memory { flash, ram, variable, stack } = &*memory;
            let words = [flash.start, flash.end, ram.start, ram.end, *variable, *stack];
            answer(words, ANSWER_WORDS)
        }
        Order::Show { address, bytes } => respond_raw(CONTROL, address, bytes),
        Order::Live => answer([0; ANSWER_WORDS], 0),
        Order::Attack { act: what, operand } => {
            let Memory { flash, .. } = &*memory;
            let place = what.place(operand).unwrap_or(flash.start..=flash.end);
            answer([*place.start(), *place.end(), 0, 0, 0, 0], 2)?;
            act(what, operand);
            Ok(())
        }
    }
}

/// Answers with the first words.
fn answer(words: [usize; ANSWER_WORDS], count: usize) -> Result<()> {
    let bytes: [u8; ANSWER_WORDS * WORD_BYTES] = to_bytes(words.map(|word| word as u64));
    CONTROL.respond(&bytes[..count * WORD_BYTES])
}

/// The memory around an address, which lies in it.
fn around(inside: usize, access: Access) -> Range<usize> {
    memory_around(inside, |address, length| is_servers(CONTROL, access, address, length))
}

/// Where this process lies.
fn survey() -> Memory {
    let local = 0usize;
    let stack = (&raw const local).expose_provenance();
    let variable = (&raw const VARIABLE).expose_provenance();
    let code = (survey as *const ()).expose_provenance();
    Memory {
        flash: around(code, Access::Read),
        ram: around(variable, Access::Write),
        variable,
        stack,
    }
}
