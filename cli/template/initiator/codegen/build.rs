//! Generates the names of this process's objects from system.json5.

fn main() {
    guichet_system::codegen::build_script("../../system.json5", "initiator");
}
