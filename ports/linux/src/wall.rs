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

use std::collections::BTreeMap;

use guichet_abi::linux::{FRAMES_ADDRESS, IMAGE_FD, MEMORY_FD};
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, Ge};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use crate::layout::EXEC_PATH_ADDRESS;

/// One argument of a call: its position, how much of it Linux looks at, and what it must be.
type Demand = (u8, SeccompCmpArgLen, SeccompCmpOp, u64);

/// Compiles the filter. The same one serves every program.
pub(crate) fn filter() -> Result<BpfProgram, BackendError> {
    let mut rules = BTreeMap::new();
    for call in FREE_CALLS {
        rules.insert(call, Vec::new());
    }
    rules.insert(libc::SYS_futex, vec![futex(libc::FUTEX_WAIT)?, futex(libc::FUTEX_WAKE)?]);
    rules.insert(libc::SYS_mmap, vec![memory_file_only()?]);
    rules.insert(libc::SYS_execveat, vec![own_image_only()?]);
    SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, TargetArch::x86_64)?
        .try_into()
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
