//! A cargo that can build for a board.
//!
//! There are two kinds of machine. Where rustup can download, a target's `core` comes ready made
//! with `rustup target add`. Where it cannot, a distribution's Rust brings the library's source, and
//! cargo builds `core` from it like any other package. Which it is, is found out; nothing is
//! installed here, because which Rust a machine has is its owner's business.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Failure, cargo};

/// Where distributions keep their Rust.
const SYSTEM_CARGO: &str = "/usr/bin/cargo";
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";
/// Where the library's source is, below a toolchain's folder.
const CORE_SOURCE: &str = "lib/rustlib/src/rust/library/core/Cargo.toml";
/// How the names of the targets of RISC-V begin.
const RISCV: &str = "riscv32";
/// The linker's names, the toolchain's own first.
const OWN_LINKER: &str = "rust-lld";
const SYSTEM_LINKER: &str = "ld.lld";

/// A cargo, and what it must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toolchain {
    /// The cargo to run.
    pub(crate) cargo: OsString,
    /// What is to be set in its environment.
    pub(crate) environment: Vec<(&'static str, OsString)>,
    /// What it is told beside its command.
    pub(crate) arguments: Vec<OsString>,
    /// The linker for bare machines.
    pub(crate) linker: PathBuf,
}

impl Toolchain {
    /// Finds what can build for `target`. Blocks for rustc, which says where its things are.
    ///
    /// # Errors
    /// [`Failure::NoTarget`] or [`Failure::NoLinker`], with the commands that bring what is missing.
    pub(crate) fn find(target: &str) -> Result<Toolchain, Failure> {
        let linker = linker().ok_or(Failure::NoLinker)?;
        let ready = ["--print", "target-libdir", "--target", target];
        let arguments = arguments(target);
        if ask(&rustc(), &ready).is_some_and(|folder| has_core(Path::new(&folder))) {
            let (cargo, environment) = (cargo::program(), Vec::new());
            return Ok(Toolchain { cargo, environment, arguments, linker });
        }
        let system = ask(SYSTEM_RUSTC.as_ref(), &["--print", "sysroot"]);
        if system.is_some_and(|folder| Path::new(&folder).join(CORE_SOURCE).is_file())
            && Path::new(SYSTEM_CARGO).is_file()
        {
            return Ok(Toolchain {
                cargo: SYSTEM_CARGO.into(),
                // Cargo calls building `core` unstable; its source belongs to this very compiler.
                environment: vec![
                    ("RUSTC_BOOTSTRAP", "1".into()),
                    ("RUSTC", SYSTEM_RUSTC.into()),
                    ("CARGO", SYSTEM_CARGO.into()),
                ],
                arguments: [vec!["-Zbuild-std=core".into()], arguments].concat(),
                linker,
            });
        }
        Err(Failure::NoTarget { target: target.to_owned() })
    }

    /// What the compiler says that it is. Blocks for it.
    pub(crate) fn compiler(&self) -> Option<String> {
        let own = self.environment.iter().find(|(name, _)| *name == "RUSTC");
        ask(&own.map_or_else(rustc, |(_, rustc)| rustc.clone()), &["--version"])
    }
}

fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// What a cargo is told that builds for `target`.
///
/// Code for RISC-V leaves it to the linker to shorten calls, one instruction each. Every library
/// must be compiled for that, so it cannot be left to the last compilation. It is a setting of the
/// target and not RUSTFLAGS, so that the host's libraries stay as they are and settings of the user's
/// own for the target are heard beside it; one who sets RUSTFLAGS, which cargo takes instead, gets
/// longer calls.
fn arguments(target: &str) -> Vec<OsString> {
    let mut arguments = vec!["--target".into(), target.into()];
    if is_riscv(target) {
        let flags = format!(r#"target.{target}.rustflags=["-Ctarget-feature=+relax"]"#);
        arguments.extend(["--config".into(), flags.into()]);
    }
    arguments
}

/// Tells whether a target is of RISC-V.
fn is_riscv(target: &str) -> bool {
    target.starts_with(RISCV)
}

/// The line that a program prints, if it succeeds.
fn ask(program: &std::ffi::OsStr, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Whether the folder holds a compiled `core`.
fn has_core(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| {
        let name = name.to_string_lossy();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}

/// The linker that came with the toolchain, or one on the path.
fn linker() -> Option<PathBuf> {
    let own = || {
        let sysroot = ask(&rustc(), &["--print", "sysroot"])?;
        let host = ask(&rustc(), &["--print", "host-tuple"])?;
        let folder = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin");
        Some(folder.join(OWN_LINKER)).filter(|file| file.is_file())
    };
    own().or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join(SYSTEM_LINKER))
            .find(|file| file.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_core_only_if_it_is_compiled() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        assert!(!has_core(folder.path()));
        std::fs::write(folder.path().join("libcore-1.rmeta"), "").expect("a file");
        assert!(!has_core(folder.path()));
        std::fs::write(folder.path().join("libcore-1.rlib"), "").expect("a file");
        assert!(has_core(folder.path()));
        assert!(!has_core(&folder.path().join("nowhere")));
    }

    #[test]
    fn only_on_riscv_does_the_linker_shorten_calls() {
        assert_eq!(arguments("thumbv7m-none-eabi"), ["--target", "thumbv7m-none-eabi"]);
        let [.., flag, setting] = &arguments("riscv32imac-unknown-none-elf")[..] else {
            panic!("a setting is missing");
        };
        let expected =
            r#"target.riscv32imac-unknown-none-elf.rustflags=["-Ctarget-feature=+relax"]"#;
        assert_eq!((flag, setting), (&"--config".into(), &expected.into()));
    }

    #[test]
    fn who_does_not_answer_says_nothing() {
        assert_eq!(ask("no-such-program".as_ref(), &[]), None);
        assert_eq!(ask("false".as_ref(), &[]), None);
        assert_eq!(ask("echo".as_ref(), &["a"]).as_deref(), Some("a"));
    }

    #[test]
    fn an_unknown_target_is_a_clear_failure() {
        let failure = Toolchain::find("no-such-target").err().map(|failure| failure.to_string());
        // Debian's Rust would build it as far as it knows; what is wrong then is cargo's to say.
        assert!(failure.is_none_or(|text| text.contains("no-such-target") || text.contains("lld")));
    }
}
