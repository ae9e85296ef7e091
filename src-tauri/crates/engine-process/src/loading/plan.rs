//! How a model is loaded so that it fits: what it takes is estimated from its header, before anything is read.

use llama_cpp_2::context::params::KvCacheType;
use wire::Failure;

use super::devices::Gpu;
use super::shape::Shape;
use super::{CONTEXT_MIN, too_large};

/// What the process takes beside the model: libraries, vocabulary, output buffers, threads. In bytes.
pub const PROCESS: u64 = 256 << 20;
/// What is left free on a GPU, in bytes: a screen is drawn with it as well.
const GPU_SPARE: u64 = 512 << 20;
/// By how much a context is shortened at a time, in tokens.
const CONTEXT_STEP: u32 = 1024;
/// What llama.cpp rounds a context up to, in tokens.
const CONTEXT_UNIT: u64 = 256;

/// How a model is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Context, in tokens.
    pub context: u32,
    /// True where it may be shortened.
    pub may_shorten: bool,
    /// True where text is generated: only then are there logits, and a KV cache worth quantising.
    pub chat: bool,
    /// Tokens computed at once.
    pub batch: u32,
    /// The most layers on a GPU.
    pub gpu_layers: u32,
}

/// What is free, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Free<'a> {
    /// Of the machine's memory, where it tells.
    pub memory: Option<u64>,
    /// The GPUs that may be used.
    pub gpu: Option<&'a Gpu>,
}

/// How attention is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// The scores of a batch at once, which takes memory for them. On a CPU this is the faster way behind a long text: in
    /// six turns of llama-bench with each (AVX2, two cores, a 1.5B model in Q4_K) prompts behind 1,024 tokens were read
    /// 1.16 times as fast in the median, from 0.87 to 1.35 on a noisy machine, and drafts of 16 tokens verified 1.3 to
    /// 1.8 times as fast.
    Plain,
    /// Flash attention (Dao et al., arXiv:2205.14135), or what llama.cpp has in its place on a device: needed where
    /// values are quantised.
    Flash,
}

/// How a model is to be loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Context, in tokens.
    pub context: u32,
    /// The numbers of the KV cache.
    pub kv: KvCacheType,
    /// How attention is computed.
    pub attention: Attention,
    /// Layers on the GPUs, the output layer last and first to go there.
    pub gpu_layers: u32,
    /// What it takes in all, in bytes.
    pub bytes: u64,
}

/// A way to load a model, before it is known where.
#[derive(Debug, Clone, Copy)]
struct Way {
    context: u32,
    kv: KvCacheType,
    attention: Attention,
}

/// What a model takes when it is loaded in one way, in bytes.
#[derive(Debug, Clone, Copy)]
struct Need<'a> {
    shape: &'a Shape,
    context: u64,
    kv: KvCacheType,
    compute: u64,
}

impl<'a> Need<'a> {
    fn new(shape: &'a Shape, wanted: &Wanted, way: Way) -> Self {
        let context = u64::from(way.context).next_multiple_of(CONTEXT_UNIT);
        Self { shape, context, kv: way.kv, compute: compute_bytes(shape, wanted, context, way.attention) }
    }

    fn total(&self) -> u64 {
        let layers = 0..self.shape.layers.len();
        let kv = layers.fold(0_u64, |sum, layer| sum.saturating_add(self.kv_of(layer)));
        self.shape.weights().saturating_add(kv).saturating_add(self.compute).saturating_add(PROCESS)
    }

    fn kv_of(&self, layer: usize) -> u64 {
        let numbers = self.shape.layers[layer].kept.saturating_mul(self.context);
        match self.kv {
            // Blocks of 32 numbers: a half-precision scale and a byte each.
            KvCacheType::Q8_0 => (numbers / 32).saturating_mul(34),
            _ => numbers.saturating_mul(2),
        }
    }

