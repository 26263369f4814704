//! From a system's folder to one image for a board.
//!
//! Every program is compiled once and linked three times: partly, by cargo; then at a trial place,
//! to see how large it is; then at the place that the layout gives it. The kernel comes last, with
//! the tables that hold all the places, and is linked together with the programs' bytes.

mod compilation;
mod link;
mod program;

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use guichet_kernel::Region;
use guichet_system::System;
use guichet_system::boards::Board as Hardware;
use guichet_system::codegen::BOARD_VARIABLE;
use guichet_system::image::{
    Layout, Measured, Placement, Program, SOURCE_VARIABLE, image_source, kernel_script, main_stack,
    process_script,
};
use guichet_system::model::Mapping;
use guichet_system::tables::Tables;

use crate::boards::Board;
use crate::build::{Job, jobs};
use crate::capsules::{CapsulePackage, find_capsules};
use crate::folder::{output_folder, target_of, write};
use crate::generated::{Generated, repository};
use crate::toolchain::Toolchain;
use crate::{BuiltSystem, Failure, Progress, Target, find_programs};
use compilation::Compilation;
use link::Linker;
use program::{LinkedProgram, can_panic, measure_kernel};

/// What the kernel is called where something is said of it.
pub(crate) const KERNEL: &str = "the kernel";

/// What rustc is told about every kernel: to write out in line only what is hardly longer than a call; to
/// make functions of sequences of instructions that occur more than once; and to leave instructions in
/// the order in which they are written, as no other order makes them fewer, and equal ones stay equal.
/// What must be in line for speed says so itself, and what must be left as it is has a section of its
/// own.
const KERNEL_FLAGS: [&str; 6] = [
    "-C",
    "llvm-args=-inline-threshold=40",
    "-C",
    "llvm-args=-enable-machine-outliner=always",
    "-C",
    "llvm-args=-enable-misched=0",
];

/// What a kernel has beside the rest, if its system needs it.
const ENDPOINTS: &str = "endpoints";
const CAPSULES: &str = "capsules";
const SHARED_MEMORY: &str = "shared_memory";

/// The folder for the linked programs, so that a process may be called `image`.
const PROGRAMS: &str = "programs";

/// The length of each memory when something is linked only to be measured.
const TRIAL_BYTES: u32 = 256 << 20;

/// The environment variable in which a program that is built for a board finds how often that
/// board's clock ticks in a second (AB-4).
const TICKS_VARIABLE: &str = "GUICHET_TICKS_PER_SEC";

/// A system that was built for a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltImage {
    /// The system and its programs, each at its place.
    pub built: BuiltSystem,
    /// The image: kernel and programs as one ELF file.
    pub image: PathBuf,
    /// Who lies where.
    pub layout: Layout,
}

/// Builds the system in the folder `dir` for `board`, telling `progress` about it (TL-1, TL-3).
/// Always optimised for size. Blocks for cargo; an image that was there before is replaced as a
/// whole, at the end.
///
/// # Errors
/// A [`Failure`] that names what is wrong and says what to do next (TL-4).
pub fn build_image(
    dir: &Path,
    system: System,
    board: &Board,
    progress: &mut dyn Progress,
) -> Result<BuiltImage, Failure> {
    let system = system.on(board.name);
    let toolchain = Toolchain::find(board.target)?;
    let kernel_toolchain = Toolchain::find(board.kernel_target)?;
    let capsules = find_capsules(dir, &system)?;
    let targets = find_programs(dir, &system)?;
    let folder = output_folder(dir, board.name, &targets)?;
    let _turn = turn(&folder, board)?;
    let builder = Builder {
        dir,
        board,
        system: &system,
        capsules: &capsules,
        toolchain,
        kernel_toolchain,
        folder,
    };
    let result = builder.build(&targets, progress);
    progress.end();
    let (programs, image, layout) = result?;
    Ok(BuiltImage { built: BuiltSystem { system, programs, runner: None }, image, layout })
}

