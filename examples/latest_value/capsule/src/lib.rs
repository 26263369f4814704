//! The latest value: one process publishes, the others look when they like, or are told.
//!
//! Much of what the parts of a car tell one another is of this kind: nobody wants every wheel speed, everybody
//! wants the latest, how old it is, and how many he has not seen. A queue would be full of the past.
//!
//! - **Full**: cannot be; a newer value takes the place of the older.
//! - **Nothing yet**, or the publisher has ended: reading says so (UNINSTALLED). Its end is an upcall.
//! - **Late**: a reader is told of the latest value at the moment when it looks, never of an older one; how many it
//!   has missed is counted.
//!
//! | command | refused | otherwise |
//! | --- | --- | --- |
//! | 1 publish (low, high) | RESERVE unless system.json5 names the caller as the owner | the number of the value; readers get upcall 0 |
//! | 2 read | UNINSTALLED if there is none | its number, and its 64 bits; upcall 0 is due no more |
//! | 3 time of the latest | UNINSTALLED if there is none | its number, and the time in ticks |
//! | 4 missed, and begin anew | | how many values the caller has not read since it asked last |
//!
//! | upcall | says |
//! | --- | --- |
//! | 0 changed | the number of the latest value; due until that is read |
//! | 1 ended | the owner has ended, and with it its value |
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

use guichet_kernel::ProcessIndex;
use guichet_kernel::capsule::{
    Capsule, CommandReturn, Due, ErrorCode, Means, Needed, ProcessChange, Unneeded,
};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

const PUBLISH: u32 = 1;
const READ: u32 = 2;
const TIME: u32 = 3;
const MISSED: u32 = 4;

const CHANGED: u8 = 0;
const ENDED: u8 = 1;

/// The capsule, as system.json5 finds it.
pub static CAPSULE: LatestValue = LatestValue;

/// The latest value of one owner.
#[derive(Clone, Copy, Debug)]
pub struct LatestValue;

/// What the capsule keeps of a process.
#[derive(Clone, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Station {
    /// What it published last, when, and how often it has published. Only an owner's is ever anything.
    value: u64,
    time: u64,
    number: u32,
    /// The value that it read last, by its number.
    seen: u32,
    /// How many it has not read since it asked.
    missed: u32,
    /// 1 while it has not been told that the owner has ended.
    is_end_due: u32,
}

type Board<'m> = Means<'m, LatestValue>;

impl Capsule for LatestValue {
    const DRIVER: u32 = 0xA_0000;
    const READ_ONLY: u8 = 0;
    const READ_WRITE: u8 = 0;
    const UPCALLS: u8 = 2;
    type State = Station;
    type Pair = ();
    type Copying = Unneeded;
    type Reading = Unneeded;
    type Identities = Unneeded;
    type Clock = Needed;
    type Sharing = Unneeded;

    fn command(
        &self,
        means: &mut Means<'_, Self>,
        caller: ProcessIndex,
        command: u32,
        [low, high]: [u32; 2],
    ) -> CommandReturn {
        let result = match command {
            PUBLISH => publish(means, caller, u64::from(high) << 32 | u64::from(low)),
            READ => read(means, caller),
            TIME => latest(means).map(|of| CommandReturn::success_u32_u64(of.number, of.time)),
            MISSED => missed(means, caller),
            _unknown => Err(ErrorCode::NoSupport),
        };
        result.unwrap_or_else(CommandReturn::failure)
    }

    fn upcall(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        upcall: u8,
    ) -> Option<Due> {
        if upcall == ENDED {
            let station = means.state_mut(process)?;
            let is_due = core::mem::take(&mut station.is_end_due) != 0;
            return is_due.then_some(Due::last([0; 3]));
        }
        let number = latest(means).ok()?.number;
        let is_due = means.state(process)?.seen != number;
        // It stays due until it is read.
        let words = [usize::try_from(number).ok()?, 0, 0];
        is_due.then_some(Due { words, is_more: true })
    }

    fn process_changed(
        &self,
        means: &mut Means<'_, Self>,
        process: ProcessIndex,
        change: ProcessChange,
    ) {
        if change != ProcessChange::Ended || !means.is_owner(process) {
            return;
        }
        for reader in means.processes().filter(|reader| *reader != process) {
            if let Some(station) = means.state_mut(reader) {
                station.is_end_due = 1;
                // Its next life begins to count again.
                station.seen = 0;
            }
            means.withdraw(reader, CHANGED);
            means.schedule(reader, ENDED);
        }
    }
}

fn publish(
    means: &mut Board<'_>,
    owner: ProcessIndex,
    value: u64,
) -> Result<CommandReturn, ErrorCode> {
    if !means.is_owner(owner) {
        return Err(ErrorCode::Reserve);
    }
    let time = means.now();
    let station = means.state_mut(owner).ok_or(ErrorCode::Fail)?;
    // 0 stands for none.
    let number = station.number.checked_add(1).unwrap_or(1);
    (station.value, station.time, station.number) = (value, time, number);
    for reader in means.processes().filter(|reader| *reader != owner) {
        if let Some(station) = means.state_mut(reader) {
            station.missed = station.missed.saturating_add(1);
        }
        means.schedule(reader, CHANGED);
    }
    Ok(CommandReturn::success_u32(number))
}

fn read(means: &mut Board<'_>, reader: ProcessIndex) -> Result<CommandReturn, ErrorCode> {
    let Station { value, number, .. } = latest(means)?;
    let station = means.state_mut(reader).ok_or(ErrorCode::Fail)?;
    if station.seen != number {
        station.missed = station.missed.saturating_sub(1);
    }
    station.seen = number;
    means.withdraw(reader, CHANGED);
    Ok(CommandReturn::success_u32_u64(number, value))
}

fn missed(means: &mut Board<'_>, reader: ProcessIndex) -> Result<CommandReturn, ErrorCode> {
    let station = means.state_mut(reader).ok_or(ErrorCode::Fail)?;
    Ok(CommandReturn::success_u32(core::mem::take(&mut station.missed)))
}

/// What the owner published last.
fn latest(means: &Board<'_>) -> Result<Station, ErrorCode> {
    let mut owners = means.processes().filter(|process| means.is_owner(*process));
    let station = owners.next().and_then(|owner| means.state(owner));
    let published = station.filter(|station| station.number != 0);
    published.cloned().ok_or(ErrorCode::Uninstalled)
}