    /// What each layer takes on a GPU, in the order in which they go there: the output layer, then from the last on.
    fn on_gpu(&self) -> impl Iterator<Item = u64> {
        let layer = move |layer: usize| self.shape.layers[layer].weights.saturating_add(self.kv_of(layer));
        std::iter::once(self.shape.output).chain((0..self.shape.layers.len()).rev().map(layer))
    }

    /// What is taken of the machine's memory with so many layers on the GPUs.
    fn in_memory(&self, gpu_layers: u32, gpu: Option<&Gpu>) -> u64 {
        if gpu.is_none_or(|gpu| gpu.shared) {
            return self.total();
        }
        // A tied output layer is a copy: the input keeps its own.
        let copied = if self.shape.tied { self.shape.output } else { 0 };
        let moved = self.on_gpu().take(gpu_layers as usize).fold(0_u64, u64::saturating_add);
        self.total().saturating_sub(moved.saturating_sub(copied))
    }

    /// True where memory holds what is left to it with so many layers on the GPUs.
    fn fits(&self, gpu_layers: u32, free: Free) -> bool {
        free.memory.is_none_or(|memory| self.in_memory(gpu_layers, free.gpu) <= memory)
    }

    /// Layers that fit on the GPUs.
    fn fitting(&self, gpu: &Gpu) -> u32 {
        let Some(free) = gpu.free else { return u32::MAX };
        let room = free.saturating_sub(self.compute).saturating_sub(GPU_SPARE);
        let mut taken = 0_u64;
        let fits = |bytes: &u64| {
            taken = taken.saturating_add(*bytes);
            taken <= room
        };
        self.on_gpu().take_while(fits).count() as u32
    }
}

/// Compute buffers: llama.cpp reuses them from layer to layer, so that the largest of each kind counts once.
fn compute_bytes(shape: &Shape, wanted: &Wanted, context: u64, attention: Attention) -> u64 {
    const F32: u64 = 4;
    /// A mask of attention is held as f32 and as f16.
    const MASK: u64 = 6;
    let batch = u64::from(wanted.batch);
    // Residual, normalised, queries and what attention gives; the feed-forward part up, gated and multiplied.
    let layer = shape.embedding.saturating_mul(4).saturating_add(shape.feed_forward.saturating_mul(3));
    // A model that reads both ways has no output layer over the vocabulary.
    let output = if wanted.chat || shape.causal { shape.vocabulary } else { 0 };
    let numbers = layer.saturating_add(output).saturating_mul(batch).saturating_mul(F32);
    let seen = if shape.causal { context } else { batch };
    let scores = match attention {
        Attention::Plain => shape.heads.saturating_mul(F32),
        Attention::Flash => 0,
    };
    numbers.saturating_add(seen.saturating_mul(batch).saturating_mul(MASK.saturating_add(scores)))
}

/// The first way in which the model fits: as wanted; with flash attention; with a KV cache of q8_0; with a shorter context.
///
/// # Errors
/// `model_too_large`, with what would fit.
pub fn plan(shape: &Shape, wanted: &Wanted, free: Free) -> Result<Plan, Failure> {
    let (context, f16) = (wanted.context, KvCacheType::F16);
    let small = shape.in_blocks && wanted.chat && shape.causal;
    let smallest = if small { KvCacheType::Q8_0 } else { f16 };
    let plain = wanted.chat.then_some(Way { context, kv: f16, attention: Attention::Plain });
    let flash = |context, kv| Way { context, kv, attention: Attention::Flash };
    let quantised = small.then(|| flash(context, smallest));
    let shorter = shorter_contexts(context).filter(|_| wanted.may_shorten).map(|context| flash(context, smallest));
    for way in plain.into_iter().chain([flash(context, f16)]).chain(quantised).chain(shorter) {
        let need = Need::new(shape, wanted, way);
        let gpu_layers = free.gpu.map_or(0, |gpu| need.fitting(gpu).min(wanted.gpu_layers));
        let gpu_layers = gpu_layers.min(shape.layers.len() as u32 + 1);
        let here = way.attention == Attention::Flash || gpu_layers == 0;
        if here && need.fits(gpu_layers, free) {
            let Way { context, kv, attention } = way;
            return Ok(Plan { context, kv, attention, gpu_layers, bytes: need.total() });
        }
    }
    Err(refusal(shape, wanted, free, smallest))
}

