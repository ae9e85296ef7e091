//! The two loops that take the time, compiled for what the processor at hand can do.
//!
//! Each is written once, in a form that the compiler turns into vector instructions by itself, and compiled again for
//! each set of them; the results are the same to the last bit, since floats are added in an order that is written
//! down and nothing is fused.

/// The instructions to compute with. A value exists only where the processor has them: see [`Kernel::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kernel(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    /// What every processor of the target has: SSE2 on x86-64, NEON on 64-bit ARM.
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// How many sums are kept side by side.
const LANES: usize = 32;

/// The dot product of floats and steps, without the scale.
#[inline(always)]
fn product(query: &[f32], steps: &[i8]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (queries, steps) = (query.chunks_exact(LANES), steps.chunks_exact(LANES));
    let rest: f32 =
        queries.remainder().iter().zip(steps.remainder()).map(|(value, step)| value * f32::from(*step)).sum();
    for (values, steps) in queries.zip(steps) {
        for (sum, (value, step)) in sums.iter_mut().zip(values.iter().zip(steps)) {
            *sum += value * f32::from(*step);
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[inline(always)]
fn products(query: &[f32], steps: &[i8], out: &mut [f32]) {
    for (out, steps) in out.iter_mut().zip(steps.chunks_exact(query.len().max(1))) {
        *out = product(query, steps);
    }
}

#[inline(always)]
fn likeness(query: &[u64], signs: &[u64], out: &mut [f32]) {
    for (out, signs) in out.iter_mut().zip(signs.chunks_exact(query.len().max(1))) {
        // Checking for a sum of 2^32 bits would keep the compiler from using vector instructions.
        let differing = query.iter().zip(signs).fold(0, |sum: u32, (a, b)| sum.wrapping_add((a ^ b).count_ones()));
        *out = -(differing as f32);
    }
}

/// The same loops for more instructions than the target promises.
#[cfg(target_arch = "x86_64")]
mod x86 {
    #[target_feature(enable = "avx2")]
    pub fn products_avx2(query: &[f32], steps: &[i8], out: &mut [f32]) {
        super::products(query, steps, out);
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub fn likeness_avx2(query: &[u64], signs: &[u64], out: &mut [f32]) {
        super::likeness(query, signs, out);
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    pub fn products_avx512(query: &[f32], steps: &[i8], out: &mut [f32]) {
        super::products(query, steps, out);
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt")]
    pub fn likeness_avx512(query: &[u64], signs: &[u64], out: &mut [f32]) {
        super::likeness(query, signs, out);
    }
}

impl Kernel {
    /// All that the processor has, best first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512vpopcntdq") && has!("popcnt") {
                all.push(Self(Set::Avx512));
            }
            if has!("avx2") && has!("popcnt") {
                all.push(Self(Set::Avx2));
            }
        }
        all.push(Self(Set::Plain));
        all
    }

    /// The best that the processor has.
    pub fn best() -> Self {
        Self::all().first().copied().unwrap_or(Self(Set::Plain))
    }

    /// The dot product of `query` and each row of as many `steps`, without the scale.
    pub fn products(self, query: &[f32], steps: &[i8], out: &mut [f32]) {
        match self.0 {
            Set::Plain => products(query, steps, out),
            // SAFETY: such a kernel comes of `all` only, which saw that the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { x86::products_avx2(query, steps, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { x86::products_avx512(query, steps, out) },
        }
    }

    /// Minus the number of bits in which `query` and each row of as many `signs` differ.
    pub fn likeness(self, query: &[u64], signs: &[u64], out: &mut [f32]) {
        match self.0 {
            Set::Plain => likeness(query, signs, out),
            // SAFETY: such a kernel comes of `all` only, which saw that the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { x86::likeness_avx2(query, signs, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { x86::likeness_avx512(query, signs, out) },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// A question and rows of as many dimensions, which are no multiple of any register's width but by chance.
    fn floats() -> impl Strategy<Value = (Vec<f32>, Vec<i8>)> {
        (0_usize..200, 0_usize..9)
            .prop_flat_map(|(dims, rows)| (vec(-1.0_f32..1.0, dims), vec(any::<i8>(), dims * rows)))
    }

    fn words() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
        (1_usize..20, 0_usize..40)
            .prop_flat_map(|(words, rows)| (vec(any::<u64>(), words), vec(any::<u64>(), words * rows)))
    }

    proptest! {
        #[test]
        fn every_kernel_multiplies_alike((query, steps) in floats()) {
            let rows = steps.len().checked_div(query.len()).unwrap_or(0);
            let exact = |row: &[i8]| -> f64 {
                query.iter().zip(row).map(|(value, step)| f64::from(*value) * f64::from(*step)).sum()
            };
            let wanted: Vec<f64> = steps.chunks_exact(query.len().max(1)).map(exact).collect();
            let mut plain = vec![0.0; rows];
            Kernel(Set::Plain).products(&query, &steps, &mut plain);
            for (wanted, found) in wanted.iter().zip(&plain) {
                prop_assert!((wanted - f64::from(*found)).abs() < 0.01, "{} for {}", found, wanted);
            }
            for kernel in Kernel::all() {
                let mut out = vec![0.0; rows];
                kernel.products(&query, &steps, &mut out);
                prop_assert_eq!(&out, &plain, "{:?}", kernel);
            }
        }

        #[test]
        fn every_kernel_counts_alike((query, signs) in words()) {
            let bits = |row: &[u64]| {
                let differs = |bit: usize| (query[bit / 64] >> (bit % 64) ^ row[bit / 64] >> (bit % 64)) & 1 == 1;
                -((0..64 * query.len()).filter(|bit| differs(*bit)).count() as f32)
            };
            let wanted: Vec<f32> = signs.chunks_exact(query.len()).map(bits).collect();
            for kernel in Kernel::all() {
                let mut out = vec![0.0; wanted.len()];
                kernel.likeness(&query, &signs, &mut out);
                prop_assert_eq!(&out, &wanted, "{:?}", kernel);
            }
        }
    }
}
