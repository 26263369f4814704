//! Switches the lamp on and off, by numbered packets; the lamp reports each that it gets. It has done enough when
//! the server has died often enough, and then checks that no report is missing.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use pw_status::{Error, Result};
use switch_codegen::constants::DEATHS;
use switch_codegen::object::EVENTS;
use thread_network::{Network, PATIENCE, Receiver, Sender, port};
use userspace::time::{Duration, Instant, SystemClock};
use userspace::{println, process_entry};

/// How many packets are sent at least.
const COMMANDS: u32 = 40;
/// How often.
const PERIOD: Duration = Duration::from_millis(5);

/// Takes the reports that come. Tells whether any came before the deadline.
fn listen(network: &mut Network<1>, reports: &mut Receiver, deadline: Instant) -> Result<bool> {
    network.receive(deadline, |packet| reports.take(packet).map(|_| ()))
}

#[process_entry("switch")]
fn entry() -> Result<()> {
    let mut network = Network::join(EVENTS, [port::SWITCH])?;
    let (mut commands, mut reports) = (Sender::default(), Receiver::default());
    while network.recoveries() < DEATHS || commands.sent() < COMMANDS {
        let is_on = !commands.sent() & 1;
        commands.send(&mut network, port::LAMP, is_on)?;
        let next = SystemClock::now() + PERIOD;
        while listen(&mut network, &mut reports, next)? {}
    }
    commands.send_last(&mut network, port::LAMP)?;
    while !reports.is_over() {
        if !listen(&mut network, &mut reports, SystemClock::now() + PATIENCE)? {
            return Err(Error::DeadlineExceeded);
        }
    }
    println!("found the server again {} times", network.recoveries());
    println!("sent {} commands, of which the radio lost {}", commands.sent(), commands.lost());
    println!("the server died over {}, which were sent again", network.doubts());
    println!("got {} reports, {} of them twice", reports.received(), reports.repeated());
    Ok(())
}
