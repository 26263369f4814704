//! A round trip on Linux, as a ratio.
//!
//! Linux has no instructions to count that would say what a hand-off between processes costs, and
//! times say more about the machine. So the same programs run on the Linux port, and in the same
//! run, on one CPU, two Linux processes do the same over a SEQPACKET socket pair, which is what a
//! program without Guichet would do. What is printed is how many times longer ours takes, and it
//! is no golden figure.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use guichet::{Profile, Silent, build_checked, run_system};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::round_trips::nanoseconds;
use crate::systems::Declared;

/// What this program is told when it is the other end of the socket pair, or runs the system.
pub(crate) const SERVER: &str = "linux-socket-server";
/// See [`SERVER`].
pub(crate) const SYSTEM: &str = "linux-system";

const ROUNDS: u32 = 10_000;
const REQUEST_BYTES: usize = 4;
const RESPONSE_BYTES: usize = 8;
/// The round trips of ours that are told.
const OURS: [&str; 2] = ["respond and receive 4/8", "wait + read + respond 4/8"];

/// Measures and says how the two compare. Blocks for some seconds, pinned to one CPU.
pub(crate) fn measure() -> Result<String> {
    pin()?;
    let before = socket_pair()?;
    let measured = nanoseconds(&system()?)?;
    let after = socket_pair()?;
    let socket = (before + after) / 2;
    ensure!(socket != 0, "a socket cannot be that fast");
    let mut text = format!("a socket pair takes {socket} ns (before {before}, after {after})\n");
    for name in OURS {
        let ours = measured.iter().find(|(other, _)| other == name);
        let (_, ours) = ours.with_context(|| format!("`{name}` was not measured"))?;
        let hundredths = ours * 100 / socket;
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        text += &format!("{name} takes {ours} ns, {whole}.{rest:02} times as long\n");
    }
    Ok(text)
}

/// Puts this process and whatever it starts on the first CPU that it may use.
fn pin() -> Result<()> {
    let all = sched_getaffinity(None)?;
    let first = (0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu)).context("there is no CPU")?;
    let mut one = CpuSet::new();
    one.set(first);
    Ok(sched_setaffinity(None, &one)?)
}

fn own(role: &str) -> Result<Command> {
    let mut command = Command::new(env::current_exe().context("this program is lost")?);
    command.arg(role);
    Ok(command)
}

/// The nanoseconds of a round trip over a socket pair.
fn socket_pair() -> Result<u64> {
    let closed = SocketFlags::CLOEXEC; // the child would keep our end open
    let (near, far) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, closed, None)?;
    let mut child = own(SERVER)?.stdin(Stdio::from(far)).spawn()?;
    let mut response = [0; RESPONSE_BYTES];
    let begin = Instant::now();
    for number in 0..ROUNDS {
        rustix::io::write(&near, &number.to_le_bytes())?;
        let length = rustix::io::read(&near, &mut response)?;
        let is_answer = response.starts_with(&number.to_le_bytes());
        ensure!(length == RESPONSE_BYTES && is_answer, "the socket gave another answer");
    }
    let nanoseconds = begin.elapsed().as_nanos() / u128::from(ROUNDS);
    drop(near);
    child.wait()?;
    Ok(u64::try_from(nanoseconds)?)
}

/// The other end of the socket pair, which is standard input: answers until nobody asks any more.
pub(crate) fn serve() -> Result<()> {
    let socket: OwnedFd = io::stdin().as_fd().try_clone_to_owned()?;
    let mut message = [0; RESPONSE_BYTES];
    while rustix::io::read(&socket, &mut message[..REQUEST_BYTES])? == REQUEST_BYTES {
        rustix::io::write(&socket, &message)?;
    }
    Ok(())
}

/// Runs the system in a process of its own, and gives what its console showed until it was done.
fn system() -> Result<String> {
    let mut child = own(SYSTEM)?.stdout(Stdio::piped()).spawn()?;
    let mut console = String::new();
    let mut is_done = false;
    for line in child.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
        let line = line?;
        is_done = line.ends_with("] done");
        console += &(line + "\n");
        if is_done {
            break;
        }
    }
    // Its processes end with it.
    child.kill()?;
    child.wait()?;
    ensure!(is_done, "the system did not come to its end:\n{console}");
    Ok(console)
}

/// Builds the system and runs it, with its console on standard output.
pub(crate) fn run_system_here() -> Result<()> {
    let Declared { folder, system } = Declared::round_trips(2)?;
    let built = build_checked(&folder, system, Profile::Release, &mut Silent)?;
    run_system(&built, None, Box::new(io::stdout()))?;
    Ok(io::stdout().flush()?)
}
