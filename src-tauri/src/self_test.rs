//! `naratmal --self-test`: tries each way onto a network, in the process, in a child and in the page, prints the
//! result as JSON and exits with 1 if one succeeded. Without a display, or with `--no-window`, the page is left out and
//! printed as `null`.

use std::process::{Command, ExitCode};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Runtime, WebviewWindowBuilder};
use wire::Failure;

/// Asks for the test.
pub const FLAG: &str = "--self-test";
/// Leaves the page out, whatever display there is.
pub const NO_WINDOW: &str = "--no-window";
/// Runs the part that is a child of the program.
pub const CHILD: &str = "--self-test-child";
/// A loopback port that whoever runs the test listens on, to see that nothing arrives.
const PORT: &str = "NARATMAL_SELF_TEST_PORT";
/// The page's attempts end by themselves long before; a page that has left for elsewhere never reports.
const PATIENCE: Duration = Duration::from_secs(120);

/// One attempt and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The way, as a security officer names it: "TCP (IPv4)".
    pub way: String,
    /// True where it was refused.
    pub refused: bool,
    /// The system's answer.
    pub answer: String,
}

/// What the program and a child that it starts could open. A part is empty where nothing was tried: on a system without
/// the guard, and for the child where it could not be started. Empty never means refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkProbes {
    process: Vec<Attempt>,
    child: Vec<Attempt>,
}

impl NetworkProbes {
    /// Tries every way now, here and in a child. It blocks for as long as the child takes to start.
    pub fn take() -> Self {
        let child = std::env::current_exe()
            .and_then(|program| Command::new(program).arg(CHILD).output())
            .ok()
            .and_then(|output| serde_json::from_slice(&output.stdout).ok())
            .unwrap_or_default();
        Self { process: here(), child }
    }

    /// What was tried here, and in a child.
    pub fn parts(&self) -> [&[Attempt]; 2] {
        [&self.process, &self.child]
    }

    /// What is printed; `page` is null where no window was opened.
    fn report(self, page: Value) -> Value {
        json!({ "process": self.process, "child": self.child, "page": page })
    }
}

fn here() -> Vec<Attempt> {
    let attempt = |probe: guard::Probe| Attempt {
        way: probe.way.to_owned(),
        refused: probe.refused,
        answer: probe.answer,
    };
    guard::probe_network().into_iter().map(attempt).collect()
}

/// Prints what a child of the program could open.
pub fn child() -> ExitCode {
    println!("{}", json!(here()));
    ExitCode::SUCCESS
}

/// True where a window could be opened: on Linux a display has to be named.
pub fn has_display() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|display| !display.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// Runs the parts that need no page, for a machine without a display.
pub fn without_window() -> ExitCode {
    let report = NetworkProbes::take().report(Value::Null);
    println!("{report}");
    if all_refused(&report, &["process", "child"]) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries every way now, for the page that shows a person how the network is blocked.
#[tauri::command]
pub async fn network_probes() -> Result<NetworkProbes, Failure> {
    tauri::async_runtime::spawn_blocking(NetworkProbes::take).await.map_err(|error| {
        Failure::new("self_test_failed", "네트워크 차단을 확인하지 못했습니다. 다시 시도해 주십시오.", error)
    })
}

/// What the page tries, one attempt after the other, so that what the content security policy says meanwhile is about
/// that attempt. A beacon, a frame and a form look the same to a page whether they were refused or not: there the
/// policy's word decides, and for what would leave the page, that it is still here. An attempt without an answer in
/// 5 s is "timed out": whoever listens on the port has to say that nothing came.
const PAGE: &str = r"(async () => {
    if (window.naratmalSelfTest) return;
    window.naratmalSelfTest = true;
    const address = '127.0.0.1:PORT';
    const url = 'http://' + address + '/';
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const made = (tag, set) => Object.assign(document.createElement(tag), set);
    const attempt = async (way, trying) => {
        const heard = new AbortController();
        const policy = new Promise((_, refuse) => document.addEventListener('securitypolicyviolation',
            (event) => refuse('CSP ' + event.effectiveDirective), { signal: heard.signal }));
        const late = pause(5000).then(() => { throw 'timed out'; });
        const outcome = await Promise.race([Promise.resolve().then(trying), policy, late]).then(
            () => ({ way, refused: false, answer: 'opened' }),
            (error) => ({ way, refused: true, answer: String(error) }));
        // What the policy says late is not about the next attempt.
        await pause(100);
        heard.abort();
        return outcome;
    };
    const opens = (source) => new Promise((open, refuse) => {
        source.onopen = open;
        source.onerror = () => refuse('error');
    }).finally(() => source.close());
    const loads = (element) => new Promise((open, refuse) => {
        element.onload = open;
        element.onerror = () => refuse('error');
        document.body.append(element);
    }).finally(() => element.remove());
    const request = () => new Promise((open, refuse) => {
        const request = new XMLHttpRequest();
        request.onload = open;
        request.onerror = () => refuse('error');
        request.open('GET', url);
        request.send();
    });
    const beacon = async () => {
        if (!navigator.sendBeacon(url, 'x')) throw 'false';
        await pause(1000);
    };
    const frame = async () => {
        const frame = made('iframe', { src: url, hidden: true });
        document.body.append(frame);
        await pause(1000);
        frame.remove();
    };
    const peers = async () => {
        if (typeof RTCPeerConnection === 'undefined') throw 'absent';
        const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + address }] });
        const candidate = new Promise((open, refuse) => {
            peer.onicecandidate = (event) => event.candidate?.candidate ? open() : refuse('no candidate');
        });
        try {
            peer.createDataChannel('x');
            await peer.setLocalDescription(await peer.createOffer());
            await candidate;
        } finally {
            peer.close();
        }
    };
    const popup = async () => {
        const opened = window.open(url);
        if (!opened) throw 'null';
        opened.close();
    };
    const stays = (leave) => async () => {
        leave();
        await pause(1000);
        throw 'still here';
    };
    const submit = () => {
        const form = made('form', { action: url, hidden: true });
        document.body.append(form);
        form.submit();
        form.remove();
    };
    const page = [
        await attempt('fetch', () => fetch(url)),
        await attempt('XMLHttpRequest', request),
        await attempt('WebSocket', () => opens(new WebSocket('ws://' + address))),
        await attempt('EventSource', () => opens(new EventSource(url))),
        await attempt('sendBeacon', beacon),
        await attempt('WebRTC', peers),
        await attempt('image', () => loads(made('img', { src: url + 'x.png' }))),
        await attempt('stylesheet', () => loads(made('link', { rel: 'stylesheet', href: url + 'x.css' }))),
        await attempt('script', () => loads(made('script', { src: url + 'x.js' }))),
        await attempt('font', () => new FontFace('x', 'url(' + url + 'x.woff2)').load()),
        await attempt('iframe', frame),
        await attempt('window.open', popup),
        await attempt('form', stays(submit)),
        await attempt('navigation', stays(() => location.assign(url))),
    ];
    await window.__TAURI_INTERNALS__.invoke('page_tried', { page });
})();";