/// What the kernel of `image` takes of what it was left.
pub(crate) fn used_by_kernel(image: &BuiltImage) -> Result<Placement, Failure> {
    let Placement { flash, ram } = &image.layout.kernel;
    let measured = measure_kernel(&image.image, &image.layout.kernel)
        .map_err(|_| Failure::not_measured(&image.image))?;
    let end = |start: u32, bytes: u32| start..start.saturating_add(bytes);
    Ok(Placement {
        flash: end(flash.start, measured.flash_bytes),
        ram: end(ram.start, measured.ram_bytes),
    })
}

/// Waits until nobody else builds an image for the same machine in the same target folder. Cargo
/// gives what it builds the same name for every system and for every board of that machine: it
/// must be linked before the next one is built.
fn turn(folder: &Path, board: &Board) -> Result<File, Failure> {
    let shared = folder.ancestors().nth(2).unwrap_or(folder);
    let file = shared.join(format!(".{}.lock", board.target));
    let lock = File::create(&file).and_then(|lock| lock.lock().map(|()| lock));
    lock.map_err(|source| Failure::not_written(&file, source))
}

struct Builder<'a> {
    dir: &'a Path,
    board: &'a Board,
    system: &'a System,
    /// Where the capsules are that the system brings.
    capsules: &'a [CapsulePackage],
    /// Builds the programs.
    toolchain: Toolchain,
    kernel_toolchain: Toolchain,
    /// Where everything that is linked goes.
    folder: PathBuf,
}

