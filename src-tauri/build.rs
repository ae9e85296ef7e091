//! Tauri's own build step: the configuration, the capabilities and the page go into the program.

fn main() {
    println!("cargo:rerun-if-changed=../ui/dist");
    tauri_build::build();
}
