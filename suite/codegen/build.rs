//! Generates the names of all the suite's systems from their files.

fn main() {
    guichet_system::codegen::build_script_for_all("../systems");
}
