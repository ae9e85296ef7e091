//! What the rounds come to.

use serde_json::{Value, json};

use super::Round;
use super::scenario::Case;
use crate::bench::asking::First;
use crate::figures::{Spread, ratios};

/// A case of all rounds, in their order.
fn of(rounds: &[Round], case: Case) -> Vec<First> {
    let firsts = rounds.iter().flat_map(|round| &round.firsts);
    firsts.filter(|(found, _)| *found == case).map(|(_, first)| *first).collect()
}

fn times(rounds: &[Round], case: Case) -> Vec<f64> {
    of(rounds, case).iter().map(|first| first.ttft_ms).collect()
}

fn to_cold(rounds: &[Round], case: Case) -> Spread {
    Spread::of(&ratios(&times(rounds, case), &times(rounds, Case::Cold)))
}

fn side(rounds: &[Round], case: Case) -> Value {
    let firsts = of(rounds, case);
    let tokens = |of: fn(&First) -> u32| firsts.iter().map(of).collect::<Vec<u32>>();
    json!({
        "ttft_ms": Spread::of(&times(rounds, case)),
        "to_cold": to_cold(rounds, case),
        "prompt_tokens": tokens(|first| first.prompt_tokens),
        "cached_tokens": tokens(|first| first.cached_tokens),
        "restored_tokens": tokens(|first| first.restored_tokens),
    })
}

/// The figures of each case; the server's where it was asked.
pub(super) fn cases(ours: &[Round], theirs: &[Round]) -> Value {
    let case = |case: Case| {
        let mut figures = json!({ "ours": side(ours, case) });
        if !theirs.is_empty() {
            figures["server"] = side(theirs, case);
            figures["to_server"] = json!(Spread::of(&ratios(&times(ours, case), &times(theirs, case))));
        }
        (case.name().to_owned(), figures)
    };
    Value::Object(Case::ALL.into_iter().map(case).collect())
}

/// The same to read.
pub(super) fn table(ours: &[Round], theirs: &[Round]) -> Vec<String> {
    let mut heads = format!("{:<18}{:>28}{:>20}", "", "ms", "to cold");
    if !theirs.is_empty() {
        heads.push_str(&format!("{:>28}{:>20}{:>20}", "llama-server ms", "to cold", "to llama-server"));
    }
    let row = |case: Case| {
        let half = |rounds: &[Round]| {
            let (ms, cold) = (Spread::of(&times(rounds, case)), to_cold(rounds, case));
            format!("{:>28}{:>20}", format!("{ms:.0}"), format!("{cold:.2}"))
        };
        let mut row = format!("{:<18}{}", case.name(), half(ours));
        if !theirs.is_empty() {
            let ratio = Spread::of(&ratios(&times(ours, case), &times(theirs, case)));
            row.push_str(&format!("{}{:>20}", half(theirs), format!("{ratio:.2}")));
        }
        row
    };
    std::iter::once(heads).chain(Case::ALL.into_iter().map(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(cold: f64, restarted: f64) -> Round {
        let first = |ttft_ms| First { ttft_ms, prompt_tokens: 3000, cached_tokens: 0, restored_tokens: 0 };
        Round { firsts: vec![(Case::Cold, first(cold)), (Case::Restarted, first(restarted))], prepared: true }
    }

    #[test]
    fn ratios_are_of_the_same_round_and_the_servers_stand_beside_them() {
        let ours = [round(100.0, 10.0), round(200.0, 40.0)];
        let alone = cases(&ours, &[]);
        assert_eq!(alone["restarted"]["ours"]["to_cold"]["max"], json!(0.2));
        assert_eq!(alone["restarted"]["server"], Value::Null);
        assert_eq!(alone["cold"]["ours"]["prompt_tokens"], json!([3000, 3000]));
        let beside = cases(&ours, &[round(100.0, 100.0), round(100.0, 100.0)]);
        assert_eq!(beside["restarted"]["to_server"]["min"], json!(0.1));
        assert_eq!(table(&ours, &[]).len(), Case::ALL.len() + 1);
    }
}
