//! `cargo xtask purity`: no panic, no state, shown on the linked kernel.
//!
//! `forbid(unsafe_code)` and the lints say how the kernel is written; they do not say that the
//! compiler could show every bounds check to be needless, and a panic in the kernel would end every
//! process at once. So the crate in xtask/purity is built as the kernel is shipped (for size, all
//! crates optimised as one) and linked with its panic handler calling a function that does not
//! exist: if any panic can be reached from `boot`, `step` or `door`, that name is missing.
//!
//! A check that always passes shows nothing. So a panic is planted first, and the link must fail
//! and say that name; and the image must hold the ways in, and some code.

mod image;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use self::image::Image;
use crate::repository::Repository;

/// The function that the probe's panic handler calls, and nobody defines.
const PANIC_SYMBOL: &str = "guichet_kernel_can_panic";

/// The ways into the kernel; everything else is linked only if one of them reaches it.
const ENTRIES: [&str; 5] = [
    "guichet_probe_boot",
    "guichet_probe_step",
    "guichet_probe_door",
    "guichet_probe_message_door",
    "guichet_probe_start_thread",
];

/// What the kernel may call: the port, and the four functions that compilers take for granted.
const CALLED: [&str; 21] = [
    "guichet_probe_copy",
    "guichet_probe_load",
    "guichet_probe_store",
    "guichet_probe_read_words",
    "guichet_probe_now",
    "guichet_probe_set_alarm",
    "guichet_probe_start_process",
    "guichet_probe_prepare_thread",
    "guichet_probe_set_mapping",
    "guichet_probe_stop_process",
    "guichet_probe_enable_line",
    "guichet_probe_disable_line",
    "guichet_probe_read_console",
    "guichet_probe_log",
    "guichet_probe_log_character",
    "guichet_probe_report",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "bcmp",
];

/// Builds, links and looks.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let folder = repository.target().join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    plant(repository, &folder)?;
    let image = folder.join("purity");
    let archive = build(repository, &[])?;
    let complaint = link(repository, &archive, &image)?;
    if let Some(complaint) = complaint {
        bail!("a panic can be reached in the kernel, or it calls what it must not\n{complaint}");
    }
    let image = Image::read(&image)?;
    inspect(&image)?;
    print!("{}", image.report());
    println!("purity: no panic can be reached, no state of its own");
    Ok(())
}

/// Shows that a panic would be found.
fn plant(repository: &Repository, folder: &Path) -> Result<()> {
    let archive = build(repository, &["--features", "with_panic"])?;
    match link(repository, &archive, &folder.join("purity_with_panic"))? {
        Some(complaint) if complaint.contains(PANIC_SYMBOL) => {
            println!(
                "purity: with a panic planted in `step`, {PANIC_SYMBOL} is missing, as it must be"
            );
            Ok(())
        }
        Some(complaint) => {
            bail!("the planted panic made the link fail for another reason\n{complaint}")
        }
        None => bail!("the probe links with a panic planted in `step`: this check finds nothing"),
    }
}

/// Builds the probe into one archive, everything optimised together.
fn build(repository: &Repository, features: &[&str]) -> Result<PathBuf> {
    let arguments = [
        "rustc",
        "--quiet",
        "--package",
        "guichet_purity",
        "--release",
        "--crate-type",
        "staticlib",
    ];
    // Fixed addresses, as on a board: else the linker adds a table of addresses, which is no state.
    let fixed = ["--", "-C", "relocation-model=static"];
    repository.cargo(&arguments).arguments(features).arguments(&fixed).run()?;
    Ok(repository.target().join("release/libguichet_purity.a"))
}

/// Links the archive into a program. Gives what the linker complains about, if it does.
fn link(repository: &Repository, archive: &Path, image: &Path) -> Result<Option<String>> {
    let entries = ENTRIES.map(|entry| format!("-Wl,--undefined={entry}"));
    // Addresses do not matter in a program that is never run, only that the names are there.
    let called = CALLED.map(|name| format!("-Wl,--defsym={name}=0"));
    let linker = repository
        .command("cc")
        .arguments(&["-static", "-no-pie", "-nostdlib", "-nostartfiles"])
        .arguments(&["-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,--entry=guichet_probe_boot"])
        .arguments(&entries)
        .arguments(&called)
        .arguments(&[archive.as_os_str(), "-o".as_ref(), image.as_os_str()]);
    let output = linker.finished()?;
    if output.status.success() {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&output.stderr).trim_end().to_owned()))
}

/// A second look, at what is in the image.
fn inspect(image: &Image) -> Result<()> {
    for entry in ENTRIES {
        ensure!(image.has_function(entry), "the image has no {entry}: nothing was looked at");
    }
    let panics = image.functions_named("panic");
    ensure!(panics.is_empty(), "the image has functions of panicking: {}", panics.join(", "));
    let writable = image.writable_sections();
    ensure!(writable.is_empty(), "the kernel has state of its own: {}", writable.join(", "));
    Ok(())
}
