//! llama.cpp's backends: the build of its CPU code that this processor runs best, and the GPUs' drivers.
//!
//! llama.cpp would choose for itself, but it cannot be told what to leave out (see [`engine::fallback`]).

use std::ffi::{CString, c_char, c_int, c_void};
use std::io;
use std::path::{Path, PathBuf};

use engine::fallback::{CpuUse, GpuUse, Launch, Machine};
use libloading::Library;
use llama_cpp_2::{LlamaBackendDevice, LlamaBackendDeviceType, list_llama_ggml_backend_devices};
use llama_cpp_sys_2::{ggml_backend_load, ggml_log_level, ggml_log_set};

/// The backends that were loaded.
#[derive(Debug)]
pub struct Hardware {
    /// With what this process was started.
    pub launch: Launch,
    /// The CPU code that runs; see [`Machine::variant`].
    pub variant: String,
    /// That which asks least of a processor.
    pub baseline: String,
}

impl Hardware {
    /// Loads the backends that lie in `folder`; to be called once, before [`LlamaBackend::init`].
    ///
    /// # Errors
    /// The folder's, and `NotFound` where no CPU code in it runs on this processor.
    ///
    /// [`LlamaBackend::init`]: llama_cpp_2::llama_backend::LlamaBackend::init
    pub fn load(folder: &Path, launch: Launch) -> io::Result<Self> {
        // SAFETY: the callback takes what it is given and does nothing with it. A driver that is not installed is
        // no news, and llama.cpp would tell it on standard error.
        unsafe { ggml_log_set(Some(say_nothing), std::ptr::null_mut()) };
        let mut variants = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            match backend_name(&path) {
                Some(name) if is_cpu(name) => variants.extend(Variant::rate(&path, name)),
                Some(_) if launch.gpu != GpuUse::None => _ = load_backend(&path),
                _ => {}
            }
        }
        let missing = || io::Error::new(io::ErrorKind::NotFound, "no CPU backend runs on this processor");
        let chosen = choose(&variants, &launch.cpu).ok_or_else(missing)?;
        let baseline = choose(&variants, &CpuUse::Baseline).ok_or_else(missing)?;
        if !load_backend(&chosen.path) {
            return Err(io::Error::new(io::ErrorKind::NotFound, format!("{} cannot be loaded", chosen.path.display())));
        }
        Ok(Self { variant: chosen.name.clone(), baseline: baseline.name.clone(), launch })
    }

    /// What the client wants to know after a crash.
    pub fn machine(&self) -> Machine {
        Machine { variant: self.variant.clone(), baseline: self.baseline.clone(), gpu: Gpu::find().map(|gpu| gpu.name) }
    }
}

unsafe extern "C" fn say_nothing(_: ggml_log_level, _: *const c_char, _: *mut c_void) {}

/// What llama.cpp calls the backend in this file: `libggml-cpu-haswell.so` holds `cpu-haswell`.
fn backend_name(path: &Path) -> Option<&str> {
    let library = path.extension().is_some_and(|extension| extension == "so" || extension == "dll");
    let stem = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| library)?;
    stem.strip_prefix("lib").unwrap_or(stem).strip_prefix("ggml-")
}

fn is_cpu(backend: &str) -> bool {
    backend == "cpu" || backend.starts_with("cpu-")
}

/// True where the backend is loaded now.
fn load_backend(path: &Path) -> bool {
    let Some(path) = path.to_str().and_then(|path| CString::new(path).ok()) else { return false };
    // SAFETY: the path is a C string; the library lies beside this program and is as trusted as it.
    !unsafe { ggml_backend_load(path.as_ptr()) }.is_null()
}

/// A build of the CPU code that this processor runs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Variant {
    name: String,
    path: PathBuf,
    /// The higher, the better; that of the baseline is the lowest.
    score: c_int,
}

impl Variant {
    /// Asks the library itself, as llama.cpp does; `None` where the processor lacks what it needs.
    fn rate(path: &Path, backend: &str) -> Option<Self> {
        // SAFETY: the library lies beside this program and is as trusted as it; llama.cpp loads it in the same way.
        let library = unsafe { Library::new(path) }.ok()?;
        // SAFETY: `ggml_backend_score_t` of ggml-backend-impl.h: no arguments, an `int`.
        let score = match unsafe { library.get::<unsafe extern "C" fn() -> c_int>(c"ggml_backend_score") } {
            Ok(score) => unsafe { score() },
            // Where there is but one build it has nothing to be compared with.
            Err(_) => 1,
        };
        let name = backend.strip_prefix("cpu").unwrap_or(backend).trim_start_matches('-').to_owned();
        (score > 0).then(|| Self { name, path: path.to_owned(), score })
    }
}