/// The same plan with fewer layers on the GPUs, where the machine's memory holds the others.
///
/// # Errors
/// `model_too_large`.
pub fn with_fewer_layers(
    plan: &Plan,
    shape: &Shape,
    wanted: &Wanted,
    free: Free,
    gpu_layers: u32,
) -> Result<Plan, Failure> {
    let plain = gpu_layers == 0 && wanted.chat && plan.kv == KvCacheType::F16;
    for attention in plain.then_some(Attention::Plain).into_iter().chain([Attention::Flash]) {
        let need = Need::new(shape, wanted, Way { context: plan.context, kv: plan.kv, attention });
        if need.fits(gpu_layers, free) {
            return Ok(Plan { gpu_layers, attention, bytes: need.total(), ..plan.clone() });
        }
    }
    Err(refusal(shape, wanted, Free { gpu: None, ..free }, plan.kv))
}

/// What is free of memory, and of the GPUs, once a model is loaded by a plan. The process is counted with each model,
/// and is there once.
pub fn left(plan: &Plan, shape: &Shape, wanted: &Wanted, free: Free) -> (Option<u64>, Option<Gpu>) {
    let Plan { context, kv, attention, gpu_layers, .. } = *plan;
    let need = Need::new(shape, wanted, Way { context, kv, attention });
    let in_memory = need.in_memory(gpu_layers, free.gpu);
    let memory = free.memory.map(|memory| memory.saturating_sub(in_memory).saturating_add(PROCESS));
    let layers = need.on_gpu().take(gpu_layers as usize).fold(need.compute, u64::saturating_add);
    let on_gpu = if gpu_layers == 0 { 0 } else { layers };
    let gpu = free.gpu.map(|gpu| Gpu { free: gpu.free.map(|free| free.saturating_sub(on_gpu)), ..gpu.clone() });
    (memory, gpu)
}

fn shorter_contexts(context: u32) -> impl Iterator<Item = u32> {
    let steps = context.saturating_sub(1) / CONTEXT_STEP;
    (1..=steps).rev().map(|step| step * CONTEXT_STEP).take_while(|context| *context >= CONTEXT_MIN)
}

/// Common ways to quantise, and the bits of a number in them.
const QUANTISATIONS: [(&str, f64); 5] =
    [("Q8_0", 8.5), ("Q6_K", 6.6), ("Q5_K_M", 5.7), ("Q4_K_M", 4.9), ("Q3_K_M", 3.9)];

/// Says how much is wanting, and what would do.
fn refusal(shape: &Shape, wanted: &Wanted, free: Free, kv: KvCacheType) -> Failure {
    let memory = free.memory.unwrap_or(u64::MAX);
    let takes = |context: u32| {
        let need = Need::new(shape, wanted, Way { context, kv, attention: Attention::Flash });
        let gpu_layers = free.gpu.map_or(0, |gpu| need.fitting(gpu).min(wanted.gpu_layers));
        need.in_memory(gpu_layers, free.gpu)
    };
    let needed = takes(wanted.context);
    let shortest = takes(wanted.context.min(CONTEXT_MIN));
    let room = memory.saturating_sub(shortest.saturating_sub(shape.weights()));
    // A context may be of any length, and its steps are too many to try each.
    let longest = largest(wanted.context / CONTEXT_STEP, |step| takes(step * CONTEXT_STEP) <= memory) * CONTEXT_STEP;
    let advice = if longest >= CONTEXT_MIN {
        format!("문맥 길이를 {longest}토큰 이하로 줄여 주십시오.")
    } else if let Some((name, bytes)) = smaller_file(shape, room) {
        format!("같은 모델을 더 많이 양자화한 파일({name}, 약 {} GiB)을 골라 주십시오.", gib(bytes))
    } else {
        "더 작은 모델을 고르거나 다른 프로그램을 닫고 다시 시도해 주십시오.".to_owned()
    };
    let mut failure = too_large(format!("needs {} MiB, {} MiB are free", needed >> 20, memory >> 20));
    failure.message = format!(
        "이 모델에는 메모리가 약 {} GiB 필요한데 지금 쓸 수 있는 메모리는 {} GiB입니다. {advice}",
        gib(needed),
        gib(memory),
    );
    failure
}

