//! What a model would take here, by the same plan as it is loaded with, before it is loaded.

use std::path::PathBuf;

use engine::{Estimate, Estimates, Fit, LoadOptions, Pooling, Task};
use wire::Failure;

use super::devices::{Gpu, Hardware};
use super::plan::{self, Free, Plan};
use super::shape::Shape;
use super::{memory, wanted};

/// What each model would take with nobody asking for anything special; `None` for what is no model.
pub fn estimate(hardware: &Hardware, models: &[PathBuf]) -> Estimates {
    let (free, all, gpu) = (memory::available(), memory::total(), Gpu::find());
    let of = |path: &PathBuf| {
        let shape = Shape::read(path)?;
        // A model that reads both ways has no text to give: it is loaded to embed or to rank, which take the same.
        let task = if shape.causal { Task::Chat } else { Task::Embed { pooling: Pooling::Mean } };
        let wanted = wanted(&shape, &LoadOptions { task, ..LoadOptions::default() }, &hardware.launch.gpu);
        judged(free, all, |memory| plan::plan(&shape, &wanted, Free { memory, gpu: gpu.as_ref() }))
    };
    Estimates { models: models.iter().map(of).collect(), free, all }
}

/// It fits in what is free, or in all that there is, or not at all.
fn judged(
    free: Option<u64>,
    all: Option<u64>,
    plan: impl Fn(Option<u64>) -> Result<Plan, Failure>,
) -> Option<Estimate> {
    let estimate = |plan: Plan, fit| Some(Estimate { bytes: plan.bytes, fit });
    match (plan(free), plan(all)) {
        (Ok(plan), _) => estimate(plan, free.map(|_| Fit::Now)),
        (Err(_), Ok(plan)) => estimate(plan, Some(Fit::Alone)),
        (Err(_), Err(_)) => estimate(plan(None).ok()?, Some(Fit::Never)),
    }
}

#[cfg(test)]
mod tests {
    use llama_cpp_2::context::params::KvCacheType;

    use super::*;
    use crate::loading::plan::Attention;

    /// A model that takes 100 bytes, or 80 with a shorter context.
    fn plan(memory: Option<u64>) -> Result<Plan, Failure> {
        let bytes = match memory {
            None | Some(100..) => 100,
            Some(80..) => 80,
            Some(_) => return Err(Failure::new("model_too_large", "", "")),
        };
        Ok(Plan { context: 8192, kv: KvCacheType::F16, attention: Attention::Flash, gpu_layers: 0, bytes })
    }

    #[test]
    fn it_fits_now_or_alone_or_never_and_nobody_guesses_where_the_system_does_not_tell() {
        let table = [
            ("now", Some(100), Some(200), 100, Some(Fit::Now)),
            ("now, with a shorter context", Some(90), Some(200), 80, Some(Fit::Now)),
            ("once other programs are closed", Some(10), Some(200), 100, Some(Fit::Alone)),
            ("never", Some(10), Some(20), 100, Some(Fit::Never)),
            ("not known", None, None, 100, None),
        ];
        for (name, free, all, bytes, fit) in table {
            assert_eq!(judged(free, all, plan), Some(Estimate { bytes, fit }), "{name}");
        }
    }
}
