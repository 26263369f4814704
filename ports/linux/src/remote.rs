//! Having a program make a Linux call that it did not ask for.
//!
//! What a process has mapped of the arena changes while it stands still, or pretends to; and only a
//! process itself can map and unmap, so it is made to. Linux's way to do that is ptrace: the process
//! is stopped wherever it is, given other registers, let go for one `syscall` instruction of its own
//! image, and given its registers back. It notices nothing: a sleep that this interrupts begins anew.
//!
//! Nothing of this relies on the program. It has one Linux thread, which is stopped. The
//! instruction is looked at before it is used, with the program stopped, and nobody else can write
//! it. Signals wait meanwhile. Before the call is made, Linux stops the process again, since the
//! filter says so (`wall`), and the call is compared with the one that was meant. What can go wrong
//! after all is answered by whoever asked, who kills the process if it must not keep what it has.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use crate::image::LINUX_CALL;
use crate::linux::checked;
use crate::user_memory;

/// How often a process may stop for another reason while it is to stop for ours.
const PATIENCE: usize = 64;
/// The stop that PTRACE_INTERRUPT asks for, and that of a group that was stopped.
const EVENT_STOP: i32 = 128;
/// What a stop for a call is told by, under PTRACE_O_TRACESYSGOOD.
const CALL_STOP: i32 = libc::SIGTRAP | 0x80;
/// The stop before a call about which the filter has Linux ask us.
const SECCOMP_STOP: i32 = libc::SIGTRAP | libc::PTRACE_EVENT_SECCOMP << 8;
/// What a Linux call returns inside Linux when it is to begin anew after an interruption.
const RESTARTS: [i64; 4] = [-512, -513, -514, -516];
/// The segments of a program of 64 bits: a program could have others when it is stopped.
const SEGMENTS: (u64, u64) = (0x33, 0x2b);
/// The flag that has the processor stop after every instruction.
const TRAP_FLAG: u64 = 0x100;
/// The largest error number.
const MAX_ERRNO: i64 = 4095;

/// A call of Linux: its number and its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinuxCall {
    pub(crate) number: i64,
    pub(crate) arguments: [usize; 6],
}

/// Why a process has not made the call, or not with success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The process cannot be traced; nothing has changed about it.
    NotTraced(io::Error),
    /// It made the call, which failed, and is as it was before.
    Refused(io::Error),
    /// It has ended, or was killed because it was in the middle of something.
    Lost,
}

/// Has a child of ours make a call, by the instruction at `instruction`. The child was not collected,
/// and has one thread.
pub(crate) fn call(pid: libc::pid_t, instruction: usize, call: LinuxCall) -> Result<(), Failure> {
    let traced = Traced::seize(pid).map_err(Failure::NotTraced)?;
    let result = traced.stop().and_then(|()| traced.make(instruction, call));
    match result {
        Ok((result, held)) => {
            // Only a process that is dying cannot be let go.
            traced.release(held).map_err(|_| Failure::Lost)?;
            let errno = (-MAX_ERRNO..0).contains(&result).then_some(-result);
            match errno.and_then(|errno| i32::try_from(errno).ok()) {
                Some(errno) => Err(Failure::Refused(io::Error::from_raw_os_error(errno))),
                None => Ok(()),
            }
        }
        Err(_) => {
            // SAFETY: (remote-6) a child that was not collected, so the number is still its.
            unsafe { libc::kill(pid, libc::SIGKILL) };
            Err(Failure::Lost)
        }
    }
}

/// A child that this thread traces.
struct Traced {
    pid: libc::pid_t,
}

impl Traced {
    fn seize(pid: libc::pid_t) -> io::Result<Traced> {
        let traced = Traced { pid };
        // Without PTRACE_O_TRACESECCOMP: until the process has stopped, a call that it makes itself
        // must fail as if nobody traced it.
        traced.plain(libc::PTRACE_SEIZE, 0)?;
        Ok(traced)
    }

