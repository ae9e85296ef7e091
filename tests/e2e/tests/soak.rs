//! A round of the soak in the real window, so that it keeps working: what grows, only a long one can say.

use e2e::soak::figures::Measure;
use e2e::soak::{Length, soak};
use e2e::{Prerequisites, Result, in_namespace};

#[test]
fn a_round_of_the_soak_measures_every_process_and_leaves_nothing_running() {
    in_namespace("a_round_of_the_soak_measures_every_process_and_leaves_nothing_running", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let report = soak(needs, Length::Rounds(1)).await?;
    println!("{}", report.table());
    assert!(report.is_whole(), "{:?} {:?} {:?}", report.failed, report.orphans, report.trail_faults);
    let [sample] = &report.samples[..] else { panic!("{} samples", report.samples.len()) };
    let measured = |name: &str, measure| sample.get(&(name.to_owned(), measure)).copied().unwrap_or_default();
    for process in ["window", "WebKitWebProces", "engine", "embedder"] {
        for measure in [Measure::Memory, Measure::Descriptors, Measure::Threads] {
            assert!(measured(process, measure) > 0.0, "{process} {measure:?}: {sample:?}");
        }
    }
    assert!(measured("engine", Measure::Memory) > measured("embedder", Measure::Memory), "{sample:?}");
    assert_eq!(measured("readers at rest", Measure::Processes), 0.0, "{sample:?}");
    for part in ["database", "index", "other"] {
        assert!(measured(&format!("profile: {part}"), Measure::Files) > 0.0, "{part}: {sample:?}");
    }
    assert!(report.trail > 10, "{} entries in the trail", report.trail);
    Ok(())
}
