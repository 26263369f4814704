//! The wall around a program: which Linux calls it may make at all.
//!
//! Without a filter, processes of one user can read and kill one another, whatever address spaces
//! they have. The filter allows what the program's own start code and its traps need, with the
//! arguments that they need, and kills the process for anything else. It stands before the
//! program's first instruction, so it does not matter what the program contains.
//!
//! One allowed call needs care. The filter is installed before the program is executed, so it
//! must let `execveat` pass, and a program could try it again. A filter sees the address of the
//! path, not the path. So the rule names one address, [`EXEC_PATH_ADDRESS`], that is mapped only
//! until the execution has replaced all memory: no image reaches it, `mmap` is allowed only above
//! it, and a path that cannot be read is an error. (To demand the descriptor of the image alone
//! would not do: Linux ignores it when the path is absolute.)
//!
//! A program that shares memory has a second filter. What it has mapped of the arena is the
//! supervisor's affair, which makes the calls for it (`remote`). So calls about the arena's
//! addresses are answered with SECCOMP_RET_TRACE: they pass while the supervisor traces the
//! program, and fail with ENOSYS at any other time. A filter of ours can give one answer besides
//! that for what it does not list, so there are two; Linux takes the stricter answer.

use std::collections::BTreeMap;

use guichet_abi::linux::{FRAMES_ADDRESS, IMAGE_FD, MEMORY_FD, SHARED_ADDRESS, SHARED_FD};
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, Ge};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use crate::layout::EXEC_PATH_ADDRESS;

/// One argument of a call: its position, how much of it Linux looks at, and what it must be.
type Demand = (u8, SeccompCmpArgLen, SeccompCmpOp, u64);

/// The filters of all programs, each list in the order in which it is to be installed.
pub(crate) struct Walls {
    alone: Vec<BpfProgram>,
    sharing: Vec<BpfProgram>,
}

impl Walls {
    /// Compiles the filters. The same ones serve every program of a kind.
    pub(crate) fn compile() -> Result<Walls, BackendError> {
        let alone = vec![allow_only(own_calls()?)?];
        let mut calls = own_calls()?;
        calls.entry(libc::SYS_mmap).or_default().extend(arena_maps()?);
        calls.insert(libc::SYS_munmap, vec![above_arena()?]);
        // The one that traces comes first, as it lets the other be installed.
        let sharing = vec![trace_arena()?, allow_only(calls)?];
        Ok(Walls { alone, sharing })
    }

    /// The filters of a program that shares memory, or of one that does not.
    pub(crate) fn of(&self, shares: bool) -> &[BpfProgram] {
        if shares { &self.sharing } else { &self.alone }
    }
}

/// What is allowed, by the number of the call; one without rules is allowed with any arguments.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Allows these calls and kills for any other.
fn allow_only(rules: Rules) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, TargetArch::x86_64)?
        .try_into()
}

/// The calls of a program that shares nothing.
fn own_calls() -> Result<Rules, BackendError> {
    let mut rules = BTreeMap::new();
    for call in FREE_CALLS {
        rules.insert(call, Vec::new());
    }
    rules.insert(libc::SYS_futex, vec![futex(libc::FUTEX_WAIT)?, futex(libc::FUTEX_WAKE)?]);
    rules.insert(libc::SYS_mmap, vec![memory_file_only()?]);
    rules.insert(libc::SYS_execveat, vec![own_image_only()?]);
    Ok(rules)
}

/// Lets calls about the arena's addresses pass only while the supervisor traces the program, and
/// has no opinion on any other.
fn trace_arena() -> Result<BpfProgram, BackendError> {
    let calls = [libc::SYS_mmap, libc::SYS_munmap];
    let rules = calls.iter().map(|call| Ok((*call, vec![above_arena()?])));
    let rules = rules.collect::<Result<Rules, BackendError>>()?;
    let trace = SeccompAction::Trace(0);
    SeccompFilter::new(rules, SeccompAction::Allow, trace, TargetArch::x86_64)?.try_into()
}

/// Anything that begins in the arena or behind it. Nothing else of a program lies there but what Linux
/// itself has mapped into it.
fn above_arena() -> Result<SeccompRule, BackendError> {
    rule(&[(0, Qword, Ge, SHARED_ADDRESS as u64)])
}

/// What the supervisor has a program map: a region of the arena at its address, in place of whatever
/// is mapped there, to be read or to be read and written.
fn arena_maps() -> Result<[SeccompRule; 2], BackendError> {
    let map = |access| {
        rule(&[
            (0, Qword, Ge, SHARED_ADDRESS as u64),
            (2, Qword, Eq, word(access)),
            (3, Qword, Eq, word(libc::MAP_SHARED | libc::MAP_FIXED)),
            (4, Dword, Eq, word(SHARED_FD)),
        ])
    };
    Ok([map(libc::PROT_READ)?, map(libc::PROT_READ | libc::PROT_WRITE)?])
}

/// Calls that touch nothing but the caller, whatever their arguments.
const FREE_CALLS: [i64; 6] = [
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Sleeping and waking: exactly these operations, without the flags for private words.
fn futex(operation: libc::c_int) -> Result<SeccompRule, BackendError> {
    rule(&[(1, Dword, Eq, word(operation))])
}

/// Mapping the memory file, readable and writable, shared, over nothing that is mapped already,
/// and above [`EXEC_PATH_ADDRESS`].
fn memory_file_only() -> Result<SeccompRule, BackendError> {
    rule(&[
        (0, Qword, Ge, FRAMES_ADDRESS as u64),
        (2, Qword, Eq, word(libc::PROT_READ | libc::PROT_WRITE)),
        (3, Qword, Eq, word(libc::MAP_SHARED | libc::MAP_FIXED_NOREPLACE)),
        (4, Dword, Eq, word(MEMORY_FD)),
    ])
}

/// Executing the image that the supervisor chose.
fn own_image_only() -> Result<SeccompRule, BackendError> {
    rule(&[
        (0, Dword, Eq, word(IMAGE_FD)),
        (1, Qword, Eq, EXEC_PATH_ADDRESS as u64),
        (4, Dword, Eq, word(libc::AT_EMPTY_PATH)),
    ])
}

/// A small positive constant as Linux sees it in a register.
fn word(constant: libc::c_int) -> u64 {
    constant.unsigned_abs().into()
}

fn rule(demands: &[Demand]) -> Result<SeccompRule, BackendError> {
    let conditions = demands
        .iter()
        .map(|(position, length, operator, value)| {
            SeccompCondition::new(*position, length.clone(), operator.clone(), *value)
        })
        .collect::<Result<Vec<_>, _>>()?;
    SeccompRule::new(conditions)
}