    /// Stops the process where it is. A signal that reaches it before is delivered first, which is
    /// no instruction of its own: it stops before its handler's first.
    fn stop(&self) -> io::Result<()> {
        self.plain(libc::PTRACE_INTERRUPT, 0)?;
        for _ in 0..PATIENCE {
            let stop = self.wait()?;
            if stop >> 8 == EVENT_STOP {
                return Ok(());
            }
            self.plain(libc::PTRACE_INTERRUPT, 0)?;
            let signal = if stop >> 8 == 0 { stop } else { 0 };
            self.plain(libc::PTRACE_CONT, signal as usize)?;
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Has the stopped process make the call. Gives what the call returned, and a signal that came
    /// meanwhile and could not be made to wait.
    fn make(&self, instruction: usize, call: LinuxCall) -> io::Result<(i64, i32)> {
        let mut code = [0; LINUX_CALL.len()];
        user_memory::read(self.pid, instruction, &mut code)?;
        if code != LINUX_CALL {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let old = self.registers()?;
        let old_mask = self.exchange_mask(u64::MAX)?;
        self.set_registers(&about_to(old, instruction, call))?;
        let options = libc::PTRACE_O_TRACESECCOMP | libc::PTRACE_O_TRACESYSGOOD;
        self.plain(libc::PTRACE_SETOPTIONS, options as usize)?;
        let held = self.run_to_call()?;
        if !is_about(&self.registers()?, instruction, call) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.plain(libc::PTRACE_SYSCALL, 0)?;
        if self.wait()? != CALL_STOP {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let result = self.registers()?.rax.cast_signed();
        self.set_registers(&continued(old))?;
        self.exchange_mask(old_mask)?;
        Ok((result, held))
    }

    /// Lets the process go until it is about to make a call that the filter has us asked about. A
    /// SIGSTOP cannot be made to wait: it is held.
    fn run_to_call(&self) -> io::Result<i32> {
        let mut held = 0;
        for _ in 0..PATIENCE {
            self.plain(libc::PTRACE_CONT, 0)?;
            match self.wait()? {
                SECCOMP_STOP => return Ok(held),
                libc::SIGSTOP => held = libc::SIGSTOP,
                // The group that it is in, itself alone, was stopped or goes on.
                stop if stop >> 8 == EVENT_STOP => {}
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Lets the process go on by itself, with this signal if it is none of 0.
    fn release(&self, signal: i32) -> io::Result<()> {
        self.plain(libc::PTRACE_DETACH, signal as usize)
    }

    /// Waits until the process has stopped, and tells how; it is an error if it has ended. Its end
    /// stays to be collected.
    ///
    /// It does not take long: the process was told to stop, or to make a call that does not sleep.
    fn wait(&self) -> io::Result<i32> {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let flags = libc::WSTOPPED | libc::WEXITED | libc::WNOWAIT | libc::__WALL;
        let pid = self.pid.unsigned_abs();
        loop {
            // SAFETY: (remote-1) a whole siginfo, for which all zeroes is valid too; the kind of
            // record that Linux fills for a child has a status.
            let (result, code, status) = unsafe {
                let result = checked(libc::waitid(libc::P_PID, pid, info.as_mut_ptr(), flags));
                let info = info.assume_init();
                (result, info.si_code, info.si_status())
            };
            match result {
                Ok(_) if matches!(code, libc::CLD_TRAPPED | libc::CLD_STOPPED) => {
                    return Ok(status);
                }
                Ok(_) => return Err(io::Error::from_raw_os_error(libc::ESRCH)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn registers(&self) -> io::Result<libc::user_regs_struct> {
        let mut registers = MaybeUninit::<libc::user_regs_struct>::zeroed();
        let nothing = ptr::null_mut::<libc::c_void>();
        // SAFETY: (remote-2) Linux fills a whole record of registers, for which any bits are valid.
        unsafe {
            let to = registers.as_mut_ptr();
            checked(libc::ptrace(libc::PTRACE_GETREGS, self.pid, nothing, to))?;
            Ok(registers.assume_init())
        }
    }

    fn set_registers(&self, registers: &libc::user_regs_struct) -> io::Result<()> {
        let nothing = ptr::null_mut::<libc::c_void>();
        let from = ptr::from_ref(registers);
        // SAFETY: (remote-3) Linux reads a whole record; registers are those of the other process,
        // and Linux refuses what would be of harm to itself.
        checked(unsafe { libc::ptrace(libc::PTRACE_SETREGS, self.pid, nothing, from) }).map(drop)
    }

    /// Has these signals wait, and gives those that have waited so far.
    fn exchange_mask(&self, mask: u64) -> io::Result<u64> {
        let mut old = 0u64;
        let length = ptr::without_provenance_mut::<libc::c_void>(size_of::<u64>());
        // SAFETY: (remote-4) the length is that of both masks; Linux fills one and reads the other.
        unsafe {
            let (get, set) = (libc::PTRACE_GETSIGMASK, libc::PTRACE_SETSIGMASK);
            checked(libc::ptrace(get, self.pid, length, &raw mut old))?;
            checked(libc::ptrace(set, self.pid, length, &raw const mask))?;
        }
        Ok(old)
    }

    /// A request without an address whose last argument is a number.
    fn plain(&self, request: libc::c_uint, number: usize) -> io::Result<()> {
        let nothing = ptr::null_mut::<libc::c_void>();
        let number = ptr::without_provenance_mut::<libc::c_void>(number);
        // SAFETY: (remote-5) only for requests that touch no memory of ours: seize, interrupt,
        // options, continue and detach.
        checked(unsafe { libc::ptrace(request, self.pid, nothing, number) }).map(drop)
    }
}

/// The registers with which a process makes the call.
fn about_to(
    old: libc::user_regs_struct,
    instruction: usize,
    call: LinuxCall,
) -> libc::user_regs_struct {
    let [rdi, rsi, rdx, r10, r8, r9] = call.arguments.map(|argument| argument as u64);
    let (cs, ss) = SEGMENTS;
    libc::user_regs_struct {
        rax: call.number.cast_unsigned(),
        // In no call: Linux would begin one anew.
        orig_rax: u64::MAX,
        rip: instruction as u64,
        eflags: old.eflags & !TRAP_FLAG,
        rdi,
        rsi,
        rdx,
        r10,
        r8,
        r9,
        cs,
        ss,
        ..old
    }
}

/// Tells whether a process with these registers is about to make the call.
fn is_about(registers: &libc::user_regs_struct, instruction: usize, call: LinuxCall) -> bool {
    let libc::user_regs_struct { rdi, rsi, rdx, r10, r8, r9, .. } = *registers;
    registers.orig_rax == call.number.cast_unsigned()
        && registers.rip == (instruction + LINUX_CALL.len()) as u64
        && [rdi, rsi, rdx, r10, r8, r9] == call.arguments.map(|argument| argument as u64)
}

/// The registers with which a process goes on. A call that was interrupted to begin anew does so
/// here, as Linux only does that where it has stopped the process itself.
fn continued(old: libc::user_regs_struct) -> libc::user_regs_struct {
    let was_in_call = old.orig_rax.cast_signed() >= 0;
    if was_in_call && RESTARTS.contains(&old.rax.cast_signed()) {
        let rip = old.rip.wrapping_sub(LINUX_CALL.len() as u64);
        libc::user_regs_struct { rip, rax: old.orig_rax, orig_rax: u64::MAX, ..old }
    } else {
        libc::user_regs_struct { orig_rax: u64::MAX, ..old }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registers() -> libc::user_regs_struct {
        // SAFETY: numbers only, for which all zeroes is valid.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }

    #[test]
    fn an_interrupted_sleep_begins_anew_and_nothing_else_does() {
        let at = |rax: i64, orig_rax: i64| libc::user_regs_struct {
            rip: 0x1002,
            rax: rax.cast_unsigned(),
            orig_rax: orig_rax.cast_unsigned(),
            ..registers()
        };
        let of = |registers: libc::user_regs_struct| (registers.rip, registers.rax);
        for restart in [-512, -513, -514, -516] {
            assert_eq!(of(continued(at(restart, 202))), (0x1000, 202));
            let running = restart.cast_unsigned();
            assert_eq!(of(continued(at(restart, -1))), (0x1002, running), "not in a call");
        }
        assert_eq!(of(continued(at(0, 202))), (0x1002, 0), "its call was over");
        assert_eq!(of(continued(at(-11, 202))), (0x1002, -11i64 as u64), "its call failed");
        assert_eq!(continued(at(0, 202)).orig_rax, u64::MAX);
    }

    #[test]
    fn only_the_call_that_was_meant_is_about_to_be_made() {
        let call = LinuxCall { number: 9, arguments: [1, 2, 3, 4, 5, 6] };
        let set = about_to(
            libc::user_regs_struct { eflags: 0x302, cs: 0x23, ..registers() },
            0x1000,
            call,
        );
        assert_eq!((set.rip, set.cs, set.ss, set.eflags), (0x1000, 0x33, 0x2b, 0x202));
        let made = libc::user_regs_struct { rip: 0x1002, orig_rax: 9, ..set };
        assert!(is_about(&made, 0x1000, call));
        assert!(!is_about(&set, 0x1000, call));
        assert!(!is_about(&libc::user_regs_struct { rip: 0x1004, ..made }, 0x1000, call));
        assert!(!is_about(&libc::user_regs_struct { orig_rax: 11, ..made }, 0x1000, call));
        for position in 0..6 {
            let mut other = call;
            other.arguments[position] += 1;
            assert!(!is_about(&made, 0x1000, other));
        }
    }
}
