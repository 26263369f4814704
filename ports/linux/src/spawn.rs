//! From a file to a running program behind its wall.
//!
//! The child that is forked here is a copy of the supervisor until it executes the image; it does
//! the last things that only it can do for itself, in an order that matters: first what ties its
//! life to ours, then what takes things away, then the filter, then the execution. Should a step
//! fail, it notes which one on a page that only supervisor and child share (the program never
//! sees it, so the program cannot forge a failure) and exits.
//!
//! `std::process::Command` does not fit: its error pipe may hold the very descriptor numbers that
//! the program is promised, and once the filter stands the child could not write to it.

use std::ffi::{CStr, c_char};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;

use guichet_abi::linux::{IMAGE_FD, MEMORY_FD, PAGE_BYTES, SHARED_FD};
use seccompiler::BpfProgram;

use crate::attention::{change_mask, set_of};
use crate::layout::EXEC_PATH_ADDRESS;
use crate::linux::checked;
use crate::memory_file::Mapping;

/// The stack that Linux gives a program before it has mapped its own, in bytes.
const FIRST_STACK_BYTES: u64 = 1 << 20;
/// What the exit of a child means that could not become the program.
const NOT_EXECUTED: libc::c_int = 127;

/// What a child needs to become a program; everything is prepared before the fork, since a child
/// of a process with threads may not allocate.
pub(crate) struct Preparation<'a> {
    /// The program's file.
    pub(crate) image: BorrowedFd<'a>,
    /// The memory file.
    pub(crate) memory: BorrowedFd<'a>,
    /// The arena, for a program that shares something.
    pub(crate) arena: Option<BorrowedFd<'a>>,
    /// What `ps` shows.
    pub(crate) name: &'a CStr,
    /// The filters, in the order in which they are installed.
    pub(crate) wall: &'a [BpfProgram],
    /// How much address space the program may have, in bytes.
    pub(crate) address_space_bytes: u64,
}

/// A child that was started; whether it became the program shows later.
pub(crate) struct Spawned {
    /// Its process id. It stays reserved until the child is reaped.
    pub(crate) pid: libc::pid_t,
    failure: FailurePage,
}

impl Spawned {
    /// The step that kept the child from becoming the program, if it noted one.
    pub(crate) fn failure(&self) -> Option<SpawnFailure> {
        let step = self.failure.word(0).load(Relaxed);
        let step = STEPS.get(usize::try_from(step).ok()?.checked_sub(1)?)?;
        let source = io::Error::from_raw_os_error(self.failure.word(1).load(Relaxed));
        Some(SpawnFailure { step, source })
    }
}

/// Why a child could not become the program: Linux refused something to us, not to the program.
#[derive(Debug, thiserror::Error)]
#[error("Linux refused to {step}: {source}")]
pub struct SpawnFailure {
    step: &'static str,
    source: io::Error,
}

/// What the child does, for messages; a failed step is noted by its position, counted from 1.
const STEPS: [&str; 8] = [
    "tie its life to the supervisor's (prctl PR_SET_PDEATHSIG)",
    "give it a session of its own (setsid)",
    "give it its descriptors (fcntl, dup2, close_range)",
    "map the page of its path (mmap)",
    "reset its signals (sigaction, sigprocmask)",
    "limit its resources (setrlimit)",
    "install its system-call filter (seccomp); containers need a profile that allows seccomp",
    "execute its image (execveat); is its folder mounted noexec?",
];

/// Forks a child that becomes the program.
pub(crate) fn spawn(preparation: &Preparation<'_>) -> io::Result<Spawned> {
    let failure = FailurePage(Mapping::shared_with_children(PAGE_BYTES)?);
    // SAFETY: (spawn-1) takes nothing, touches nothing.
    let supervisor = unsafe { libc::getpid() };
    // Not even our own handlers may run in the child: they would act for the supervisor.
    let old_mask = change_mask(libc::SIG_SETMASK, &every_signal())?;
    // SAFETY: (spawn-2) the child makes only plain Linux calls until it executes or exits: no
    // allocation, no lock, no return from here.
    let forked = checked(unsafe { libc::fork() });
    if matches!(forked, Ok(0)) {
        become_program(preparation, supervisor, &failure);
    }
    change_mask(libc::SIG_SETMASK, &old_mask)?;
    Ok(Spawned { pid: forked?, failure })
}

/// The child's way; see the module's essay.
fn become_program(preparation: &Preparation<'_>, supervisor: i32, failure: &FailurePage) -> ! {
    let steps: [&dyn Fn() -> io::Result<()>; 8] = [
        &|| end_with(supervisor),
        // SAFETY: (spawn-3) takes nothing; a fresh child leads no group, so it cannot fail so.
        &|| checked(unsafe { libc::setsid() }).map(drop),
        &|| give_descriptors(preparation),
        &map_path,
        &reset_signals,
        // From here on the child, which still is a copy of the supervisor, may not grow.
        &|| limit_resources(preparation.address_space_bytes),
        &|| install(preparation.wall),
        &|| execute(preparation.name),
    ];
    for (position, step) in steps.iter().enumerate() {
        if let Err(error) = step() {
            failure.word(1).store(error.raw_os_error().unwrap_or(0), Relaxed);
            failure.word(0).store(position as i32 + 1, Relaxed);
            break;
        }
    }
    // SAFETY: (spawn-4) ends the process at once, without running anything of the supervisor's.
    unsafe { libc::_exit(NOT_EXECUTED) }
}

