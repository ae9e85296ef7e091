//! A GGUF file becomes a model in memory, in the way that fits the machine.

mod cores;
pub mod devices;
mod draft;
mod estimate;
mod memory;
mod plan;
mod shape;

use std::cell::RefCell;
use std::io::Read;
use std::num::NonZeroU32;
use std::path::Path;
use std::rc::Rc;

use engine::fallback::{CpuUse, GpuUse};
use engine::{LoadOptions, Model, Task};
use llama_cpp_2::LlamaCppError;
use llama_cpp_2::context::params::{KvCacheType, LlamaContextParams};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_sys_2::{LLAMA_FLASH_ATTN_TYPE_DISABLED, LLAMA_FLASH_ATTN_TYPE_ENABLED};
use wire::Failure;

use crate::QUEUE;
use crate::template::ChatTemplate;
use devices::{Gpu, Hardware};
use plan::{Attention, Free, Plan, Wanted};
use shape::Shape;

pub use draft::{DraftModel, too_large as draft_too_large};
pub use estimate::estimate;

/// The context of a model that chats where nobody says otherwise, in tokens.
const CHAT_CONTEXT: u32 = 8192;
/// The same of a model that embeds or ranks: it reads a passage at a time, and its memory is for a whole window at
/// once.
const POOLED_CONTEXT: u32 = 2048;
/// The shortest context that a chat is of use with, in tokens: below it a model is refused.
const CONTEXT_MIN: u32 = 2048;
/// The most tokens of a prompt that are handed over at once.
const BATCH: u32 = 2048;
/// The most tokens computed at once: memory grows with it, speed hardly.
const MICRO_BATCH: u32 = 512;

/// A model in memory.
pub struct Loaded {
    pub model: LlamaModel,
    pub task: Task,
    pub description: Model,
    /// Where it was loaded to chat.
    pub template: Option<ChatTemplate>,
    /// The model that drafts for it.
    pub draft: Option<DraftModel>,
    /// How it was loaded.
    plan: Plan,
}

impl Loaded {
    /// Loads a GGUF; `progress` gets the share read, 0 to 1.
    ///
    /// # Errors
    /// `model_missing`, `model_not_gguf`, `model_damaged`, `model_too_large`, `request_stopped`.
    pub fn from_file(
        backend: &LlamaBackend,
        hardware: &Hardware,
        path: &Path,
        options: &LoadOptions,
        progress: impl FnMut(f32) + 'static,
    ) -> Result<Self, Failure> {
        check_file(path)?;
        let shape = Shape::read(path).ok_or_else(|| damaged(path, &"its header cannot be read"))?;
        let layers = shape.layers.len() as u32 + 1;
        // A caller who wants no GPU is not told that there is one.
        let gpu = Gpu::find().filter(|_| options.gpu_layers != Some(0));
        let wanted = wanted(&shape, options, &hardware.launch.gpu);
        let free = Free { memory: memory::available(), gpu: gpu.as_ref() };
        let mut plan = plan::plan(&shape, &wanted, free)?;
        let loader = Loader { backend, hardware, path, options, progress: Rc::new(RefCell::new(progress)) };
        let first = plan.gpu_layers;
        let mut loaded = loop {
            match loader.load(&plan) {
                Ok(loaded) => break loaded,
                Err(_) if QUEUE.is_stopped() => return Err(stopped()),
                // What a GPU has room for only its driver knows: with fewer layers it may do.
                Err(_) if plan.gpu_layers > 0 => {
                    let fewer = fewer_layers(plan.gpu_layers, first);
                    plan = plan::with_fewer_layers(&plan, &shape, &wanted, free, fewer)?;
                }
                Err(failure) => return Err(failure),
            }
        };
        let notices = &mut loaded.description.notices;
        notices.extend(given_up(hardware));
        if gpu.is_some() {
            notices.extend(left_off_gpu(&plan, layers.min(wanted.gpu_layers)));
        }
        if plan.context < wanted.context {
            notices.push(shortened(wanted.context, plan.context));
        }
        if loaded.task == Task::Chat {
            let (template, notice) = loaded.chat_template()?;
            loaded.template = Some(template);
            loaded.description.notices.extend(notice);
            if let Some(path) = &options.draft {
                let (memory, gpu) = plan::left(&plan, &shape, &wanted, free);
                let free = Free { memory, gpu: gpu.as_ref() };
                match DraftModel::beside(&loaded, backend, path, wanted.gpu_layers, free) {
                    Ok(draft) => loaded.take_draft(draft),
                    Err(_) if QUEUE.is_stopped() => return Err(stopped()),
                    Err(failure) => loaded.description.notices.push(failure),
                }
            }
        }
        Ok(loaded)
    }