fn choose<'a>(variants: &'a [Variant], cpu: &CpuUse) -> Option<&'a Variant> {
    match cpu {
        CpuUse::Best => variants.iter().max_by_key(|variant| variant.score),
        CpuUse::Without(avoided) => {
            variants.iter().filter(|variant| variant.name != *avoided).max_by_key(|variant| variant.score)
        }
        CpuUse::Baseline => variants.iter().min_by_key(|variant| variant.score),
    }
}

/// The GPUs that llama.cpp puts layers on where nobody says otherwise: all discrete ones, or else the integrated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpu {
    /// Their names.
    pub name: String,
    /// Bytes free on them together; `None` where a driver does not tell.
    pub free: Option<u64>,
    /// True where their memory is the machine's own.
    pub shared: bool,
}

impl Gpu {
    /// Those that there are now.
    pub fn find() -> Option<Self> {
        Self::among(&list_llama_ggml_backend_devices())
    }

    fn among(devices: &[LlamaBackendDevice]) -> Option<Self> {
        let of = |kind: LlamaBackendDeviceType| -> Vec<&LlamaBackendDevice> {
            devices.iter().filter(|device| device.device_type == kind).collect()
        };
        let discrete = of(LlamaBackendDeviceType::Gpu);
        let shared = discrete.is_empty();
        let used = if shared { of(LlamaBackendDeviceType::IntegratedGpu) } else { discrete };
        if used.is_empty() {
            return None;
        }
        let names: Vec<&str> = used.iter().map(|device| device.description.trim()).collect();
        // A driver without the means to tell says nought of nought.
        let told = used.iter().all(|device| device.memory_total > 0);
        let free = used.iter().fold(0_u64, |sum, device| sum.saturating_add(device.memory_free as u64));
        Some(Self { name: names.join(" + "), free: told.then_some(free), shared })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_known_by_its_files_name() {
        let table = [
            ("libggml-cpu-haswell.so", Some("cpu-haswell")),
            ("ggml-cpu-x64.dll", Some("cpu-x64")),
            ("libggml-vulkan.so", Some("vulkan")),
            ("libggml-cpu.so", Some("cpu")),
            ("libggml-base.so.0", None),
            ("libllama.so", None),
            ("notes.txt", None),
        ];
        for (file, wanted) in table {
            assert_eq!(backend_name(Path::new(file)), wanted, "{file}");
        }
        assert!(is_cpu("cpu") && is_cpu("cpu-zen4") && !is_cpu("cpuid") && !is_cpu("vulkan"));
    }

    #[test]
    fn the_best_build_is_loaded_that_is_not_to_be_avoided() {
        let variant = |name: &str, score| Variant { name: name.into(), path: name.into(), score };
        let variants = [variant("haswell", 64), variant("x64", 1), variant("sapphirerapids", 512)];
        let table = [
            (CpuUse::Best, Some("sapphirerapids")),
            (CpuUse::Without("sapphirerapids".into()), Some("haswell")),
            (CpuUse::Without("none of them".into()), Some("sapphirerapids")),
            (CpuUse::Baseline, Some("x64")),
        ];
        for (cpu, wanted) in table {
            assert_eq!(choose(&variants, &cpu).map(|variant| variant.name.as_str()), wanted, "{cpu:?}");
        }
        assert_eq!(choose(&variants[..1], &CpuUse::Without("haswell".into())), None);
    }

    fn device(kind: LlamaBackendDeviceType, description: &str, free: usize) -> LlamaBackendDevice {
        LlamaBackendDevice {
            index: 0,
            name: "Vulkan0".into(),
            description: description.into(),
            backend: "Vulkan".into(),
            memory_total: free * 2,
            memory_free: free,
            device_type: kind,
        }
    }

    #[test]
    fn an_integrated_gpu_counts_only_where_there_is_no_other() {
        type Kind = LlamaBackendDeviceType;
        let cpu = device(Kind::Cpu, "EPYC", 9);
        let (first, second) = (device(Kind::Gpu, "A", 3), device(Kind::Gpu, "B", 4));
        let integrated = device(Kind::IntegratedGpu, "UHD", 5);
        let gpu = |name: &str, free, shared| Some(Gpu { name: name.into(), free, shared });
        let silent = device(Kind::Gpu, "C", 0);
        let table = [
            (vec![cpu.clone()], None),
            (vec![cpu.clone(), integrated.clone()], gpu("UHD", Some(5), true)),
            (vec![integrated, first, second, cpu], gpu("A + B", Some(7), false)),
            (vec![silent], gpu("C", None, false)),
        ];
        for (devices, wanted) in table {
            assert_eq!(Gpu::among(&devices), wanted, "{devices:?}");
        }
    }
}