/// Asks Linux to kill this child when the supervisor dies, and checks that it has not already.
fn end_with(supervisor: libc::pid_t) -> io::Result<()> {
    // SAFETY: (spawn-5) plain calls without pointers.
    unsafe {
        checked(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0))?;
        if libc::getppid() == supervisor {
            Ok(())
        } else {
            Err(io::Error::from_raw_os_error(libc::ESRCH))
        }
    }
}

/// Puts its descriptors where the program expects them and gives it no other.
fn give_descriptors(preparation: &Preparation<'_>) -> io::Result<()> {
    let above = SHARED_FD + 1;
    // SAFETY: (spawn-6) calls about descriptors; the child owns its table and nothing else uses
    // it. All are first moved out of the way, as each may have another's number.
    unsafe {
        let memory = preparation.memory.as_raw_fd();
        let memory = checked(libc::fcntl(memory, libc::F_DUPFD_CLOEXEC, above))?;
        let image = preparation.image.as_raw_fd();
        let image = checked(libc::fcntl(image, libc::F_DUPFD_CLOEXEC, above))?;
        let arena = preparation.arena.map(|arena| arena.as_raw_fd());
        let move_away = |arena| checked(libc::fcntl(arena, libc::F_DUPFD_CLOEXEC, above));
        let arena = arena.map(move_away).transpose()?;
        for standard in 0..=2 {
            libc::close(standard);
        }
        let all = libc::c_uint::MAX;
        let result = libc::close_range(3, all, libc::CLOSE_RANGE_CLOEXEC as libc::c_int);
        // Before Linux 5.11 this does not exist; what is ours closes on execution anyway.
        let unknown = [Some(libc::ENOSYS), Some(libc::EINVAL)];
        if let Err(error) = checked(result)
            && !unknown.contains(&error.raw_os_error())
        {
            return Err(error);
        }
        checked(libc::dup2(memory, MEMORY_FD))?;
        checked(libc::dup3(image, IMAGE_FD, libc::O_CLOEXEC))?;
        if let Some(arena) = arena {
            checked(libc::dup2(arena, SHARED_FD))?;
        }
    }
    Ok(())
}

/// Installs the filters. All must let the later ones be installed.
fn install(filters: &[BpfProgram]) -> io::Result<()> {
    for filter in filters {
        seccompiler::apply_filter(filter).map_err(|_| io::Error::last_os_error())?;
    }
    Ok(())
}

/// Bounds what a program could use up: address space, its first stack; and no core files.
fn limit_resources(address_space_bytes: u64) -> io::Result<()> {
    let limits = [
        (libc::RLIMIT_CORE, 0),
        (libc::RLIMIT_STACK, FIRST_STACK_BYTES),
        (libc::RLIMIT_MEMLOCK, 0),
        (libc::RLIMIT_AS, address_space_bytes.saturating_add(FIRST_STACK_BYTES)),
    ];
    for (resource, wanted) in limits {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: (spawn-7) both calls get a whole rlimit.
        unsafe {
            checked(libc::getrlimit(resource, &mut limit))?;
            // Whoever started us may have set a lower bound, which only root could raise.
            let bound = wanted.min(limit.rlim_max);
            limit = libc::rlimit { rlim_cur: bound, rlim_max: bound };
            checked(libc::setrlimit(resource, &limit))?;
        }
    }
    Ok(())
}

/// Maps a page of zeroes, which is an empty path, at the one address that the filter allows.
fn map_path() -> io::Result<()> {
    let address = ptr::without_provenance_mut(EXEC_PATH_ADDRESS);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
    // SAFETY: (spawn-8) NOREPLACE: never over memory that is in use.
    let page = unsafe { libc::mmap(address, PAGE_BYTES, libc::PROT_READ, flags, -1, 0) };
    if page == address { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Puts every signal back to what a fresh program expects. Signals that are ignored would stay
/// ignored in the program.
fn reset_signals() -> io::Result<()> {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: (spawn-9) default actions run no code. Some numbers may not be changed, which
        // is no failure.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    change_mask(libc::SIG_SETMASK, &set_of(&[])).map(drop)
}

/// Replaces this child by the program; returns only if that fails.
fn execute(name: &CStr) -> io::Result<()> {
    let path: *const c_char = ptr::without_provenance(EXEC_PATH_ADDRESS);
    let arguments = [name.as_ptr(), ptr::null()];
    let environment = [ptr::null::<c_char>()];
    // SAFETY: (spawn-10) an empty path that was just mapped and two arrays that end in null.
    checked(unsafe {
        libc::syscall(
            libc::SYS_execveat,
            IMAGE_FD,
            path,
            arguments.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    })
    .map(drop)
}

fn every_signal() -> libc::sigset_t {
    let mut set = set_of(&[]);
    // SAFETY: (spawn-11) the set is initialised.
    unsafe { libc::sigfillset(&mut set) };
    set
}

/// The page on which a child notes what went wrong.
struct FailurePage(Mapping);

impl FailurePage {
    fn word(&self, index: usize) -> &AtomicI32 {
        debug_assert!(index < 2);
        // SAFETY: (spawn-12) the page lives as long as self and is aligned; index is 0 or 1.
        unsafe { self.0.start().cast::<AtomicI32>().add(index).as_ref() }
    }
}
