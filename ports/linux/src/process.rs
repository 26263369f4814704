//! One process of the system as a Linux process: its start, its traps, its end.
//!
//! Everything that is read from a frame here was written by the program, and is only passed on:
//! call words to the kernel, which checks them; fault words to the console. A state that no
//! program of ours would set is the fault of the one that set it.

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use guichet_abi::linux::{
    ATTENTION, FAULTED, FRAMES_ADDRESS, PAGE_BYTES, PREEMPT_SIGNAL, PREEMPTED, READY, RUNNING,
    SHARED_ADDRESS, SHARED_FD, TRAPPED, TrapFrame, frame_address,
};
use guichet_abi::{MAX_MAPPINGS, Message, Results};
use guichet_kernel::{Call, Fault, FaultCause, Inexpressible, Region, Span};
use seccompiler::BpfProgram;

use crate::arena::Arena;
use crate::attention::{Attention, Woken};
use crate::end::{LinuxEnd, cause_of_signal};
use crate::linux::{checked, futex_wait, futex_wake};
use crate::memory_file::MemoryFile;
use crate::program::Program;
use crate::remote::{self, Failure, LinuxCall};
use crate::spawn::{Preparation, SpawnFailure, Spawned, spawn};
use crate::user_memory::{self, Place};

/// How long a program may take from its execution to its first trap.
const START_TIME: Duration = Duration::from_secs(10);
/// How long a program may take to stop when it is told to.
const STOP_TIME: Duration = Duration::from_secs(2);
/// How often a program that does not stop is looked at, should its wake-up never come.
const STOP_LOOK: Duration = Duration::from_millis(5);
/// What a program gets in address space beyond its image and its stacks: its first stack, what
/// Linux itself maps into it, and the rounding to pages.
const SPARE_BYTES: usize = 4 << 20;
/// How far below a stack an access still counts as an overflow of that stack.
const GUARD_BYTES: usize = 1 << 20;

/// A Linux process that is one life of a process of the system. Dropping it kills it.
pub(crate) struct LinuxProcess {
    pid: libc::pid_t,
    memory: MemoryFile,
    /// The thread that runs or ran last.
    thread: usize,
    reaped: bool,
    /// Where the guard below each stack lies.
    guards: Vec<std::ops::Range<usize>>,
    /// Where an instruction of its image is that calls Linux.
    linux_call: Option<usize>,
    /// What it has mapped of the arena.
    mappings: [Option<Region>; MAX_MAPPINGS],
    /// It was killed, as it would have kept some of that.
    revoked: bool,
}

/// Why a thread has stopped.
pub(crate) enum Trap {
    /// It made this call.
    Call(Call),
    /// It crashed.
    Fault(Fault),
    /// It was stopped, and could run on.
    Preempted,
}

