//! `window-figures [ROUNDS]`: how soon the window can be used and what memory it holds, beside an empty Tauri window, in turns;
//! how soon the desk is there once it is unlocked; how soon a typed letter is painted while an answer streams; and what part
//! of a processor the window takes then, and at rest.
//!
//! A window can be used with the frame behind the one in which its first screen came up: its page marks that (User Timing),
//! and the time is counted from the start of the process. Cold is with the system's page cache dropped, which takes root.
//! Memory is the proportional set size of the window's process and WebKit's; the engine's is its model's.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, UNIX_EPOCH};

use e2e::{Desk, PASSWORD, Prerequisites, Window, process};
use serde_json::{Value, json};

/// Turns of both programs, where the command line says nothing.
const ROUNDS: usize = 5;
/// Conversations that the person has.
const CONVERSATIONS: usize = 100;
/// Letters typed while answers stream.
const LETTERS: usize = 200;

/// Of one program, one a round.
#[derive(Default)]
struct Opened {
    cold_ms: Vec<f64>,
    warm_ms: Vec<f64>,
    bytes: Vec<f64>,
    /// Of them the program's own process, which WebKit's stand beside.
    own_bytes: Vec<f64>,
}

/// Time for the memory of a fresh window to settle.
const SETTLED: Duration = Duration::from_secs(3);
/// Between two letters: a quick typist's.
const LETTER: Duration = Duration::from_millis(80);

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    // What is missing was said.
    let Some(needs) = Prerequisites::find() else { return ExitCode::FAILURE };
    let measured = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(measured(&needs, rounds)));
    match measured {
        Ok(report) => {
            println!("{report:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("window-figures: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measured(needs: &Prerequisites, rounds: usize) -> e2e::Result<Value> {
    let desk = Desk::set_up(needs)?;
    // The first time the person sets a password, and everything is made.
    desk.open().await?.close().await?;
    let titles = (1..=CONVERSATIONS).map(|number| format!("{number}번째 질문: 출장 보고의 기한"));
    let answer = "출장을 마친 날부터 5일 이내에 보고해야 합니다. 자세한 것은 복무 부서에 물어보십시오.";
    desk.converse(titles, "출장을 마치면 언제까지 보고해야 합니까?", answer)?;
    let empty = needs.program().with_file_name("examples").join("empty_window");
    let (mut ours, mut theirs) = (Opened::default(), Opened::default());
    let mut unlocked_ms = Vec::new();
    let mut cold = true;
    for round in 0..rounds {
        eprint!("\r{round}/{} rounds   ", rounds);
        let in_turn = if round % 2 == 0 { [true, false] } else { [false, true] };
        for own in in_turn {
            let (program, opened) = if own { (needs.program(), &mut ours) } else { (empty.as_path(), &mut theirs) };
            cold &= drop_caches();
            let (took, window) = shown(&desk, program).await?;
            opened.cold_ms.push(took);
            window.close().await?;
            let (warm, window) = shown(&desk, program).await?;
            opened.warm_ms.push(warm);
            if own {
                unlocked_ms.push(unlocked(&window).await?);
            }
            tokio::time::sleep(SETTLED).await;
            let (own, web) = memory(program);
            opened.bytes.push(own + web);
            opened.own_bytes.push(own);
            window.close().await?;
        }
    }
    let Typed { letters, resting, answering } = typed(&desk, needs.program(), LETTERS).await?;
    eprintln!();
    let compared = |ours: &[f64], theirs: &[f64]| {
        // What lies next to each other in time has the same noise.
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        json!({ "ours": spread(ours), "empty": spread(theirs), "ratio": spread(&ratios) })
    };
    Ok(json!({
        "conversations": CONVERSATIONS,
        "cold_ms": if cold { compared(&ours.cold_ms, &theirs.cold_ms) } else { Value::Null },
        "warm_ms": compared(&ours.warm_ms, &theirs.warm_ms),
        "unlocked_ms": spread(&unlocked_ms),
        "memory_bytes": compared(&ours.bytes, &theirs.bytes),
        "own_process_bytes": compared(&ours.own_bytes, &theirs.own_bytes),
        "processors": { "at_rest": resting, "while_typing": answering },
        "letters": letters.len(),
        "key_to_paint_ms": { "p50": quantile(&letters, 0.5), "p95": quantile(&letters, 0.95), "max": quantile(&letters, 1.0) },
    }))
}

/// True where the system read from its disk again what comes next.
fn drop_caches() -> bool {
    std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}

/// Milliseconds from the start of the process until its window could be used, and the window.
async fn shown<'desk>(desk: &'desk Desk, program: &Path) -> e2e::Result<(f64, Window<'desk>)> {
    let window = desk.open_program(program).await?;
    let marked = "const done = arguments[0]; const look = () => { \
                  const marks = performance.getEntriesByType('mark').filter(({ name }) => ['locked', 'open'].includes(name)); \
                  if (marks.length > 0) done(performance.timeOrigin + marks[0].startTime); else setTimeout(look, 20) }; look()";
    let at = window.script_async(marked, Vec::new()).await?.as_f64().ok_or("the page marks no time")?;
    let first = *process::family(program).first().ok_or("no such process runs")?;
    let started = process::started(first).ok_or("the process ended")?.duration_since(UNIX_EPOCH)?;
    Ok((at - started.as_secs_f64() * 1e3, window))
}

/// Types the password; milliseconds from the press of the button until the desk could be used.
async fn unlocked(window: &Window<'_>) -> e2e::Result<f64> {
    let watch = "addEventListener('click', ({ timeStamp }) => (window.pressed = timeStamp), { capture: true })";
    window.script(watch, Vec::new()).await?;
    window.unlock(PASSWORD).await?;
    window.wait("[data-testid=question]").await?;
    // The mark comes with the frame behind the one in which the desk does.
    let took = "const done = arguments[0]; const look = () => { const mark = performance.getEntriesByName('open').at(-1); \
                if (mark) done(mark.startTime - window.pressed); else setTimeout(look, 20) }; look()";
    window.script_async(took, Vec::new()).await?.as_f64().ok_or_else(|| "the page marks no time".into())
}

/// Bytes of the window's process, and of WebKit's together.
fn memory(program: &Path) -> (f64, f64) {
    let family = process::family(program);
    let bytes = |numbers: &mut dyn Iterator<Item = &u32>| {
        numbers.filter_map(|number| process::proportional_bytes(*number)).sum::<u64>() as f64
    };
    let own = bytes(&mut family.iter().take(1));
    (own, bytes(&mut family.iter().skip(1).filter(|number| process::name(**number).starts_with("WebKit"))))
}

/// What typing took while answers stream.
struct Typed {
    /// Milliseconds from each key to the frame behind it.
    letters: Vec<f64>,
    /// Processors that the window and WebKit took before.
    resting: f64,
    /// And while it was typed.
    answering: f64,
}

/// Of the window's process and WebKit's, since they started.
fn cpu_seconds(program: &Path) -> f64 {
    let family = process::family(program);
    let window = family.iter().enumerate().filter(|(place, number)| *place == 0 || process::name(**number).starts_with("WebKit"));
    window.filter_map(|(_, number)| process::cpu_seconds(*number)).sum()
}

async fn typed(desk: &Desk, program: &Path, letters: usize) -> e2e::Result<Typed> {
    const STREAMING: &str = "[data-phase=answering]";
    let window = desk.open().await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    window.gone("[data-testid=embedding-state] progress").await?;
    tokio::time::sleep(SETTLED).await;
    let (before, begun) = (cpu_seconds(program), Instant::now());
    tokio::time::sleep(SETTLED).await;
    let resting = (cpu_seconds(program) - before) / begun.elapsed().as_secs_f64();
    // The driver hands all letters of a question over at one moment, and no person types so: only those behind it count.
    let watch = "window.painted = []; \
                 addEventListener('keydown', ({ timeStamp, key }) => { \
                 if (key.length !== 1 || !document.querySelector(arguments[0])) return; \
                 requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); \
                 port1.onmessage = () => window.painted.push(performance.now() - timeStamp); port2.postMessage(0) }) }, { capture: true })";
    window.script(watch, vec![STREAMING.into()]).await?;
    let (mut written, mut spent, mut took) = (0, 0.0, 0.0);
    while written < letters {
        window.type_question("대한민국의 여러 도시를 열 개 골라 하나씩 길게 설명해 주십시오.").await?;
        window.wait(STREAMING).await?;
        let field = window.wait("[data-testid=question]").await?;
        let before = written;
        let (cpu, begun) = (cpu_seconds(program), Instant::now());
        while written < letters && !window.all(STREAMING).await?.is_empty() {
            field.send_keys("a").await?;
            written += 1;
            tokio::time::sleep(LETTER).await;
        }
        spent += cpu_seconds(program) - cpu;
        took += begun.elapsed().as_secs_f64();
        if written == before {
            return Err("no answer was seen to stream".into());
        }
        let clear = "arguments[0].value = ''; arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        window.script(clear, vec![serde_json::to_value(&field)?]).await?;
        if !window.all("[data-testid=stop]").await?.is_empty() {
            window.click("[data-testid=stop]").await?;
        }
        window.wait("[data-testid=question]:enabled").await?;
    }
    let painted = window.script("return window.painted", Vec::new()).await?;
    window.close().await?;
    let letters = painted.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    Ok(Typed { letters, resting, answering: spent / took })
}

/// The middle one of as many as there are, and the ends.
fn spread(values: &[f64]) -> Value {
    json!({ "median": quantile(values, 0.5), "min": quantile(values, 0.0), "max": quantile(values, 1.0) })
}

/// The value that `at` of all values, 0 to 1, do not go past; NaN, which JSON shows as null, where there are none.
fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len().saturating_sub(1) as f64 * at).round() as usize).copied().unwrap_or(f64::NAN)
}