    fn take_draft(&mut self, draft: DraftModel) {
        self.description.draft = Some(draft.name.clone());
        self.description.memory_bytes = self.description.memory_bytes.saturating_add(draft.bytes());
        self.draft = Some(draft);
    }

    /// The chat template that the GGUF brings, or one in its place and what the person is told of it.
    ///
    /// # Errors
    /// `model_template`.
    fn chat_template(&self) -> Result<(ChatTemplate, Option<Failure>), Failure> {
        let vocab = self.model.vocab();
        let text = |token| vocab.text(token).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
        let source = self.model.meta_val_str("tokenizer.chat_template").ok();
        let is_special = |mark: &str| self.tokenize(mark, true).len() == 1;
        ChatTemplate::choose(source.as_deref(), &text(vocab.bos()), &text(vocab.eos()), is_special)
    }

    /// What the layout of a KV cache's state hangs on beside the model: values lie otherwise where attention is plain.
    pub fn layout(&self) -> String {
        format!("{} {:?}", self.description.kv_type, self.plan.attention)
    }

    /// The tokens of `text`; `special` reads `<|…|>` marks as the special tokens they name.
    pub fn tokenize(&self, text: &str, special: bool) -> Vec<LlamaToken> {
        self.model.vocab().tokenize(text.as_bytes(), false, special)
    }
}

/// What a context on this model is opened with: its length, its batches, its threads, its KV cache. A model with
/// sliding windows keeps whole layers all the same (llama.cpp's `swa_full`), since only those can be cut at any token.
pub fn context_parameters(loaded: &Loaded) -> LlamaContextParams {
    let description = &loaded.description;
    let parameters = planned(&loaded.plan, description.threads);
    match loaded.task {
        Task::Chat => parameters
            .with_n_ctx(NonZeroU32::new(description.context_tokens))
            .with_n_batch(BATCH)
            .with_n_ubatch(MICRO_BATCH),
        Task::Embed { .. } | Task::Rank => {
            // Attention that is not causal needs a whole batch in one step.
            let batch = description.context_tokens.max(MICRO_BATCH);
            parameters.with_embeddings(true).with_n_ctx(NonZeroU32::new(batch)).with_n_batch(batch).with_n_ubatch(batch)
        }
    }
}

/// What a plan says of a context.
fn planned(plan: &Plan, threads: u32) -> LlamaContextParams {
    let parameters = LlamaContextParams::default()
        .with_n_threads(threads as i32)
        .with_n_threads_batch(threads as i32)
        .with_type_k(plan.kv)
        .with_type_v(plan.kv);
    // Values can be quantised only where attention is computed in one go; on a device llama.cpp chooses well itself.
    match (plan.attention, plan.kv) {
        (Attention::Plain, _) => parameters.with_flash_attention_policy(LLAMA_FLASH_ATTN_TYPE_DISABLED),
        (Attention::Flash, KvCacheType::Q8_0) => parameters.with_flash_attention_policy(LLAMA_FLASH_ATTN_TYPE_ENABLED),
        (Attention::Flash, _) => parameters,
    }
}

/// Puts so many layers on the GPUs.
fn placed(parameters: LlamaModelParams, gpu_layers: u32) -> Result<LlamaModelParams, LlamaCppError> {
    match gpu_layers {
        // Without a device llama.cpp would still compute long prompts on the GPU, copying weights there.
        0 => parameters.with_n_gpu_layers(0).with_devices(&[]),
        layers => Ok(parameters.with_n_gpu_layers(layers)),
    }
}

/// The name that a GGUF gives its model, or else the file's.
fn name(model: &LlamaModel, path: &Path) -> String {
    let file_name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    model.meta_val_str("general.name").ok().filter(|name| !name.is_empty()).unwrap_or(file_name)
}