/// Why a process could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Linux refused something to the supervisor: no process will fare better.
    #[error(transparent)]
    Refused(#[from] SpawnFailure),
    /// As above, before there was a child.
    #[error("Linux refused to make its Linux process: {0}")]
    Linux(#[from] io::Error),
    /// Other processes' memory is out of reach.
    #[error("{0}")]
    MemoryForbidden(io::Error),
    /// What other processes have mapped cannot be changed.
    #[error("{0}")]
    TraceForbidden(io::Error),
    /// The program ended instead of trapping.
    #[error("{0} before it was ready")]
    Ended(LinuxEnd),
    /// The program crashed instead of trapping.
    #[error("it crashed at {:#x} (address {:#x}) before it was ready", .0.pc, .0.address)]
    Crashed(Fault),
    /// The program does not follow the protocol.
    #[error("it does not start as a Guichet program does; was it built with this version?")]
    Stranger,
    /// The program does not get ready.
    #[error("it was not ready after {} seconds", START_TIME.as_secs())]
    TooSlow,
    /// The run is to end.
    #[error("the run was interrupted")]
    Interrupted,
}

impl LinuxProcess {
    /// Starts a process and waits until its main thread is ready to run.
    pub(crate) fn start(
        program: &Program,
        name: &CStr,
        wall: &[BpfProgram],
        arena: Option<&Arena>,
        attention: &Attention,
    ) -> Result<LinuxProcess, StartError> {
        let layout = program.layout();
        let memory = MemoryFile::create(layout, program.shared().start)?;
        let shared_bytes = arena.map_or(0, Arena::length);
        let address_space_bytes =
            [program.image().memory_bytes(), layout.total_bytes(), shared_bytes]
                .into_iter()
                .fold(SPARE_BYTES, usize::saturating_add);
        let spawned = spawn(&Preparation {
            image: program.image().file().as_fd(),
            memory: memory.descriptor(),
            arena: arena.map(Arena::descriptor),
            name,
            wall,
            address_space_bytes: address_space_bytes as u64,
        })?;
        let guard = |address: usize| address.saturating_sub(GUARD_BYTES)..address;
        let guards = layout.stacks().map(|stack| guard(stack.address)).collect();
        let pid = spawned.pid;
        let linux_call = program.image().linux_call();
        let mappings = [None; MAX_MAPPINGS];
        let mut process = LinuxProcess {
            pid,
            memory,
            thread: 0,
            reaped: false,
            guards,
            linux_call,
            mappings,
            revoked: false,
        };
        process.await_ready(&spawned, attention)?;
        process.probe()?;
        if let Some(arena) = arena {
            process.probe_mappings(arena)?;
            process.map_own(arena, program.shared())?;
        }
        Ok(process)
    }

    /// The frame of the thread that runs or ran last.
    fn frame(&self) -> &TrapFrame {
        self.memory.frame(self.thread)
    }

    fn state(&self) -> &AtomicU32 {
        &self.memory.header().state
    }

    fn await_ready(&mut self, child: &Spawned, attention: &Attention) -> Result<(), StartError> {
        let patience = Instant::now() + START_TIME;
        let result = loop {
            match attention.sleep_while(self.state(), RUNNING, patience) {
                Woken::Changed(TRAPPED) if self.frame().number.load(Relaxed) == READY => {
                    break Ok(());
                }
                Woken::Changed(FAULTED) => break Err(StartError::Crashed(self.fault())),
                Woken::Changed(_) => break Err(StartError::Stranger),
                Woken::Late => break Err(StartError::TooSlow),
                Woken::Attention => {}
            }
            if attention.interrupted_by().is_some() {
                break Err(StartError::Interrupted);
            }
            attention.child_ended();
            if let Some(end) = self.try_reap() {
                break Err(match child.failure() {
                    Some(failure) => StartError::Refused(failure),
                    None => StartError::Ended(end),
                });
            }
        };
        // Another child's end may have been noted meanwhile, and was not looked at here.
        attention.look_for_ended_children();
        result
    }

    /// Finds out whether the process's memory can be reached, before anything depends on it.
    fn probe(&self) -> Result<(), StartError> {
        let mut version = [0; 4];
        let entry = frame_address(0) + std::mem::offset_of!(TrapFrame, entry);
        user_memory::read(self.pid, FRAMES_ADDRESS, &mut version)
            .and_then(|()| user_memory::write(self.pid, entry, &[0; 4]))
            .map_err(|error| {
                if user_memory::is_forbidden(&error) {
                    StartError::MemoryForbidden(error)
                } else {
                    StartError::Stranger
                }
            })
    }

    /// Finds out whether the process can be made to unmap something, where it has nothing.
    fn probe_mappings(&mut self, arena: &Arena) -> Result<(), StartError> {
        self.prepare(unmap(SHARED_ADDRESS, arena.length()))
    }

    /// Gives the process its own part of the arena, all zeroes, for its whole life.
    fn map_own(&mut self, arena: &Arena, Span { start, end }: Span) -> Result<(), StartError> {
        if start == end {
            return Ok(());
        }
        arena.clear_span(Span { start, end });
        self.prepare(map(Region { start, end, writable: true }))
    }

    /// Has the process make a call before it begins.
    fn prepare(&mut self, call: LinuxCall) -> Result<(), StartError> {
        let instruction = self.linux_call.ok_or(StartError::Stranger)?;
        let made = remote::call(self.pid, instruction, call);
        match (made, self.end(libc::WNOWAIT)) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(end)) => Err(StartError::Ended(end)),
            (Err(Failure::NotTraced(error) | Failure::Refused(error)), None) => {
                Err(StartError::TraceForbidden(error))
            }
            (Err(Failure::Lost), None) => Err(StartError::Stranger),
        }
    }

    /// Lets the process have this of the arena in this place, instead of what it had there. It has no
    /// say in it. A process that has ended, or that must be ended as it could otherwise keep what it
    /// had, is none of the caller's affair: its end is noticed as any other.
    pub(crate) fn set_mapping(
        &mut self,
        place: usize,
        region: Option<Region>,
    ) -> Result<(), Inexpressible> {
        let old = self.mappings.get(place).copied().ok_or(Inexpressible)?;
        if self.end(libc::WNOWAIT).is_some() {
            return Ok(());
        }
        let is_same_range =
            |old: &Region, new: Region| (old.start, old.end) == (new.start, new.end);
        if let Some(old) = old
            && !region.is_some_and(|region| is_same_range(&old, region))
        {
            self.make_or_end(unmap(old.start, old.end - old.start));
            self.mappings[place] = None;
        }
        let Some(region) = region else { return Ok(()) };
        if self.mappings[place].is_some() {
            self.make_or_end(map(region));
        } else {
            // Nothing is there, so nothing is kept if it fails; but the process must be whole.
            match self.make(map(region)) {
                Ok(()) => {}
                Err(Failure::Lost) => self.end_now(),
                Err(Failure::NotTraced(_) | Failure::Refused(_)) => return Err(Inexpressible),
            }
        }
        self.mappings[place] = Some(region);
        Ok(())
    }

    fn make(&self, call: LinuxCall) -> Result<(), Failure> {
        let instruction = self.linux_call.ok_or(Failure::Lost)?;
        remote::call(self.pid, instruction, call)
    }

    /// Has the process make the call, or ends it.
    fn make_or_end(&mut self, call: LinuxCall) {
        if self.make(call).is_err() {
            self.end_now();
        }
    }

    /// Ends the process before it executes another instruction. It stays to be collected.
    fn end_now(&mut self) {
        self.revoked = true;
        // SAFETY: (process-4) the child was not collected, so the number is still its.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        while self.wait_for_end().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {}
    }

    /// Waits until the process has ended, and leaves it to be collected.
    fn wait_for_end(&self) -> io::Result<()> {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let flags = libc::WEXITED | libc::WNOWAIT;
        let pid = self.pid.unsigned_abs();
        // SAFETY: (process-5) a whole siginfo, which Linux fills.
        checked(unsafe { libc::waitid(libc::P_PID, pid, info.as_mut_ptr(), flags) }).map(drop)
    }

    /// Puts the results of a thread's call where it finds them when it runs on.
    pub(crate) fn deliver(&self, thread: usize, results: Results, message: Message) {
        let frame = self.memory.frame(thread);
        frame.status.store(results.status as usize, Relaxed);
        frame.value0.store(results.value0, Relaxed);
        frame.value1.store(results.value1, Relaxed);
        for (register, word) in frame.message.iter().zip(message.to_words()) {
            register.store(word as usize, Relaxed);
        }
    }

    /// Has a thread that does not run begin at `entry`, on the stack that it was given, when it runs
    /// next.
    pub(crate) fn prepare_thread(&self, thread: usize, entry: usize) {
        let frame = self.memory.frame(thread);
        frame.entry.store(entry, Relaxed);
        frame.is_fresh.store(1, Relaxed);
    }

    /// Lets a thread run on from where it stands. The process stands still.
    pub(crate) fn run(&mut self, thread: usize) {
        self.thread = thread;
        self.memory.header().thread.store(thread as u32, Relaxed);
        self.state().store(RUNNING, Release);
        futex_wake(self.state());
    }

    /// Sleeps until the thread stops, something asks for attention, or it is `until`.
    pub(crate) fn sleep_until_trap(&self, attention: &Attention, until: Instant) -> Woken {
        attention.sleep_while(self.state(), RUNNING, until)
    }

    /// The trap that the thread has stopped with, if it stands still in `state`.
    pub(crate) fn trap(&self, state: u32) -> Trap {
        match state {
            TRAPPED => Trap::Call(self.call()),
            PREEMPTED => Trap::Preempted,
            FAULTED => Trap::Fault(self.fault()),
            _ => Trap::Fault(Fault::new(FaultCause::Unknown)),
        }
    }

    fn call(&self) -> Call {
        let frame = self.frame();
        Call {
            number: frame.number.load(Relaxed),
            arguments: std::array::from_fn(|index| frame.arguments[index].load(Relaxed)),
        }
    }

    fn fault(&self) -> Fault {
        let frame = self.frame();
        let signal = i32::try_from(frame.fault_signal.load(Relaxed)).unwrap_or(0);
        let address = frame.fault_address.load(Relaxed);
        let cause = match cause_of_signal(signal) {
            FaultCause::MemoryAccess if self.is_guard(address) => FaultCause::StackOverflow,
            cause => cause,
        };
        Fault { cause, pc: frame.fault_pc.load(Relaxed), address }
    }

    fn is_guard(&self, address: usize) -> bool {
        self.guards.iter().any(|guard| guard.contains(&address))
    }

    /// Stops the thread wherever it is, and tells in which state it then stands, if that worked. A
    /// process that has died stands still as one that was stopped.
    pub(crate) fn stop_thread(&mut self) -> Option<u32> {
        let patience = Instant::now() + STOP_TIME;
        // SAFETY: (process-1) a signal to a child that was not reaped, so the number is still its.
        unsafe { libc::syscall(libc::SYS_tgkill, self.pid, self.pid, PREEMPT_SIGNAL) };
        loop {
            let value = self.state().load(Acquire);
            if value & !ATTENTION != RUNNING {
                return Some(value & !ATTENTION);
            }
            if self.end(libc::WNOWAIT).is_some() {
                return Some(PREEMPTED);
            }
            if Instant::now() >= patience {
                return None;
            }
            futex_wait(self.state(), value, STOP_LOOK);
        }
    }

    /// Where these bytes of the process are. A shared place is good for `length` bytes while self
    /// lives.
    pub(crate) fn place(&self, address: usize, length: usize) -> Place {
        match self.memory.stack_bytes(address, length) {
            Some(bytes) => Place::Shared(bytes),
            None => Place::Remote(self.pid, address),
        }
    }

    /// Collects the process if it has ended, without waiting.
    pub(crate) fn try_reap(&mut self) -> Option<LinuxEnd> {
        let end = self.end(0)?;
        self.reaped = true;
        Some(match end {
            LinuxEnd::Killed(libc::SIGKILL) if self.revoked => LinuxEnd::Revoked,
            // It may have ended by itself just before.
            end => end,
        })
    }

    /// Tells how the process has ended, if it has.
    fn end(&self, flags: libc::c_int) -> Option<LinuxEnd> {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let flags = libc::WEXITED | libc::WNOHANG | flags;
        // SAFETY: (process-2) a whole siginfo; all zeroes is valid, and is what Linux leaves when
        // the child has not ended.
        unsafe {
            let pid = self.pid.unsigned_abs();
            if checked(libc::waitid(libc::P_PID, pid, info.as_mut_ptr(), flags)).is_err() {
                return Some(LinuxEnd::Unknown);
            }
            let info = info.assume_init();
            match (info.si_pid(), info.si_code) {
                (0, _) => None,
                (_, libc::CLD_EXITED) => Some(LinuxEnd::Exited(info.si_status())),
                (_, libc::CLD_KILLED | libc::CLD_DUMPED) => {
                    Some(LinuxEnd::Killed(info.si_status()))
                }
                // It has only stopped, which Linux tells of one that is traced.
                _ => None,
            }
        }
    }
}

