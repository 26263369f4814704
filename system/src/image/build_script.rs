//! The build script of a board's crate.

use std::path::Path;
use std::process::exit;
use std::{env, fs, io};

use super::source::image_source;

/// The environment variable that names the file with the image's source; see
/// [`super::image_source`].
pub const SOURCE_VARIABLE: &str = "GUICHET_IMAGE_SOURCE";
/// The file that a board's crate includes.
const OUTPUT: &str = "image.rs";

/// The whole build script of a board's crate: writes `image.rs` to cargo's `OUT_DIR`.
///
/// The tool names the source in [`SOURCE_VARIABLE`]. Without it, when somebody checks the crate
/// with plain cargo, the image is that of a system of no processes.
pub fn board_build_script() {
    println!("cargo::rerun-if-env-changed={SOURCE_VARIABLE}");
    if let Err(error) = write() {
        eprintln!("cannot take over the image's source: {error}");
        exit(1);
    }
}

fn write() -> io::Result<()> {
    let source = match env::var_os(SOURCE_VARIABLE) {
        Some(path) => {
            println!("cargo::rerun-if-changed={}", Path::new(&path).display());
            fs::read_to_string(path)?
        }
        None => empty(),
    };
    let folder = env::var_os("OUT_DIR")
        .ok_or_else(|| io::Error::other("cargo has set no OUT_DIR; is this a build script?"))?;
    fs::write(Path::new(&folder).join(OUTPUT), source)
}

/// The source of a system of nothing.
fn empty() -> String {
    let system = guichet_kernel::System {
        processes: &[],
        threads: &[],
        handlers: &[],
        initiators: &[],
        wait_groups: &[],
        interrupts: &[],
        endpoints: &[],
        senders: &[],
        shared_regions: &[],
        sharers: &[],
        capsules: &[],
        services: &[],
        are_ids_global: false,
        max_transfer_bytes: 0,
    };
    image_source(&system, &[], &[]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_of_nothing_is_an_image_too() {
        let source: String = empty().split_whitespace().collect();
        let zeros = ["0usize"; 10].join(",");
        assert!(source.contains(&format!("port::KernelCell<{zeros},(),(),>")), "{source}");
    }
}
