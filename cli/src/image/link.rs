//! The linker, whose files appear whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;
use crate::folder::write;

/// A linker and the folder that it works in.
pub(super) struct Linker<'a> {
    pub(super) program: &'a Path,
    pub(super) folder: PathBuf,
}

impl Linker<'_> {
    /// Links `inputs` by `script` into the file `<name>.elf`; `what` it is, is told where it fails.
    ///
    /// Addresses must not change what is linked, since a trial tells the size. The linker shortens
    /// calls (on RISC-V), by how far apart the two ends lie inside what it links, which is the same
    /// at every place; a call over more than 1 MiB stays long. What it could shorten by an address
    /// itself needs a global pointer, which no script defines. Were something longer at its place
    /// than at the trial, and longer than the place, the linker would refuse it.
    pub(super) fn link(
        &self,
        what: &str,
        name: &str,
        script: &str,
        inputs: &[OsString],
    ) -> Result<PathBuf, Failure> {
        fs::create_dir_all(&self.folder)
            .map_err(|source| Failure::not_written(&self.folder, source))?;
        let script_file = self.folder.join(format!("{name}.ld"));
        write(&script_file, script.as_bytes())?;
        let (file, part) = (self.folder.join(format!("{name}.elf")), format!("{name}.elf.part"));
        let part = self.folder.join(part);
        let mut command = Command::new(self.program);
        command.args(["-flavor", "gnu", "--gc-sections", "--build-id=none"]);
        command.args(["-z", "max-page-size=16", "-z", "noexecstack", "--orphan-handling=warn"]);
        command.arg("-T").arg(&script_file).arg("-o").arg(&part).args(inputs);
        command.stdin(Stdio::null());
        let output = command.output().map_err(|_| Failure::NoLinker)?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
            return Err(Failure::NotLinked { what: what.to_owned(), words });
        }
        fs::rename(&part, &file).map_err(|source| Failure::not_written(&file, source))?;
        Ok(file)
    }
}