impl Builder<'_> {
    fn build(
        &self,
        targets: &[Target],
        progress: &mut dyn Progress,
    ) -> Result<(Vec<PathBuf>, PathBuf, Layout), Failure> {
        let Hardware { memory, wall, .. } = self.board.hardware;
        let no_room = |error| Failure::NoRoom(Box::new(error));
        let objects = self.compile(targets, progress)?;
        let trials = self.link_programs(&objects, &self.trials())?;
        let measured: Vec<_> = trials.iter().map(|trial| trial.measured).collect();
        let layout = Layout::new(self.system, &measured, memory, *wall).map_err(no_room)?;
        let programs = self.link_programs(&objects, &layout.processes)?;
        let kernel = self.compile_kernel(&programs, &layout, targets, progress)?;
        let measured_kernel = self.measure_kernel(&kernel)?;
        self.check_capsules()?;
        Layout::check_kernel(self.system, &measured, &measured_kernel, memory, *wall)
            .map_err(no_room)?;
        let image = self.link_kernel(&kernel, &programs, &layout)?;
        let programs = programs.into_iter().map(|program| program.file).collect();
        Ok((programs, image, layout))
    }

    /// Compiles each program once; gives the object of each process.
    fn compile(
        &self,
        targets: &[Target],
        progress: &mut dyn Progress,
    ) -> Result<Vec<PathBuf>, Failure> {
        let jobs = jobs(self.system, targets);
        let ticks = self.board.hardware.ticks_per_sec.to_string();
        let environment = [
            (TICKS_VARIABLE, OsString::from(ticks)),
            (BOARD_VARIABLE, OsString::from(self.board.name)),
        ];
        let mut files = Vec::new();
        for (number, job) in (1..).zip(&jobs) {
            // The kernel is one more.
            progress.begin(number, jobs.len() + 1, &job.names);
            let compilation = Compilation {
                folder: self.dir,
                toolchain: &self.toolchain,
                job,
                arguments: &[],
                flags: &[],
                environment: &environment,
            };
            files.push(compilation.run(progress)?);
        }
        let file_of = |target| jobs.iter().zip(&files).find(|(job, _)| job.target == target);
        Ok(targets.iter().filter_map(|target| Some(file_of(target)?.1.clone())).collect())
    }

    /// A place for every program that is larger than any memory.
    fn trials(&self) -> Vec<Placement> {
        self.system.processes.iter().map(|_| self.trial()).collect()
    }

    /// A place for a trial: begins as flash does, and has room enough to find out what is missing.
    fn trial(&self) -> Placement {
        let start = self.board.hardware.memory.flash.start;
        let middle = start.saturating_add(TRIAL_BYTES);
        Placement { flash: start..middle, ram: middle..middle.saturating_add(TRIAL_BYTES) }
    }

    /// Links the kernel without the programs, to see how large it is.
    fn measure_kernel(&self, kernel: &Path) -> Result<Measured, Failure> {
        let place = self.trial();
        let script = kernel_script(&place, self.board.hardware.memory.kernel_stack_bytes, &[]);
        let file = self.linker("").link(KERNEL, "kernel", &script, &[kernel.into()])?;
        measure_kernel(&file, &place).map_err(|reason| Failure::NotLinked {
            what: KERNEL.to_owned(),
            words: reason.to_owned(),
        })
    }

    /// A kernel does not panic, and a capsule must not make it: who sees to that for Guichet's own code are its
    /// tests, so that only others' has to be looked at.
    fn check_capsules(&self) -> Result<(), Failure> {
        if self.capsules.is_empty() {
            return Ok(());
        }
        let kernel = self.folder.join("kernel.elf");
        match can_panic(&kernel).map_err(|_| Failure::not_measured(&kernel))? {
            true => Err(Failure::Panics { capsules: Failure::capsules_of(self.system) }),
            false => Ok(()),
        }
    }

    /// The linker, working in a folder below ours, or in ours.
    fn linker(&self, folder: &str) -> Linker<'_> {
        Linker { program: &self.toolchain.linker, folder: self.folder.join(folder) }
    }

    /// Links every program at its place.
    fn link_programs(
        &self,
        objects: &[PathBuf],
        places: &[Placement],
    ) -> Result<Vec<LinkedProgram>, Failure> {
        let processes = self.system.processes.iter().zip(objects).zip(places);
        processes
            .map(|((process, object), place)| {
                let bytes = main_stack(process, self.board.hardware.memory.default_stack_bytes);
                let script = process_script(place, bytes);
                let what = format!("the program of `{}`", process.name);
                let inputs = [object.clone().into()];
                let file = self.linker(PROGRAMS).link(&what, &process.name, &script, &inputs)?;
                let main = place.ram.start..place.ram.start.saturating_add(bytes);
                LinkedProgram::read(file, place, main)
                    .map_err(|reason| Failure::NotLinked { what, words: reason.to_owned() })
            })
            .collect()
    }

    /// Compiles the board's kernel with the tables of this system.
    fn compile_kernel(
        &self,
        programs: &[LinkedProgram],
        layout: &Layout,
        targets: &[Target],
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, Failure> {
        let source = self.source(programs, layout)?;
        let file = self.folder.join("image.rs");
        write(&file, source.as_bytes())?;
        let manifest = self.kernel_manifest()?;
        let target = Target { manifest, binary: self.board.package.to_owned() };
        let job = Job { target: &target, names: KERNEL.to_owned() };
        let number = jobs(self.system, targets).len() + 1;
        progress.begin(number, number, &job.names);
        let environment = [(SOURCE_VARIABLE, file.into_os_string())];
        let compilation = Compilation {
            folder: &repository(),
            toolchain: &self.kernel_toolchain,
            job: &job,
            arguments: &self.kernel_arguments(),
            flags: &KERNEL_FLAGS,
            environment: &environment,
        };
        compilation.run(progress).map_err(|failure| match failure {
            Failure::NotBuilt { words, .. } if !self.capsules.is_empty() => {
                Failure::kernel_not_built(self.system, words)
            }
            other => other,
        })
    }

    /// What cargo is told about the kernel beside the usual.
    fn kernel_arguments(&self) -> Vec<OsString> {
        // Beside the programs, so that they share what they have in common.
        let mut arguments = vec![
            "--package".into(),
            self.board.package.into(),
            "--target-dir".into(),
            target_of(&self.folder).as_os_str().to_owned(),
        ];
        let features = [
            (ENDPOINTS, self.system.has_endpoints()),
            (CAPSULES, self.system.has_capsules()),
            (SHARED_MEMORY, self.system.has_any_mappings()),
        ];
        for (feature, _) in features.into_iter().filter(|(_, is_needed)| *is_needed) {
            arguments.extend(["--features".into(), feature.into()]);
        }
        arguments
    }

    /// The manifest of the board's kernel: Guichet's own, or a copy of it that has the system's capsules.
    fn kernel_manifest(&self) -> Result<PathBuf, Failure> {
        if self.capsules.is_empty() {
            return Ok(repository().join("Cargo.toml"));
        }
        let mut package = Generated::copy_of(&format!("boards/{}", self.board.name))?;
        package.depend_on_capsules(self.capsules);
        package.write(&self.folder.join("kernel"))
    }

    /// The kernel's tables as Rust source.
    fn source(&self, programs: &[LinkedProgram], layout: &Layout) -> Result<String, Failure> {
        let region = |range: &std::ops::Range<u32>, writable| Region {
            start: range.start as usize,
            end: range.end as usize,
            writable,
        };
        let memory: Vec<Vec<Region>> = layout
            .processes
            .iter()
            .map(|place| vec![region(&place.ram, true), region(&place.flash, false)])
            .collect();
        let bytes = self.system.max_transfer_bytes_on(self.board.name);
        let program = |program: &LinkedProgram| Program {
            entry: program.entry,
            record: program.record,
            stack: program.stack.clone(),
        };
        let programs: Vec<Program> = programs.iter().map(program).collect();
        let shared =
            layout.shared_memory.iter().map(|place| place.start as usize..place.end as usize);
        let shared: Vec<_> = shared.collect();
        let wall = self.board.hardware.wall;
        let places = layout.processes.iter().zip(&self.system.processes);
        let walls = places.map(|(place, process)| {
            let devices: Vec<_> = process.mappings.iter().map(Mapping::range).collect();
            wall.words(&place.flash, &place.ram, &devices)
        });
        let walls: Option<Vec<_>> = walls.collect();
        let source = walls.and_then(|walls| {
            let ticks = self.board.hardware.ticks_per_sec.into();
            let tables = Tables::new(self.system, &memory, bytes, ticks);
            let tables = tables.with_walls(&walls).with_shared_regions(&shared);
            tables.with_system(|tables| image_source(tables, &self.system.capsules, &programs))
        });
        source.ok_or_else(|| Failure::NotLinked {
            what: KERNEL.to_owned(),
            words: "a wall cannot be expressed in the machine's registers".to_owned(),
        })
    }

    /// Links the kernel and the programs' bytes into the image.
    fn link_kernel(
        &self,
        kernel: &Path,
        programs: &[LinkedProgram],
        layout: &Layout,
    ) -> Result<PathBuf, Failure> {
        let mut inputs: Vec<OsString> = vec![kernel.into(), "--format=binary".into()];
        let mut places = Vec::new();
        for (number, (program, place)) in programs.iter().zip(&layout.processes).enumerate() {
            // Numbered, because the script's pattern for `door.bin` would also match `trapdoor.bin`.
            let name = format!("program_{number}.bin");
            let file = self.folder.join(&name);
            write(&file, &program.bytes)?;
            inputs.push(file.into());
            places.push((name, place.flash.clone()));
        }
        // The linker takes sections in the order of their addresses only.
        places.sort_by_key(|(_, place)| place.start);
        let script =
            kernel_script(&layout.kernel, self.board.hardware.memory.kernel_stack_bytes, &places);
        self.linker("").link(KERNEL, "image", &script, &inputs)
    }
}