/// Makes the page try its ways once it is loaded, and report to [`page_tried`]. Ends the program with 1 where no report
/// comes.
pub fn in_page<R: Runtime, M: tauri::Manager<R>>(
    window: WebviewWindowBuilder<'_, R, M>,
) -> WebviewWindowBuilder<'_, R, M> {
    let port = std::env::var(PORT).ok().and_then(|port| port.parse::<u16>().ok()).unwrap_or(9);
    let script = PAGE.replace("PORT", &port.to_string());
    std::thread::spawn(|| {
        std::thread::sleep(PATIENCE);
        eprintln!("나랏말: 화면이 {}초 동안 시험 결과를 알리지 않았습니다.", PATIENCE.as_secs());
        println!("{}", NetworkProbes::take().report(Value::Null));
        std::process::exit(1);
    });
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
pub fn page_tried(app: AppHandle, page: Vec<Attempt>) {
    if !std::env::args_os().any(|argument| argument == FLAG) {
        return;
    }
    let report = NetworkProbes::take().report(json!(page));
    println!("{report}");
    app.exit(if all_refused(&report, &["process", "child", "page"]) { 0 } else { 1 });
}

/// True where every one of these parts tried something and every attempt was refused.
fn all_refused(report: &Value, parts: &[&str]) -> bool {
    parts.iter().all(|part| {
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
        let all = ["process", "child", "page"].as_slice();
        let without_page = ["process", "child"].as_slice();
        let table = [
            (json!({ "process": refused, "child": refused, "page": refused }), all, true),
            (json!({ "process": refused, "child": open, "page": refused }), all, false),
            (json!({ "process": refused, "child": [], "page": refused }), all, false),
            (json!({ "process": refused, "child": refused, "page": [] }), all, false),
            (json!({ "process": refused, "child": refused, "page": null }), all, false),
            (json!({ "process": refused, "child": refused, "page": null }), without_page, true),
            (json!({ "process": open, "child": refused, "page": null }), without_page, false),
            (json!({ "process": refused, "child": [], "page": null }), without_page, false),
        ];
        for (report, parts, wanted) in table {
            assert_eq!(all_refused(&report, parts), wanted, "{report}");
        }
    }

    #[test]
    fn a_child_s_attempts_come_back_as_they_were_printed() {
        let tried = vec![Attempt { way: "TCP (IPv4)".to_owned(), refused: true, answer: "EACCES".to_owned() }];
        let read: Vec<Attempt> = serde_json::from_str(&json!(tried).to_string()).unwrap_or_default();
        assert_eq!(read, tried);
    }
}
