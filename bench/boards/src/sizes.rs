//! What the kernel takes of a board's memory, from the linked image.
//!
//! What a process and a channel take is a difference: of two images that are alike but for the
//! number of the one or the other.

use anyhow::{Context, Result};

use crate::figures::Figures;
use crate::image::{Image, Section};

/// What the kernel of an image takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    text: u64,
    constants: u64,
    initial_values: u64,
    statics: u64,
    channels: u64,
    processes: u64,
}

impl Sizes {
    /// Measures an image.
    pub(crate) fn of(image: &Image) -> Result<Sizes> {
        let sections = image.sections()?;
        let sum = |is_meant: &dyn Fn(&Section) -> bool| -> u64 {
            sections.iter().filter(|section| is_meant(section)).map(Section::bytes).sum()
        };
        let initial_values = sum(&|section| section.name == ".data");
        let flash = sum(&|section| section.is_in_flash);
        let text = sum(&|section| section.is_code);
        let system = &image.built.built.system;
        let channels = system.processes.iter().flat_map(|process| &process.objects);
        let is_handler = |kind| matches!(kind, guichet_system::model::ObjectKind::ChannelHandler);
        Ok(Sizes {
            text,
            constants: flash - text - initial_values,
            initial_values,
            statics: initial_values + sum(&|section| section.name == ".bss"),
            channels: channels.filter(|object| is_handler(object.kind)).count() as u64,
            processes: system.processes.len() as u64,
        })
    }
}

/// Says what the kernel takes: of the image with two processes, and more for each further one.
///
/// `many` has more processes than `few` and as many channels; `woven` has as many processes as
/// `many`, and more channels.
pub(crate) fn tell(few: Sizes, many: Sizes, woven: Sizes, figures: &mut Figures) -> Result<()> {
    figures.push("kernel, code, bytes", few.text)?;
    figures.push("kernel, constants, bytes", few.constants)?;
    figures.push("kernel, initial values, bytes", few.initial_values)?;
    figures.push("kernel, RAM without its stack, bytes", few.statics)?;
    let process = each(many.statics, few.statics, many.processes, few.processes)
        .context("RAM of a process")?;
    figures.push("RAM of a process with one thread, bytes", process)?;
    let channel = each(woven.statics, many.statics, woven.channels, many.channels)
        .context("RAM of a channel")?;
    figures.push("RAM of a channel, bytes", channel)
}

/// Says what a kernel takes that has these windows.
pub(crate) fn tell_code(sizes: Sizes, with: &str, figures: &mut Figures) -> Result<()> {
    figures.push(format!("kernel with {with}, code, bytes"), sizes.text)
}

/// What one more takes, rounded up.
fn each(larger: u64, smaller: u64, more: u64, fewer: u64) -> Result<u64> {
    let bytes = larger.checked_sub(smaller).context("more of them take less")?;
    let count = more.checked_sub(fewer).filter(|count| *count != 0);
    Ok(bytes.div_ceil(count.context("both images have as many")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_takes_is_a_difference() {
        assert_eq!(each(1600, 1000, 8, 2).unwrap(), 100);
        assert_eq!(each(1001, 1000, 4, 1).unwrap(), 1);
        assert!(each(1000, 1001, 8, 2).is_err() && each(1001, 1000, 2, 2).is_err());
    }
}
