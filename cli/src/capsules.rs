//! Where the packages of a system's own capsules are (CP-4).
//!
//! A capsule is a library for the kernel's crate, and for that very one: types of two copies of the same
//! source are different types. Cargo is asked what a package is; what the compiler would say of a wrong one
//! is hardly to be understood, so it is said here.

mod refusal;

use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use guichet_system::System;
use guichet_system::image::capsule_crate;

use crate::generated::repository;
use crate::{Failure, discover};

pub use refusal::CapsuleRefusal;

const MANIFEST: &str = "Cargo.toml";
/// The kernel's package, which a capsule must depend on, and its folder in the repository.
const KERNEL_PACKAGE: &str = "guichet_kernel";
const KERNEL_FOLDER: &str = "kernel";

/// The package of a capsule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CapsulePackage {
    /// What it is called as a dependency.
    pub(crate) dependency: String,
    /// What it calls itself.
    pub(crate) package: String,
    /// Where it is.
    pub(crate) folder: PathBuf,
}

/// Finds the packages of the capsules that `system`, whose folder is `dir`, brings, in the order of the
/// file. Blocks for cargo, which reads manifests and neither builds nor downloads.
pub(crate) fn find_capsules(dir: &Path, system: &System) -> Result<Vec<CapsulePackage>, Failure> {
    let packages = system.own_capsules().map(|(capsule, folder)| {
        let (capsule, folder) = (&capsule.name, dir.join(folder));
        let package = package(capsule, &folder)?;
        check_kernel(capsule, &folder, &package)?;
        Ok(CapsulePackage {
            dependency: capsule_crate(capsule),
            package: package.name.to_string(),
            // As a manifest elsewhere can name it.
            folder: folder.canonicalize().map_err(|_| Failure::no_folder(&folder))?,
        })
    });
    packages.collect()
}

/// The library in the folder.
fn package(capsule: &str, folder: &Path) -> Result<Package, Failure> {
    let no_package =
        || CapsuleRefusal::Missing { capsule: capsule.to_owned(), folder: folder.to_path_buf() };
    let manifest = folder.join(MANIFEST).canonicalize().map_err(|_| no_package())?;
    let packages = discover::packages(MetadataCommand::new().manifest_path(&manifest), folder)?;
    let package = packages.into_iter().find(|package| discover::is_same(package, &manifest));
    let package = package.ok_or_else(no_package)?;
    let is_library = package.targets.iter().any(|target| target.is_lib());
    let (capsule, folder) = (capsule.to_owned(), folder.to_path_buf());
    Ok(is_library.then_some(package).ok_or(CapsuleRefusal::NoLibrary { capsule, folder })?)
}

/// A capsule must be written for the kernel that it is linked into, and leave it as it is.
fn check_kernel(capsule: &str, folder: &Path, package: &Package) -> Result<(), Failure> {
    let is_kernel =
        |each: &&Dependency| each.name == KERNEL_PACKAGE && each.kind == DependencyKind::Normal;
    let declared = package.dependencies.iter().find(is_kernel);
    let found = declared.and_then(|declared| declared.path.as_ref());
    let kernel = repository().join(KERNEL_FOLDER);
    let (capsule, folder) = (capsule.to_owned(), folder.to_path_buf());
    if !found.is_some_and(|path| path.canonicalize().is_ok_and(|path| path == kernel)) {
        let found = found.map(|path| path.clone().into_std_path_buf());
        return Err(CapsuleRefusal::OtherKernel { capsule, folder, kernel, found }.into());
    }
    if declared.is_some_and(|declared| declared.uses_default_features) {
        return Err(CapsuleRefusal::DefaultFeatures { capsule, folder }.into());
    }
    Ok(())
}
