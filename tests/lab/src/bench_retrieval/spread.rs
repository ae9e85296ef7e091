//! Vectors that are spread as those of passages are.

use crate::bench_retrieval::made::unit;
use crate::generate::Random;

/// Passages about one subject lie near each other: as many subjects as this.
const SUBJECTS: usize = 64;
/// How far from its subject a passage lies, beside the subject's length of 1.
const SPREAD: f32 = 0.8;
/// As [`SPREAD`], a made passage from what it is made of.
const NOISE: f32 = 0.4;

fn dot(one: &[f32], other: &[f32]) -> f32 {
    // Eight sums beside each other, so that the compiler adds them at once.
    let mut sums = [0.0_f32; 8];
    let (ones, others) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in ones.zip(others) {
        for (sum, (one, other)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += one * other;
        }
    }
    rest + sums.iter().sum::<f32>()
}

/// Vectors of length 1 about subjects: what stands for a corpus that no model embedded.
pub fn clustered(count: usize, dimensions: usize, random: &mut Random) -> Vec<Vec<f32>> {
    let subjects: Vec<Vec<f32>> = (0..SUBJECTS).map(|_| with_noise(&vec![0.0; dimensions], 1.0, random)).collect();
    let mut one = || {
        let subject = &subjects[random.below(SUBJECTS as u64) as usize];
        with_noise(subject, SPREAD, random)
    };
    (0..count).map(|_| one()).collect()
}

/// The vector of a passage made of two: near both.
pub fn blended(one: &[f32], other: &[f32], random: &mut Random) -> Vec<f32> {
    let sum: Vec<f32> = one.iter().zip(other).map(|(one, other)| one + other).collect();
    with_noise(&unit_length(sum), NOISE, random)
}

/// The vector of a question about a passage: near it.
pub fn near(passage: &[f32], random: &mut Random) -> Vec<f32> {
    with_noise(passage, SPREAD, random)
}

/// A vector with noise of about `length` added, of length 1 again.
fn with_noise(vector: &[f32], length: f32, random: &mut Random) -> Vec<f32> {
    // Evenly spread from -1 to 1, a value's square is 1/3 in the mean.
    let scale = length * (3.0 / vector.len().max(1) as f32).sqrt();
    unit_length(vector.iter().map(|value| value + scale * (2.0 * unit(random) as f32 - 1.0)).collect())
}

fn unit_length(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_have_length_one_and_are_the_seeds() {
        let made = |seed| clustered(20, 100, &mut Random::new(seed));
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
        for vector in made(1) {
            assert!((dot(&vector, &vector) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn a_made_passage_is_near_what_it_is_made_of_and_a_question_near_its_passage() {
        let mut random = Random::new(3);
        let base = clustered(200, 256, &mut random);
        let blend = blended(&base[0], &base[1], &mut random);
        let asked = near(&base[0], &mut random);
        for (other, vector) in base.iter().enumerate().skip(2) {
            assert!(dot(&blend, &base[0]) > dot(&blend, vector), "{other}");
            assert!(dot(&asked, &base[0]) > dot(&asked, vector), "{other}");
        }
    }
}
