//! Decides when the worker lives.
//!
//! The kernel can restart a process by a policy in system.json5; this is for a policy that does not
//! fit into a line there. The worker is started, and whenever it has ended, started again after a while,
//! which doubles with each death in a row. When nobody wants anything of it any more, it is ended.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::Result;
use supervisor_codegen::handle;
use supervisor_codegen::object::GROUP;
use userspace::syscall::{
    ExitStatus, Signals, debug_shutdown, process_start, task_fault, task_join, task_terminate,
};
use userspace::time::{Duration, Instant, SystemClock, sleep_until};
use userspace::{println, process_entry};

/// How long the worker stays dead the first time.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// How long at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(8);

#[process_entry("supervisor")]
fn entry() -> Result<()> {
    for process in [handle::WORKER, handle::FIRST, handle::SECOND] {
        GROUP.add(process, Signals::JOINABLE, process as usize)?;
    }
    process_start(handle::WORKER)?;
    let (mut clients, mut deaths, mut pause) = (2, 0, FIRST_PAUSE);
    while clients > 0 {
        let ended = GROUP.wait(Instant::MAX)?.user_data as u32;
        let status = task_join(ended)?;
        if ended != handle::WORKER {
            clients -= 1;
            continue;
        }
        deaths += 1;
        tell(status);
        sleep_until(SystemClock::now() + pause)?;
        pause = (pause + pause).min(LONGEST_PAUSE);
        process_start(handle::WORKER)?;
    }
    task_terminate(handle::WORKER)?;
    println!("the worker died {deaths} times, and everybody has got what there was to get");
    debug_shutdown(Ok(()))
}

/// Says why the worker has ended; where, the kernel has said.
fn tell(status: ExitStatus) {
    match (status, task_fault(handle::WORKER)) {
        (_, Ok(fault)) => println!("the worker died: {:?}", fault.cause),
        (status, Err(_)) => println!("the worker left: {status:?}"),
    }
}