/// The largest of 0 to `most` that fits, where all below one that fits do as well.
fn largest(most: u32, fits: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = high - (high - low) / 2;
        if fits(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// The least quantised file of the same model that `room` holds, and about its size in bytes.
fn smaller_file(shape: &Shape, room: u64) -> Option<(&'static str, u64)> {
    let sized = QUANTISATIONS.iter().map(|(name, bits)| (*name, (shape.parameters as f64 * bits / 8.0) as u64));
    sized.into_iter().find(|(_, bytes)| *bytes <= room && *bytes < shape.weights())
}

fn gib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1_u32 << 30))
}

#[cfg(test)]
mod tests {
    use super::super::shape::Layer;
    use super::*;

    const GIB: u64 = 1 << 30;

    /// About an 8B model in 4 bits with grouped queries: 4.5 GiB of weights, 128 KiB of KV a token.
    fn shape() -> Shape {
        let layer = Layer { weights: GIB / 8, kept: 2 * 8 * 128 };
        Shape {
            trained: 131_072,
            vocabulary: 100_000,
            embedding: 4096,
            heads: 32,
            feed_forward: 14_336,
            layers: vec![layer; 32],
            beside: GIB / 2,
            output: GIB / 4,
            tied: false,
            parameters: 8_000_000_000,
            causal: true,
            in_blocks: true,
        }
    }

    fn wanted(context: u32, may_shorten: bool) -> Wanted {
        Wanted { context, may_shorten, chat: true, batch: 512, gpu_layers: u32::MAX }
    }

    fn way(context: u32, kv: KvCacheType, attention: Attention) -> Way {
        Way { context, kv, attention }
    }

