//! A lamp. It has two ports, one for commands and one for notes, which it shows; and it reports its state to
//! the switch.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use lamp_codegen::constants::DEATHS;
use lamp_codegen::object::EVENTS;
use pw_status::{Error, Result};
use thread_network::{Network, PATIENCE, Packet, Receiver, Sender, port};
use userspace::time::SystemClock;
use userspace::{println, process_entry};

#[derive(Default)]
struct Lamp {
    commands: Receiver,
    is_on: bool,
    /// How often that has changed.
    changes: u32,
}

impl Lamp {
    fn take(&mut self, packet: &Packet) -> Result<()> {
        if packet.port() == port::NOTES {
            println!("a note: {}", packet.payload().escape_ascii());
            return Ok(());
        }
        if let Some(command) = self.commands.take(packet)? {
            let is_on = command.value != 0;
            self.changes += u32::from(is_on != self.is_on);
            self.is_on = is_on;
        }
        Ok(())
    }
}

#[process_entry("lamp")]
fn entry() -> Result<()> {
    let mut network = Network::join(EVENTS, [port::LAMP, port::NOTES])?;
    let (mut lamp, mut reports) = (Lamp::default(), Sender::default());
    let mut reported = 0;
    while !lamp.commands.is_over() {
        let deadline = SystemClock::now() + PATIENCE;
        if !network.receive(deadline, |packet| lamp.take(packet))? {
            return Err(Error::DeadlineExceeded);
        }
        if lamp.commands.received() != reported {
            reported = lamp.commands.received();
            reports.send(&mut network, port::SWITCH, u32::from(lamp.is_on))?;
        }
    }
    reports.send_last(&mut network, port::SWITCH)?;
    println!("found the server again {} times", network.recoveries());
    println!("sent {} reports, of which the radio lost {}", reports.sent(), reports.lost());
    println!("the server died over {}, which were sent again", network.doubts());
    let Lamp { commands, changes, .. } = lamp;
    println!("got {} commands, {} of them twice", commands.received(), commands.repeated());
    println!("went on or off {changes} times");
    if network.recoveries() == DEATHS { Ok(()) } else { Err(Error::Unknown) }
}