/// Loads one file, as often as it takes.
struct Loader<'a, F> {
    backend: &'a LlamaBackend,
    hardware: &'a Hardware,
    path: &'a Path,
    options: &'a LoadOptions,
    progress: Rc<RefCell<F>>,
}

impl<F: FnMut(f32) + 'static> Loader<'_, F> {
    fn load(&self, plan: &Plan) -> Result<Loaded, Failure> {
        let mut told = -1.0;
        let progress = self.progress.clone();
        let parameters = LlamaModelParams::default().with_progress_callback(move |share| {
            if share - told >= 0.01 || share >= 1.0 {
                told = share;
                (*progress.borrow_mut())(share);
            }
            !QUEUE.is_stopped()
        });
        let parameters = placed(parameters, plan.gpu_layers).map_err(|error| damaged(self.path, &error))?;
        let model = LlamaModel::load_from_file(self.backend, self.path, &parameters)
            .map_err(|error| damaged(self.path, &error))?;
        let description = self.describe(&model, plan);
        let (task, plan) = (self.options.task, plan.clone());
        let loaded = Loaded { description, model, task, template: None, draft: None, plan };
        if loaded.plan.gpu_layers > 0 {
            // Whether a GPU holds the KV cache and the compute buffers as well shows only now. This context is freed
            // at once; the one that computes is opened by who computes, with the same parameters.
            loaded
                .model
                .new_context(self.backend, context_parameters(&loaded))
                .map_err(|error| too_large(error.to_string()))?;
        }
        Ok(loaded)
    }

    fn describe(&self, model: &LlamaModel, plan: &Plan) -> Model {
        let layers = model.n_layer() + 1;
        let gpu = Gpu::find().filter(|_| plan.gpu_layers > 0);
        Model {
            name: name(model, self.path),
            path: self.path.to_owned(),
            context_tokens: plan.context,
            device: gpu.map_or_else(|| "CPU".to_owned(), |gpu| gpu.name),
            threads: self.options.threads.unwrap_or_else(|| threads(self.options)),
            dimensions: model.n_embd_out().unsigned_abs(),
            variant: self.hardware.variant.clone(),
            layers,
            gpu_layers: plan.gpu_layers.min(layers),
            kv_type: if plan.kv == KvCacheType::Q8_0 { "q8_0" } else { "f16" }.to_owned(),
            memory_bytes: plan.bytes,
            draft: None,
            notices: Vec::new(),
        }
    }
}

fn threads(options: &LoadOptions) -> u32 {
    if options.background { cores::background_threads() } else { cores::physical_cores() }
}

/// What is asked of a model of this shape.
fn wanted(shape: &Shape, options: &LoadOptions, gpu: &GpuUse) -> Wanted {
    // A file that does not tell what it was trained on is not held to it.
    let trained = Some(shape.trained).filter(|trained| *trained > 0).map_or(u32::MAX, saturating);
    let asked = options.context_tokens;
    let chat = options.task == Task::Chat;
    let context = match options.task {
        Task::Chat => asked.unwrap_or(CHAT_CONTEXT).min(trained.max(512)).max(512),
        // An encoder has no positions beyond those that it was trained on.
        Task::Embed { .. } | Task::Rank => asked.unwrap_or(POOLED_CONTEXT).clamp(1, trained),
    };
    let layers = shape.layers.len() as u32 + 1;
    let most = match gpu {
        GpuUse::All => layers,
        GpuUse::Half => layers / 2,
        GpuUse::None => 0,
    };
    Wanted {
        context,
        may_shorten: chat && asked.is_none(),
        chat,
        batch: if chat { MICRO_BATCH } else { context.max(MICRO_BATCH) },
        gpu_layers: options.gpu_layers.map_or(most, |asked| asked.min(most)),
    }
}

