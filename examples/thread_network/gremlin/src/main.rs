//! Ends the server whenever all goes well, by turns from outside and by a fault; then sees whether everybody finds it
//! again. After a fault the kernel restarts it, as system.json5 says; otherwise the gremlin does.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use gremlin_codegen::constants::DEATHS;
use gremlin_codegen::handle::{LAMP, SERVER, SWITCH};
use gremlin_codegen::object::EVENTS;
use pw_status::{Error, Result};
use thread_network::{Connection, PATIENCE, Packet, Report, Wish, port};
use userspace::syscall::{
    ExitStatus, Signals, debug_shutdown, object_wait, process_start, task_join, task_terminate,
};
use userspace::time::{Duration, SystemClock, sleep_until};
use userspace::{println, process_entry};

/// How many packets must arrive before the server has worked well.
const WORK: u32 = 10;
/// How often to look, and how long the server stays away.
const PERIOD: Duration = Duration::from_millis(7);

/// Waits until all ports are open and enough packets have arrived.
fn working(server: &Connection) -> Result<Report> {
    let end = SystemClock::now() + PATIENCE;
    while SystemClock::now() < end {
        let report = server.report()?;
        if report.open == port::COUNT && report.arrived >= WORK {
            return Ok(report);
        }
        pause()?;
    }
    Err(Error::DeadlineExceeded)
}

fn terminate() -> Result<()> {
    task_terminate(SERVER)?;
    pause()?;
    process_start(SERVER)
}

/// Has the server break down: no answer is what it answers.
fn fault(server: &Connection) -> Result<()> {
    match server.ask(Wish::Break, &Packet::empty(0)) {
        Err(Error::Unavailable) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(Error::Unknown),
    }
}

fn pause() -> Result<()> {
    sleep_until(SystemClock::now() + PERIOD)
}

/// Waits for the end of a client, which must be satisfied.
fn join(client: u32) -> Result<()> {
    object_wait(client, Signals::JOINABLE, SystemClock::now() + PATIENCE)?;
    match task_join(client)? {
        ExitStatus::Success(0) => Ok(()),
        _ => Err(Error::DataLoss),
    }
}

fn torment() -> Result<()> {
    let mut server = Connection::find(EVENTS)?;
    for death in 1..=DEATHS {
        let Report { arrived, lost, .. } = working(&server)?;
        println!("death {death}: {arrived} packets had arrived, {lost} were lost");
        if death % 2 == 1 { terminate() } else { fault(&server) }?;
        server.find_again()?;
    }
    join(SWITCH)?;
    join(LAMP)
}

#[process_entry("gremlin")]
fn entry() -> Result<()> {
    debug_shutdown(torment())
}
