//! Which program is whose.
//!
//! A process usually has its program beside it: the package in the folder of its own name, whose
//! one binary it runs. Where several processes share a program, or the packages lie elsewhere, the
//! process's `program` key names a binary target of the cargo workspace. Cargo is asked for what
//! there is; its files are not ours to read.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use guichet_system::model::{Process, System};

use crate::{Failure, cargo, nearest};

const MANIFEST: &str = "Cargo.toml";

/// A program that cargo can build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The manifest of its package.
    pub manifest: PathBuf,
    /// The name of its binary target.
    pub binary: String,
}

/// Finds the program of each process of `system`, whose folder is `dir`, in the order of the
/// processes. Blocks for cargo, which reads manifests and neither builds nor downloads.
///
/// # Errors
/// A [`Failure`] that names the process, says where its program was looked for, and what to do.
pub fn find_programs(dir: &Path, system: &System) -> Result<Vec<Target>, Failure> {
    let dir = dir.canonicalize().map_err(|_| Failure::no_folder(dir))?;
    let packages = workspace(&dir)?;
    let programs = system.processes.iter().map(|process| match &process.program {
        Some(program) => named(&dir, &packages, process, program),
        None => beside(&dir, &packages, process),
    });
    programs.collect()
}

/// The packages of the workspace that `dir` belongs to; none if it belongs to none.
fn workspace(dir: &Path) -> Result<Vec<Package>, Failure> {
    if dir.ancestors().any(|folder| folder.join(MANIFEST).is_file()) {
        packages(MetadataCommand::new().current_dir(dir), dir)
    } else {
        Ok(Vec::new())
    }
}

/// The folder that cargo builds the package with this manifest in.
pub(crate) fn target_folder(manifest: &Path) -> Result<PathBuf, Failure> {
    let folder = metadata(MetadataCommand::new().manifest_path(manifest), manifest)?;
    Ok(folder.target_directory.into_std_path_buf())
}

pub(crate) fn packages(
    command: &mut MetadataCommand,
    folder: &Path,
) -> Result<Vec<Package>, Failure> {
    metadata(command, folder).map(|metadata| metadata.packages)
}

fn metadata(command: &mut MetadataCommand, folder: &Path) -> Result<Metadata, Failure> {
    let metadata = command.cargo_path(cargo::program()).no_deps().exec();
    metadata.map_err(|error| match error {
        cargo_metadata::Error::Io(source) => Failure::NoCargo { program: cargo::program(), source },
        cargo_metadata::Error::CargoMetadata { stderr } => {
            Failure::Workspace { folder: folder.to_path_buf(), reason: stderr }
        }
        other => Failure::Workspace { folder: folder.to_path_buf(), reason: other.to_string() },
    })
}

/// The one binary of the package in the folder that has the process's name.
fn beside(dir: &Path, packages: &[Package], process: &Process) -> Result<Target, Failure> {
    let folder = dir.join(&process.name);
    let manifest = folder.join(MANIFEST);
    let no_package =
        || Failure::NoPackage { process: process.name.clone(), folder: folder.clone() };
    let manifest = manifest.canonicalize().map_err(|_| no_package())?;
    let is_it = |package: &&Package| is_same(package, &manifest);
    let found = match packages.iter().find(is_it) {
        Some(package) => Some(package.clone()),
        // A package that is no member of the folder's workspace may be one of its own.
        None => self::packages(MetadataCommand::new().manifest_path(&manifest), &folder)?
            .iter()
            .find(is_it)
            .cloned(),
    };
    only_binary(&found.ok_or_else(no_package)?, process, &folder)
}

pub(crate) fn is_same(package: &Package, manifest: &Path) -> bool {
    let path = package.manifest_path.as_std_path();
    path == manifest || path.canonicalize().is_ok_and(|path| path == manifest)
}

fn only_binary(package: &Package, process: &Process, folder: &Path) -> Result<Target, Failure> {
    let binaries: Vec<&str> = binaries(package).collect();
    match binaries[..] {
        [binary] => Ok(target(package, binary)),
        [] => {
            Err(Failure::NoBinary { process: process.name.clone(), folder: folder.to_path_buf() })
        }
        _ => Err(Failure::SeveralBinaries {
            process: process.name.clone(),
            folder: folder.to_path_buf(),
            binaries: binaries.into_iter().map(str::to_owned).collect(),
        }),
    }
}

/// The binary target that the process names; one in the system's own folder before all others.
fn named(
    dir: &Path,
    packages: &[Package],
    process: &Process,
    program: &str,
) -> Result<Target, Failure> {
    let all: Vec<Target> = packages
        .iter()
        .filter(|package| binaries(package).any(|binary| binary == program))
        .map(|package| target(package, program))
        .collect();
    let near = |target: &&Target| {
        target.manifest.canonicalize().is_ok_and(|manifest| manifest.starts_with(dir))
    };
    let own: Vec<Target> = all.iter().filter(near).cloned().collect();
    match (&own[..], &all[..]) {
        ([one], _) | ([], [one]) => Ok(one.clone()),
        ([], []) => Err(unknown(dir, packages, process, program)),
        _ => Err(Failure::AmbiguousProgram {
            process: process.name.clone(),
            program: program.to_owned(),
            manifests: all.into_iter().map(|target| target.manifest).collect(),
        }),
    }
}

fn unknown(dir: &Path, packages: &[Package], process: &Process, program: &str) -> Failure {
    Failure::UnknownProgram {
        process: process.name.clone(),
        program: program.to_owned(),
        folder: dir.to_path_buf(),
        similar: nearest(program, packages.iter().flat_map(binaries)).map(str::to_owned),
    }
}

fn binaries(package: &Package) -> impl Iterator<Item = &str> {
    let binaries = package.targets.iter().filter(|target| target.is_bin());
    binaries.map(|target| target.name.as_str())
}

fn target(package: &Package, binary: &str) -> Target {
    Target {
        manifest: package.manifest_path.clone().into_std_path_buf(),
        binary: binary.to_owned(),
    }
}
