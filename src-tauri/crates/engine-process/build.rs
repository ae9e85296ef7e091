//! Lays llama.cpp's shared libraries beside the executable, where it looks for them at run time.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_LLAMA_BACKENDS_DIR");
    let backends = PathBuf::from(env::var("DEP_LLAMA_BACKENDS_DIR")?);
    // OUT_DIR is <target>/<profile>/build/<package>/out.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let beside = out.ancestors().nth(3).ok_or("OUT_DIR is not deep enough")?;
    copy_libraries(&backends.with_file_name("build").join("bin"), beside)?;
    copy_libraries(&backends, &beside.join("backends"))?;
    match env::var("CARGO_CFG_TARGET_OS")?.as_str() {
        "linux" => println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN:$ORIGIN/.."),
        "macos" => println!("cargo:rustc-link-arg=-Wl,-rpath,@loader_path"),
        _ => {}
    }
    Ok(())
}

fn copy_libraries(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let library = name.contains(".so") || name.ends_with(".dll") || name.ends_with(".dylib");
        // Links such as libllama.so.0 are followed: the loader asks for these names.
        if library {
            let target = to.join(name);
            if target.symlink_metadata().is_ok() {
                fs::remove_file(&target)?;
            }
            fs::copy(&path, &target).map_err(|error| format!("{} -> {}: {error}", path.display(), target.display()))?;
        }
    }
    Ok(())
}
