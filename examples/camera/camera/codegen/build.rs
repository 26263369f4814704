//! Generates the names of this process's objects from the system's file.

fn main() {
    guichet_system::codegen::build_script("../../system.json5", "camera");
}
