//! `naratmal --self-test`: tries each way onto a network, in the process, in a child and in the page, prints the
//! result as JSON and exits with 1 if one succeeded.

use std::process::{Command, ExitCode};

use serde_json::{Value, json};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Runtime, WebviewWindowBuilder};

/// Asks for the test.
pub const FLAG: &str = "--self-test";
/// Runs the part that is a child of the program.
pub const CHILD: &str = "--self-test-child";
/// A loopback port that whoever runs the test listens on, to see that nothing arrives.
const PORT: &str = "NARATMAL_SELF_TEST_PORT";

fn probes() -> Value {
    guard::probe_network()
        .into_iter()
        .map(|probe| json!({ "way": probe.way, "refused": probe.refused, "answer": probe.answer }))
        .collect()
}

/// Prints what a child of the program could open.
pub fn child() -> ExitCode {
    println!("{}", probes());
    ExitCode::SUCCESS
}

/// Makes the page try `fetch`, a WebSocket and an image once it is loaded, and report to [`page_tried`].
pub fn in_page<R: Runtime, M: tauri::Manager<R>>(
    window: WebviewWindowBuilder<'_, R, M>,
) -> WebviewWindowBuilder<'_, R, M> {
    let port = std::env::var(PORT).ok().and_then(|port| port.parse::<u16>().ok()).unwrap_or(9);
    let script = format!(
        "(async () => {{
            const address = '127.0.0.1:{port}';
            const attempt = (way, promise) => promise.then(
                () => ({{ way, refused: false, answer: 'opened' }}),
                (error) => ({{ way, refused: true, answer: String(error) }}));
            const event = (make) => new Promise((open, refuse) => {{
                const target = make();
                target.onopen = target.onload = open;
                target.onerror = () => refuse('error');
            }});
            const page = await Promise.all([
                attempt('fetch', fetch('http://' + address)),
                attempt('WebSocket', event(() => new WebSocket('ws://' + address))),
                attempt('image', event(() => Object.assign(new Image(), {{ src: 'http://' + address + '/x.png' }}))),
            ]);
            await window.__TAURI_INTERNALS__.invoke('page_tried', {{ page }});
        }})();"
    );
    window.on_page_load(move |window, payload| {
        if payload.event() == PageLoadEvent::Finished
            && let Err(error) = window.eval(script.clone())
        {
            eprintln!("{error}");
        }
    })
}

/// The page's part is done: adds the process's and a child's, prints all and ends the program. Does nothing where
/// no self-test was asked for.
#[tauri::command]
pub fn page_tried(app: AppHandle, page: Vec<Value>) {
    if !std::env::args().any(|argument| argument == FLAG) {
        return;
    }
    let child = std::env::current_exe()
        .and_then(|program| Command::new(program).arg(CHILD).output())
        .ok()
        .and_then(|output| serde_json::from_slice::<Value>(&output.stdout).ok())
        .unwrap_or(Value::Null);
    let report = json!({ "process": probes(), "child": child, "page": page });
    println!("{report}");
    app.exit(if all_refused(&report) { 0 } else { 1 });
}

/// True where every part tried something and every attempt was refused.
fn all_refused(report: &Value) -> bool {
    ["process", "child", "page"].iter().all(|part| {
        report[part].as_array().is_some_and(|attempts| {
            !attempts.is_empty() && attempts.iter().all(|attempt| attempt["refused"] == Value::Bool(true))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_open_way_or_one_part_untried_fails_the_test() {
        let refused = json!([{ "way": "TCP", "refused": true }]);
        let open = json!([{ "way": "TCP", "refused": true }, { "way": "UDP", "refused": false }]);
        let table = [
            (json!({ "process": refused, "child": refused, "page": refused }), true),
            (json!({ "process": refused, "child": open, "page": refused }), false),
            (json!({ "process": refused, "child": null, "page": refused }), false),
            (json!({ "process": refused, "child": refused, "page": [] }), false),
        ];
        for (report, wanted) in table {
            assert_eq!(all_refused(&report), wanted, "{report}");
        }
    }
}
