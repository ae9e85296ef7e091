//! What the answers come to.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::{Asked, Settings, Way};
use crate::figures::quantile;
use crate::generate::Random;

/// The figures of each way.
pub fn report(asked: &[Asked], settings: &Settings) -> Value {
    let of = |way: Way| asked.iter().filter(move |asked| asked.way == way);
    let full: HashMap<&str, bool> = of(Way::Full).map(|asked| (asked.id.as_str(), asked.right)).collect();
    let ways = [Way::Full].into_iter().chain(settings.ways.iter().copied());
    let figures = |way: Way| {
        let here: Vec<&Asked> = of(way).collect();
        let lost = |asked: &&Asked| f64::from(u8::from(full[asked.id.as_str()])) - f64::from(u8::from(asked.right));
        let mut by_document: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for asked in &here {
            by_document.entry(&asked.document).or_default().push(lost(asked));
        }
        let losses: Vec<f64> = here.iter().map(lost).collect();
        let (low, high) = interval(&by_document.into_values().collect::<Vec<_>>(), settings.seed);
        let right = |counts: &dyn Fn(&Asked) -> bool| {
            let those: Vec<bool> = here.iter().filter(|asked| counts(asked)).map(|asked| asked.right).collect();
            json!({ "questions": those.len(), "right": those.iter().filter(|right| **right).count() })
        };
        json!({
            "all": right(&|_| true),
            "by_place": (0..settings.passages).map(|at| right(&|asked| asked.place == Some(at))).collect::<Vec<_>>(),
            "two_needed": right(&|asked| asked.place.is_none()),
            "lost": losses.iter().filter(|loss| **loss > 0.0).count(),
            "gained": losses.iter().filter(|loss| **loss < 0.0).count(),
            "loss": losses.iter().sum::<f64>() / losses.len() as f64,
            "low": low,
            "high": high,
            "ttft_ms": quantile(&here.iter().map(|asked| asked.ttft_ms).collect::<Vec<_>>(), 0.5),
        })
    };
    let ways: serde_json::Map<String, Value> =
        ways.map(|way| (json!(way).as_str().unwrap_or_default().to_owned(), figures(way))).collect();
    json!({ "ways": ways, "passages": settings.passages, "seed": settings.seed })
}

/// The 95 % interval of the mean of all losses, of draws of whole groups.
fn interval(groups: &[Vec<f64>], seed: u64) -> (f64, f64) {
    const DRAWS: usize = 2_000;
    let mut random = Random::new(seed);
    let means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..groups.len()).map(|_| &groups[random.below(groups.len() as u64) as usize]);
            let (sum, number) =
                drawn.fold((0.0, 0), |(sum, number), group| (sum + group.iter().sum::<f64>(), number + group.len()));
            sum / number as f64
        })
        .collect();
    (quantile(&means, 0.025), quantile(&means, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_of_whole_documents() {
        let (low, high) = interval(&vec![vec![0.0; 5]; 20], 1);
        assert_eq!((low, high), (0.0, 0.0));
        let mixed: Vec<Vec<f64>> = (0..20).map(|at| vec![f64::from(u8::from(at % 2 == 0)); 5]).collect();
        let (low, high) = interval(&mixed, 1);
        assert!(low > 0.2 && low < 0.4 && high > 0.6 && high < 0.8, "{low} {high}");
    }
}