    fn memory(bytes: u64) -> Free<'static> {
        Free { memory: Some(bytes), gpu: None }
    }

    #[test]
    fn the_kv_cache_counts_by_token_and_by_its_numbers() {
        let (shape, wanted) = (shape(), wanted(8192, false));
        let kv = |context, kv| {
            let need = Need::new(&shape, &wanted, way(context, kv, Attention::Flash));
            need.total() - need.compute - PROCESS - shape.weights()
        };
        assert_eq!(kv(8192, KvCacheType::F16), GIB);
        assert_eq!(kv(8192, KvCacheType::Q8_0), GIB / 64 * 34);
        assert_eq!(kv(1, KvCacheType::F16), kv(256, KvCacheType::F16), "a context is rounded up");
    }

    #[test]
    fn the_first_way_that_fits_is_taken() {
        let shape = shape();
        let total = |context, kv, attention| {
            Need::new(&shape, &wanted(context, true), way(context, kv, attention)).total()
        };
        let (f16, q8_0, plain, flash) = (KvCacheType::F16, KvCacheType::Q8_0, Attention::Plain, Attention::Flash);
        let table = [
            ("all of it", total(8192, f16, plain), 8192, f16, plain),
            ("no room for scores", total(8192, f16, plain) - 1, 8192, f16, flash),
            ("a smaller cache", total(8192, f16, flash) - 1, 8192, q8_0, flash),
            ("a shorter context", total(8192, q8_0, flash) - 1, 7168, q8_0, flash),
            ("the shortest", total(2048, q8_0, flash), 2048, q8_0, flash),
        ];
        for (name, free, context, kv, attention) in table {
            let plan = plan(&shape, &wanted(8192, true), memory(free)).unwrap();
            assert_eq!((plan.context, plan.kv, plan.attention), (context, kv, attention), "{name}");
            assert!(plan.bytes <= free, "{name}");
        }
    }

    #[test]
    fn scores_take_a_number_a_head_and_a_token_and_only_a_chat_has_room_for_them() {
        let bytes = |attention| compute_bytes(&shape(), &wanted(8192, true), 8192, attention);
        assert_eq!(bytes(Attention::Plain) - bytes(Attention::Flash), 32 * 8192 * 512 * 4);
        let pooled = Wanted { chat: false, ..wanted(2048, false) };
        assert_eq!(plan(&shape(), &pooled, memory(64 * GIB)).unwrap().attention, Attention::Flash);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let shape = shape();
        let table = [
            ("a length that was asked for", wanted(32_768, false), 6 * GIB, "문맥 길이를"),
            ("weights", wanted(8192, true), 4 * GIB + GIB / 2, "Q3_K_M"),
            ("anything", wanted(8192, true), GIB, "더 작은 모델"),
        ];
        for (name, wanted, free, advice) in table {
            let failure = plan(&shape, &wanted, memory(free)).unwrap_err();
            assert_eq!(failure.code, "model_too_large", "{name}");
            assert!(failure.message.contains(advice), "{name}: {}", failure.message);
            assert!(failure.message.contains(&gib(free)), "{name}: {}", failure.message);
            assert!(failure.message.ends_with("주십시오."), "{name}");
        }
        let failure = plan(&shape, &wanted(32_768, false), memory(6 * GIB)).unwrap_err();
        let advised = failure.message.split("문맥 길이를 ").nth(1).and_then(|rest| rest.split("토큰").next());
        let advised: u32 = advised.unwrap().parse().unwrap();
        assert!(plan(&shape, &wanted(advised, false), memory(6 * GIB)).is_ok(), "{advised}");
        assert!(plan(&shape, &wanted(advised + 1024, false), memory(6 * GIB)).is_err(), "{advised}");
    }

    #[test]
    fn a_cache_that_cannot_be_quantised_is_not() {
        let shape = Shape { in_blocks: false, ..shape() };
        let full = Need::new(&shape, &wanted(8192, true), way(8192, KvCacheType::F16, Attention::Flash)).total();
        let plan = plan(&shape, &wanted(8192, true), memory(full - 1)).unwrap();
        assert_eq!((plan.context, plan.kv), (7168, KvCacheType::F16));
    }

    #[test]
    fn a_gpu_takes_the_layers_that_fit_and_memory_the_rest() {
        let shape = shape();
        let gpu = |free: Option<u64>, shared| Gpu { name: "GPU".into(), free, shared };
        let compute = Need::new(&shape, &wanted(8192, true), way(8192, KvCacheType::F16, Attention::Flash)).compute;
        let each = GIB / 8 + GIB / 32;
        let room = |layers: u64| compute + GPU_SPARE + shape.output + each * layers;
        let table = [
            ("all", gpu(Some(64 * GIB), false), u32::MAX, 33),
            ("all, where the driver does not tell", gpu(None, false), u32::MAX, 33),
            ("half", gpu(Some(room(15)), false), u32::MAX, 16),
            ("no more than asked for", gpu(Some(64 * GIB), false), 7, 7),
            ("none", gpu(Some(GPU_SPARE), false), u32::MAX, 0),
        ];
        for (name, gpu, gpu_layers, expected) in table {
            let wanted = Wanted { gpu_layers, ..wanted(8192, true) };
            let plan = plan(&shape, &wanted, Free { memory: Some(64 * GIB), gpu: Some(&gpu) }).unwrap();
            assert_eq!(plan.gpu_layers, expected, "{name}");
        }
        let (own, shared) = (gpu(Some(64 * GIB), false), gpu(Some(64 * GIB), true));
        let with = |gpu| plan(&shape, &wanted(8192, false), Free { memory: Some(2 * GIB), gpu: Some(gpu) });
        assert!(with(&own).is_ok(), "the GPU's own memory holds the layers");
        assert!(with(&shared).is_err(), "the machine's memory is lent and not doubled");
    }

    #[test]
    fn layers_that_a_gpu_gives_back_must_fit_in_memory() {
        let shape = shape();
        let gpu = Gpu { name: "GPU".into(), free: Some(64 * GIB), shared: false };
        let free = Free { memory: Some(3 * GIB), gpu: Some(&gpu) };
        let wanted = wanted(8192, false);
        let all = plan(&shape, &wanted, free).unwrap();
        assert_eq!(all.attention, Attention::Flash, "llama.cpp knows what a device does best");
        let fewer = |layers| with_fewer_layers(&all, &shape, &wanted, free, layers);
        assert_eq!(fewer(24).unwrap().gpu_layers, 24);
        assert_eq!(fewer(0).unwrap_err().code, "model_too_large");
        let much = Free { memory: Some(64 * GIB), gpu: Some(&gpu) };
        let none = with_fewer_layers(&all, &shape, &wanted, much, 0).unwrap();
        assert_eq!((none.gpu_layers, none.attention), (0, Attention::Plain));
    }

    #[test]
    fn a_second_model_has_what_the_first_leaves() {
        let shape = shape();
        let first = plan(&shape, &wanted(8192, false), memory(8 * GIB)).unwrap();
        let (free, _) = left(&first, &shape, &wanted(8192, false), memory(8 * GIB));
        assert_eq!(free, Some(8 * GIB - first.bytes + PROCESS), "there is one process");
        let small = Shape { layers: vec![shape.layers[0]; 2], ..shape.clone() };
        assert!(plan(&small, &wanted(2048, false), memory(free.unwrap())).is_ok());
        assert!(plan(&shape, &wanted(2048, false), memory(free.unwrap())).is_err());
        assert_eq!(left(&first, &shape, &wanted(8192, false), memory(first.bytes)).0, Some(PROCESS), "nothing");

        let gpu = Gpu { name: "GPU".into(), free: Some(64 * GIB), shared: false };
        let on_gpu = Free { memory: Some(8 * GIB), gpu: Some(&gpu) };
        let first = plan(&shape, &wanted(8192, false), on_gpu).unwrap();
        let (free, gpu) = left(&first, &shape, &wanted(8192, false), on_gpu);
        let taken = 64 * GIB - gpu.and_then(|gpu| gpu.free).unwrap();
        assert!(taken > shape.weights() - shape.beside && free > Some(7 * GIB), "{taken} {free:?}");
    }

    #[test]
    fn numbers_that_no_model_has_are_refused_and_overflow_nothing() {
        let layer = Layer { weights: u64::MAX, kept: u64::MAX };
        let shape = Shape {
            vocabulary: u64::MAX,
            embedding: u64::MAX,
            heads: u64::MAX,
            feed_forward: u64::MAX,
            layers: vec![layer; 512],
            beside: u64::MAX,
            output: u64::MAX,
            parameters: u64::MAX,
            causal: true,
            in_blocks: true,
            ..Shape::default()
        };
        let gpu = Gpu { name: "GPU".into(), free: Some(u64::MAX), shared: false };
        for gpu in [None, Some(&gpu)] {
            for context in [1, 2048, u32::MAX] {
                let free = Free { memory: Some(64 * GIB), gpu };
                let failure = plan(&shape, &wanted(context, context <= 8192), free).unwrap_err();
                assert_eq!(failure.code, "model_too_large");
            }
        }
    }
}