fn saturating(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// All, half, a quarter, none of the layers that were tried `first`.
fn fewer_layers(now: u32, first: u32) -> u32 {
    [first / 2, first / 4].into_iter().find(|fewer| *fewer < now).unwrap_or(0)
}

/// What this process was started without, after another one crashed.
fn given_up(hardware: &Hardware) -> Vec<Failure> {
    let gpu = match hardware.launch.gpu {
        GpuUse::All => None,
        GpuUse::Half => Some(Failure::new(
            "gpu_layers_fewer",
            "그래픽 카드(GPU)를 쓰다가 답변 엔진이 종료되어 모델의 절반만 GPU로 계산합니다. 답변이 느려집니다. \
             그래픽 드라이버를 새로 고친 뒤 프로그램을 다시 시작해 주십시오.",
            "the engine crashed with all layers on the GPU",
        )),
        GpuUse::None => Some(Failure::new(
            "gpu_given_up",
            "그래픽 카드(GPU)를 쓰다가 답변 엔진이 종료되어 CPU로만 계산합니다. 답변이 느려집니다. \
             그래픽 드라이버를 새로 고친 뒤 프로그램을 다시 시작해 주십시오.",
            "the engine crashed with layers on the GPU",
        )),
    };
    let cpu = (hardware.launch.cpu != CpuUse::Best).then(|| {
        let avoided = match &hardware.launch.cpu {
            CpuUse::Without(variant) => variant.as_str(),
            _ => "all but the baseline",
        };
        Failure::new(
            "cpu_variant_given_up",
            "이 컴퓨터의 CPU에 가장 알맞은 계산 방법을 쓰다가 답변 엔진이 종료되어 더 단순한 방법으로 계산합니다. \
             답변이 느려집니다. 가상 컴퓨터라면 CPU 설정을 확인한 뒤 프로그램을 다시 시작해 주십시오.",
            format!("{} runs, without {avoided}", hardware.variant),
        )
    });
    gpu.into_iter().chain(cpu).collect()
}

/// Says it where a GPU has fewer layers than it was to have; a program that falls back in silence is taken for slow.
fn left_off_gpu(plan: &Plan, wanted: u32) -> Option<Failure> {
    let detail = format!("{} of {wanted} layers are on the GPU", plan.gpu_layers);
    match plan.gpu_layers {
        // Then there is another notice, of the crash.
        _ if wanted == 0 => None,
        0 => Some(Failure::new(
            "gpu_given_up",
            "그래픽 카드(GPU)의 메모리가 모자라 CPU로 계산합니다. 답변이 느려집니다. \
             GPU를 쓰는 다른 프로그램을 닫고 모델을 다시 골라 주십시오.",
            detail,
        )),
        some if some < wanted => Some(Failure::new(
            "gpu_layers_fewer",
            format!(
                "그래픽 카드(GPU)의 메모리가 모자라 모델의 {wanted}개 층 가운데 {some}개만 GPU로 계산합니다. \
                 답변이 느려집니다. GPU를 쓰는 다른 프로그램을 닫고 모델을 다시 골라 주십시오."
            ),
            detail,
        )),
        _ => None,
    }
}

fn shortened(wanted: u32, context: u32) -> Failure {
    Failure::new(
        "context_shortened",
        format!(
            "메모리가 모자라 한 번에 다룰 수 있는 분량을 {wanted}토큰에서 {context}토큰으로 줄였습니다. \
             긴 문서와 긴 대화는 나누어 물어 주십시오."
        ),
        "",
    )
}

fn check_file(path: &Path) -> Result<(), Failure> {
    let missing = |error: std::io::Error| {
        Failure::new(
            "model_missing",
            "모델 파일을 열 수 없습니다. 파일이 그 자리에 있는지, 읽을 권한이 있는지 확인해 주십시오.",
            format!("{}: {error}", path.display()),
        )
    };
    let mut file = std::fs::File::open(path).map_err(missing)?;
    let mut magic = [0; 4];
    if file.read_exact(&mut magic).is_err() || &magic != b"GGUF" {
        return Err(Failure::new(
            "model_not_gguf",
            "GGUF 모델 파일이 아닙니다. 확장자가 .gguf인 모델 파일을 골라 주십시오.",
            path.display(),
        ));
    }
    Ok(())
}

fn damaged(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        "model_damaged",
        "모델 파일을 읽지 못했습니다. 파일이 잘렸거나 손상되었을 수 있으니 다시 복사한 뒤 시도해 주십시오.",
        format!("{}: {error}", path.display()),
    )
}

fn stopped() -> Failure {
    Failure::new("request_stopped", "중지했습니다. 필요하면 다시 시작해 주십시오.", "")
}

/// The failure of a model that memory has no room for.
pub fn too_large(detail: String) -> Failure {
    Failure::new(
        "model_too_large",
        "이 컴퓨터의 메모리에 비해 모델이 너무 큽니다. 더 작은 모델이나 더 많이 양자화한 파일(예: Q4_K_M)을 골라 주십시오.",
        detail,
    )
}

