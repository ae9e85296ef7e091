//! The draft model, loaded beside the model that answers, in what memory that one leaves.

use std::num::NonZeroU32;
use std::path::Path;

use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use wire::Failure;

use super::plan::{self, Free, PROCESS, Plan, Wanted};
use super::shape::Shape;
use super::{Loaded, check_file, name, placed, planned, saturating, stopped};
use crate::QUEUE;
use crate::cache::is_recurrent;
use crate::draft::{BATCH, vocabulary};

/// A draft model in memory.
pub struct DraftModel {
    pub model: LlamaModel,
    /// The GGUF's own name, or the file's.
    pub name: String,
    plan: Plan,
    threads: u32,
}

impl DraftModel {
    /// Loads one for a model that answers; `gpu_layers` may be on the GPUs, and `free` is what is left.
    ///
    /// # Errors
    /// `draft_model_unreadable`, `draft_model_too_large`, `draft_model_unfit`, `request_stopped`.
    pub fn beside(
        main: &Loaded,
        backend: &LlamaBackend,
        path: &Path,
        gpu_layers: u32,
        free: Free,
    ) -> Result<Self, Failure> {
        if is_recurrent(main) {
            return Err(unfit("the model that answers cannot take a draft back"));
        }
        check_file(path).map_err(|failure| unreadable(failure.detail))?;
        let shape = Shape::read(path).ok_or_else(|| unreadable(format!("{}: no header", path.display())))?;
        if !shape.causal {
            return Err(unfit("it does not write"));
        }
        let trained = Some(shape.trained).filter(|trained| *trained > 0).map_or(u32::MAX, saturating);
        let context = main.plan.context.min(trained);
        let wanted = Wanted { context, may_shorten: false, chat: true, batch: BATCH, gpu_layers };
        let no_room = |failure: Failure| too_large(failure.detail);
        let mut plan = plan::plan(&shape, &wanted, free).map_err(no_room)?;
        let threads = main.description.threads;
        let model = loop {
            match load(backend, path, &plan, threads) {
                Ok(model) => break model,
                Err(_) if QUEUE.is_stopped() => return Err(stopped()),
                // What a GPU has room for only its driver knows.
                Err(_) if plan.gpu_layers > 0 => {
                    plan = plan::with_fewer_layers(&plan, &shape, &wanted, free, 0).map_err(no_room)?;
                }
                Err(detail) => return Err(unreadable(format!("{}: {detail}", path.display()))),
            }
        };
        if model.is_recurrent() || model.is_hybrid() {
            return Err(unfit("it cannot take a draft back"));
        }
        let difference = vocabulary::difference(&main.model.vocab(), &model.vocab());
        match difference {
            Some(difference) => Err(unfit(difference)),
            None => Ok(Self { name: name(&model, path), model, plan, threads }),
        }
    }

    /// What it was estimated to take beside the process, in bytes.
    pub fn bytes(&self) -> u64 {
        self.plan.bytes.saturating_sub(PROCESS)
    }

    /// What a context on it is opened with.
    pub fn context_parameters(&self) -> LlamaContextParams {
        context_parameters(&self.plan, self.threads)
    }
}

fn context_parameters(plan: &Plan, threads: u32) -> LlamaContextParams {
    planned(plan, threads).with_n_ctx(NonZeroU32::new(plan.context)).with_n_batch(BATCH).with_n_ubatch(BATCH)
}

fn load(backend: &LlamaBackend, path: &Path, plan: &Plan, threads: u32) -> Result<LlamaModel, String> {
    let parameters = LlamaModelParams::default().with_progress_callback(|_| !QUEUE.is_stopped());
    let parameters = placed(parameters, plan.gpu_layers).map_err(|error| error.to_string())?;
    let model = LlamaModel::load_from_file(backend, path, &parameters).map_err(|error| error.to_string())?;
    if plan.gpu_layers > 0 {
        // As for the model that answers: whether a GPU holds all of it shows only now.
        model.new_context(backend, context_parameters(plan, threads)).map_err(|error| error.to_string())?;
    }
    Ok(model)
}

fn unreadable(detail: impl ToString) -> Failure {
    Failure::new(
        "draft_model_unreadable",
        "보조 모델 파일을 읽지 못하여 보조 모델 없이 답변합니다. 파일을 다시 복사하거나 다른 보조 모델을 골라 주십시오.",
        detail,
    )
}

fn unfit(detail: impl ToString) -> Failure {
    Failure::new(
        "draft_model_unfit",
        "고른 보조 모델은 지금 모델과 함께 쓸 수 없어 보조 모델 없이 답변합니다. \
         지금 모델과 같은 계열의 더 작은 모델을 보조 모델로 골라 주십시오.",
        detail,
    )
}

/// The notice of a draft model that memory has no room for.
pub fn too_large(detail: impl ToString) -> Failure {
    Failure::new(
        "draft_model_too_large",
        "메모리가 모자라 보조 모델 없이 답변합니다. \
         더 작은 보조 모델을 고르거나, 다른 프로그램을 닫고 보조 모델을 다시 골라 주십시오.",
        detail,
    )
}
