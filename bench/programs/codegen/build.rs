//! Generates the names of the bench's systems from their files.

fn main() {
    guichet_system::codegen::build_script_for_all("../../systems");
}
