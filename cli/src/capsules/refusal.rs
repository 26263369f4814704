//! Why the package of a capsule is none that can be linked into the kernel, and what to do about it.

use std::path::PathBuf;

/// Why a system's own capsule cannot be linked in.
#[derive(Debug, thiserror::Error)]
pub enum CapsuleRefusal {
    /// There is no package where the capsule is said to be.
    #[error("there is no capsule `{capsule}`: {} is no cargo package", folder.display())]
    Missing {
        /// The capsule.
        capsule: String,
        /// Where its package was looked for.
        folder: PathBuf,
    },
    /// Its package is no library.
    #[error(
        "the capsule `{capsule}` cannot be linked in: the package in {} is no library",
        folder.display()
    )]
    NoLibrary {
        /// The capsule.
        capsule: String,
        /// The package's folder.
        folder: PathBuf,
    },
    /// It would bring the kernel's default features into every image.
    #[error(
        "the capsule `{capsule}` in {} has the kernel's default features: images would get code that \
         their systems do not need",
        folder.display()
    )]
    DefaultFeatures {
        /// The capsule.
        capsule: String,
        /// The package's folder.
        folder: PathBuf,
    },
    /// It is written for another copy of the kernel, or for none.
    #[error(
        "the capsule `{capsule}` in {} is not written for the kernel in {}: it depends on {}",
        folder.display(),
        kernel.display(),
        found.as_ref().map_or("none".to_owned(), |found| found.display().to_string())
    )]
    OtherKernel {
        /// The capsule.
        capsule: String,
        /// The package's folder.
        folder: PathBuf,
        /// The kernel that it would be linked into.
        kernel: PathBuf,
        /// The one that it depends on.
        found: Option<PathBuf>,
    },
}

impl CapsuleRefusal {
    /// What to do about it, in one sentence.
    pub fn help(&self) -> String {
        match self {
            CapsuleRefusal::Missing { .. } => {
                "put its package there, or correct `crate`, which begins at \
                                               the folder of system.json5"
                    .into()
            }
            CapsuleRefusal::NoLibrary { .. } => {
                "give it a src/lib.rs with a `pub static CAPSULE`".into()
            }
            CapsuleRefusal::DefaultFeatures { .. } => {
                "add `default-features = false` to `guichet_kernel` in its Cargo.toml".into()
            }
            CapsuleRefusal::OtherKernel { kernel, .. } => format!(
                "let its Cargo.toml say `guichet_kernel = {{ path = {kernel:?}, default-features = false }}`, or \
                 use the `guichet` of its own kernel"
            ),
        }
    }
}
