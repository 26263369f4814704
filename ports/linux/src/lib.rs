//! Guichet's Linux port: the supervisor that runs a system.
//!
//! The kernel is the same pure state machine as on a microcontroller; here it lives in a Linux
//! process, the supervisor, and each process of the system is a Linux process of its own. The
//! wall between them is their address spaces and a system-call filter; a trap is a frame in
//! shared memory and a futex; a copy is `process_vm_readv` and `process_vm_writev`; a crash is a
//! signal. SOUNDNESS.md argues why that holds against a hostile program, and says what it does not
//! stop.
//!
//! Only one program runs at a time, as on the boards: a hand-off is one wake-up and one sleep, on
//! one CPU. The rooms, from the roof down:
//!
//! ```text
//!   run                       the public face
//!   supervisor                the loop between the kernel and Linux
//!   port                      what the kernel asks for
//!   process                   one Linux process: start, traps, end
//!   spawn    wall             fork, filter, execute
//!   console  output          lines, and who said them
//!   input                     what somebody types
//!   attention  user_memory  memory_file  arena  remote  host      one Linux mechanism each
//!   program  image  layout  end  error  linux
//! ```

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!(
    "guichet_port_linux runs systems on x86-64 Linux only, so far: its programs' start code and \
     its filter are written for that machine. Build on such a machine, or leave the package out \
     with `--exclude guichet_port_linux --exclude guichet`."
);

mod arena;
mod attention;
mod console;
mod end;
mod error;
mod host;
mod image;
mod input;
mod layout;
mod linux;
mod memory_file;
mod output;
mod port;
mod process;
mod program;
mod remote;
mod run;
mod spawn;
mod supervisor;
mod user_memory;
mod wall;

pub use error::{Ending, Error, FitError};
pub use image::{ProgramError, ProgramImage};
pub use input::{END_OF_INPUT, read_input};
pub use layout::{LayoutError, MemoryRange};
pub use program::Program;
pub use run::{Options, run};
pub use spawn::SpawnFailure;
