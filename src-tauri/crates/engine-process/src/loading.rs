use std::io::Read;
use std::path::Path;

use engine::{LoadOptions, Model, Task};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};
use wire::Failure;

use crate::QUEUE;
use crate::template::{ChatTemplate, template_failure};

/// The context of a model that chats where nobody says otherwise, in tokens.
const CHAT_CONTEXT: u32 = 8192;
/// The same of a model that embeds or ranks: it reads a passage at a time, and its memory is for a whole window at once.
const POOLED_CONTEXT: u32 = 2048;
/// What compute buffers and the rest of the process take on top of weights and KV cache, in bytes.
const HEADROOM: u64 = 400 << 20;

/// A model in memory.
pub struct Loaded {
    pub model: LlamaModel,
    pub task: Task,
    pub description: Model,
}

impl Loaded {
    /// Loads a GGUF; `progress` gets the share read, 0 to 1.
    ///
    /// # Errors
    /// `model_missing`, `model_not_gguf`, `model_damaged`, `model_too_large`.
    pub fn from_file(
        backend: &LlamaBackend,
        path: &Path,
        options: &LoadOptions,
        mut progress: impl FnMut(f32) + 'static,
    ) -> Result<Self, Failure> {
        let bytes = check_file(path)?;
        let gpu = list_llama_ggml_backend_devices().into_iter().find(|device| {
            matches!(device.device_type, LlamaBackendDeviceType::Gpu | LlamaBackendDeviceType::IntegratedGpu)
        });
        if gpu.is_none() {
            check_memory(bytes, 0)?;
        }
        let mut told = -1.0;
        let parameters = LlamaModelParams::default().with_progress_callback(move |share| {
            if share - told >= 0.01 || share >= 1.0 {
                told = share;
                progress(share);
            }
            !QUEUE.is_stopped()
        });
        let model = LlamaModel::load_from_file(backend, path, &parameters).map_err(|error| {
            Failure::new(
                "model_damaged",
                "모델 파일을 읽지 못했습니다. 파일이 잘렸거나 손상되었을 수 있으니 다시 복사한 뒤 시도해 주십시오.",
                format!("{}: {error}", path.display()),
            )
        })?;
        let (trained, asked) = (model.n_ctx_train(), options.context_tokens);
        let context_tokens = match options.task {
            Task::Chat => asked.unwrap_or(CHAT_CONTEXT).min(trained.max(512)).max(512),
            // An encoder has no positions beyond those that it was trained on.
            Task::Embed { .. } | Task::Rank => asked.unwrap_or(POOLED_CONTEXT).clamp(1, trained.max(1)),
        };
        if gpu.is_none() {
            check_memory(bytes, kv_bytes(&model, context_tokens))?;
        }
        let file_name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let description = Model {
            name: model.meta_val_str("general.name").ok().filter(|name| !name.is_empty()).unwrap_or(file_name),
            path: path.to_owned(),
            context_tokens,
            device: gpu.map_or_else(|| "CPU".to_owned(), |device| device.description),
            threads: options.threads.unwrap_or_else(physical_cores),
            dimensions: model.n_embd_out().unsigned_abs(),
            variant: String::new(),
            layers: model.n_layer() + 1,
            gpu_layers: 0,
            kv_type: "f16".to_owned(),
            memory_bytes: 0,
            notices: Vec::new(),
        };
        Ok(Self { model, task: options.task, description })
    }

    /// The chat template that the GGUF brings.
    ///
    /// # Errors
    /// `model_template`.
    pub fn chat_template(&self) -> Result<ChatTemplate, Failure> {
        let vocab = self.model.vocab();
        let text = |token| vocab.text(token).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
        ChatTemplate::new(self.model.meta_val_str("tokenizer.chat_template").ok(), text(vocab.bos()), text(vocab.eos()))
            .map_err(|error| template_failure(&error))
    }

    /// The tokens of `text`; `special` reads `<|…|>` marks as the special tokens they name.
    pub fn tokenize(&self, text: &str, special: bool) -> Vec<LlamaToken> {
        self.model.vocab().tokenize(text.as_bytes(), false, special)
    }
}

fn check_file(path: &Path) -> Result<u64, Failure> {
    let missing = |error: std::io::Error| {
        Failure::new(
            "model_missing",
            "모델 파일을 열 수 없습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인해 주십시오.",
            format!("{}: {error}", path.display()),
        )
    };
    let mut file = std::fs::File::open(path).map_err(missing)?;
    let bytes = file.metadata().map_err(missing)?.len();
    let mut magic = [0; 4];
    if file.read_exact(&mut magic).is_err() || &magic != b"GGUF" {
        return Err(Failure::new(
            "model_not_gguf",
            "GGUF 모델 파일이 아닙니다. 확장자가 .gguf인 모델 파일을 골라 주십시오.",
            path.display(),
        ));
    }
    Ok(bytes)
}

/// The failure of a model that memory has no room for.
pub fn too_large(detail: String) -> Failure {
    Failure::new(
        "model_too_large",
        "이 컴퓨터의 메모리에 비해 모델이 너무 큽니다. 더 작은 모델이나 더 많이 양자화한 파일(예: Q4_K_M)을 골라 주십시오.",
        detail,
    )
}

/// Refuses before the kernel's out-of-memory killer would.
fn check_memory(weights: u64, kv: u64) -> Result<(), Failure> {
    let needed = weights + kv + HEADROOM;
    match available_memory() {
        Some(available) if needed > available => {
            Err(too_large(format!("needs {} MiB, {} MiB are free", needed >> 20, available >> 20)))
        }
        _ => Ok(()),
    }
}

/// Bytes that can be used without swapping, where the system tells.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Bytes of an f16 KV cache: two vectors a layer and a token.
fn kv_bytes(model: &LlamaModel, context_tokens: u32) -> u64 {
    let head = model.n_embd() as u64 / u64::from(model.n_head().max(1));
    2 * 2 * u64::from(model.n_layer()) * u64::from(model.n_head_kv()) * head * u64::from(context_tokens)
}

/// Cores, not hardware threads: two threads on one core wait for the same memory.
fn physical_cores() -> u32 {
    let usable = std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
    let siblings: std::collections::HashSet<String> = (0..1024)
        .map_while(|cpu| {
            std::fs::read_to_string(format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")).ok()
        })
        .collect();
    match siblings.len() as u32 {
        0 => usable,
        cores => usable.min(cores),
    }
}
