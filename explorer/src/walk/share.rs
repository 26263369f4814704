//! The walk through a system whose processes share memory (SH-1 to SH-6).

use guichet_abi::{MemoryRights, Signals, Syscall};
use guichet_kernel::{GiveUp, RestartPolicy};

use crate::declared::{Declared, Waitable};
use crate::layout::SHARED_BYTES;
use crate::oracle::Oracle;
use crate::plan::{Channel, Plan, ProcessPlan, SharedRegion};
use crate::random::Random;

/// What makes sense for who holds a region.
const HOLDING: [Syscall; 6] = [
    Syscall::ShareLend,
    Syscall::ShareLend,
    Syscall::ShareReturn,
    Syscall::SharedMemoryMap,
    Syscall::SharedMemoryRead,
    Syscall::SharedMemoryWrite,
];

/// What makes sense for anybody else.
const SHARING: [Syscall; 6] = [
    Syscall::SharedMemoryMap,
    Syscall::SharedMemoryUnmap,
    Syscall::ShareLend,
    Syscall::SharedMemoryRead,
    Syscall::SharedMemoryWrite,
    Syscall::ObjectWait,
];

/// Four processes of which everybody shares the first region, and one shares more of them than its wall has
/// room for; two of them transact. Most are restarted.
pub fn declared() -> Declared {
    let restart = |on_exit, delay_ticks| RestartPolicy {
        on_fault: true,
        on_exit,
        delay_ticks,
        max_restarts: None,
        on_give_up: GiveUp::Stop,
    };
    let (read, write) = (MemoryRights::Read, MemoryRights::ReadWrite);
    let region = |bytes, sharers: &[(usize, MemoryRights)]| SharedRegion {
        bytes,
        sharers: sharers.to_vec(),
    };
    Declared::new(&Plan {
        processes: vec![
            ProcessPlan {
                groups: 1,
                holds_threads: true,
                restart: restart(true, 1),
                ..ProcessPlan::new("camera", &[15, 15])
            },
            ProcessPlan { restart: restart(true, 2), ..ProcessPlan::new("filter", &[15]) },
            ProcessPlan {
                groups: 1,
                restart: restart(true, 1),
                ..ProcessPlan::new("reader", &[15])
            },
            ProcessPlan {
                starts_at_boot: false,
                restart: restart(false, 2),
                ..ProcessPlan::new("late", &[20])
            },
            ProcessPlan { holds: vec![0, 1, 2, 3], ..ProcessPlan::new("warden", &[12]) },
        ],
        channels: vec![Channel::between(1, 0), Channel::between(2, 0), Channel::between(3, 2)],
        endpoints: Vec::new(),
        regions: vec![
            region(SHARED_BYTES, &[(0, write), (1, write), (2, read), (3, write)]),
            region(16, &[(0, write), (2, read)]),
            region(SHARED_BYTES, &[(1, write), (0, read), (3, read)]),
            region(16, &[(0, write), (1, write)]),
            region(SHARED_BYTES, &[(0, write)]),
            region(24, &[(0, write), (2, write)]),
        ],
        max_transfer_bytes: 8,
    })
}

/// What somebody who shares a region might do in its right mind.
pub(super) fn sharing(oracle: &Oracle, part: usize, random: &mut Random) -> Syscall {
    let is_held = oracle.signals(Waitable::Part(part)).contains(Signals::READABLE);
    if is_held { random.pick(&HOLDING) } else { random.pick(&SHARING) }
}