impl Drop for LinuxProcess {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        // SAFETY: (process-3) the child was not reaped, so the number is still its. SIGKILL cannot
        // be refused, so the wait ends.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            while checked(libc::waitpid(self.pid, std::ptr::null_mut(), 0))
                .is_err_and(|error| error.kind() == io::ErrorKind::Interrupted)
            {}
        }
    }
}

/// To map a region of the arena at its address, whatever is there.
fn map(region: Region) -> LinuxCall {
    let write = if region.writable { libc::PROT_WRITE } else { 0 };
    let access = libc::PROT_READ | write;
    let flags = libc::MAP_SHARED | libc::MAP_FIXED;
    // The constants are positive.
    let [access, flags, file] = [access, flags, SHARED_FD].map(|constant| constant as usize);
    let (length, offset) = (region.end - region.start, region.start - SHARED_ADDRESS);
    let arguments = [region.start, length, access, flags, file, offset];
    LinuxCall { number: libc::SYS_mmap, arguments }
}

/// To have nothing at these addresses.
fn unmap(address: usize, length: usize) -> LinuxCall {
    LinuxCall { number: libc::SYS_munmap, arguments: [address, length, 0, 0, 0, 0] }
}

const _: () = assert!(FRAMES_ADDRESS.is_multiple_of(PAGE_BYTES));