#[cfg(test)]
mod tests {
    use super::shape::Layer;
    use super::*;
    use engine::Pooling;
    use engine::fallback::Launch;

    #[test]
    fn a_context_is_the_models_or_the_callers_and_never_longer_than_it_was_trained_on() {
        let embed = Task::Embed { pooling: Pooling::Mean };
        let table = [
            (Task::Chat, None, 131_072, 8192, true),
            (Task::Chat, None, 4096, 4096, true),
            (Task::Chat, Some(100_000), 131_072, 100_000, false),
            (Task::Chat, Some(100_000), 32_768, 32_768, false),
            (Task::Chat, Some(1), 8192, 512, false),
            (Task::Chat, None, 0, 8192, true),
            (embed, None, 512, 512, false),
            (embed, None, 8192, 2048, false),
            (embed, Some(4096), u64::MAX, 4096, false),
        ];
        for (task, context_tokens, trained, expected, may_shorten) in table {
            let shape = Shape { trained, ..Shape::default() };
            let options = LoadOptions { task, context_tokens, ..LoadOptions::default() };
            let wanted = wanted(&shape, &options, &GpuUse::All);
            assert_eq!((wanted.context, wanted.may_shorten), (expected, may_shorten), "{options:?} {trained}");
        }
    }

    #[test]
    fn layers_on_a_gpu_are_capped_by_the_caller_and_by_what_crashed_before() {
        let shape = Shape { layers: vec![Layer::default(); 31], ..Shape::default() };
        let table = [
            (None, GpuUse::All, 32),
            (Some(5), GpuUse::All, 5),
            (Some(99), GpuUse::All, 32),
            (None, GpuUse::Half, 16),
            (Some(20), GpuUse::Half, 16),
            (None, GpuUse::None, 0),
        ];
        for (gpu_layers, gpu, expected) in table {
            let options = LoadOptions { gpu_layers, ..LoadOptions::default() };
            assert_eq!(wanted(&shape, &options, &gpu).gpu_layers, expected, "{gpu_layers:?} {gpu:?}");
        }
    }

    #[test]
    fn a_gpu_without_room_is_tried_with_half_a_quarter_and_none() {
        for (first, wanted) in [(33, vec![16, 8, 0]), (4, vec![2, 1, 0]), (2, vec![1, 0]), (1, vec![0])] {
            let mut layers = first;
            let mut tried = Vec::new();
            while layers > 0 {
                layers = fewer_layers(layers, first);
                tried.push(layers);
            }
            assert_eq!(tried, wanted, "{first}");
        }
    }

    #[test]
    fn nothing_is_given_up_in_silence() {
        let hardware =
            |gpu, cpu| Hardware { launch: Launch { gpu, cpu }, variant: "haswell".into(), baseline: "x64".into() };
        let table: [(Hardware, &[&str]); 4] = [
            (hardware(GpuUse::All, CpuUse::Best), &[]),
            (hardware(GpuUse::Half, CpuUse::Best), &["gpu_layers_fewer"]),
            (hardware(GpuUse::None, CpuUse::Without("zen4".into())), &["gpu_given_up", "cpu_variant_given_up"]),
            (hardware(GpuUse::All, CpuUse::Baseline), &["cpu_variant_given_up"]),
        ];
        for (hardware, wanted) in table {
            let notices = given_up(&hardware);
            let codes: Vec<&str> = notices.iter().map(|notice| notice.code.as_str()).collect();
            assert_eq!(codes, wanted, "{hardware:?}");
            assert!(notices.iter().all(|notice| notice.message.contains("느려집니다")));
        }
        let plan = |gpu_layers| Plan {
            context: 2048,
            kv: KvCacheType::F16,
            attention: Attention::Flash,
            gpu_layers,
            bytes: 0,
        };
        for (on_gpu, wanted, code) in
            [(33, 33, None), (20, 33, Some("gpu_layers_fewer")), (0, 33, Some("gpu_given_up")), (0, 0, None)]
        {
            let notice = left_off_gpu(&plan(on_gpu), wanted);
            assert_eq!(notice.map(|notice| notice.code).as_deref(), code, "{on_gpu} of {wanted}");
        }
    }
}
