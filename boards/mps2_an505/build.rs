//! Takes over the tables of the system that the image is for.

fn main() {
    guichet_system::image::board_build_script();
}
