//! A Tauri window with nothing in it: what `window-figures` measures the program's window against.

use std::process::ExitCode;

use tauri::http::Response;
use tauri::{Url, WebviewUrl, WebviewWindowBuilder};

/// It says when it was painted, as the program's page does.
const PAGE: &str = "<!doctype html><meta charset=utf-8><title>빈 창</title><p>빈 창</p>\
    <script>requestAnimationFrame(() => performance.mark('open'))</script>";

fn main() -> ExitCode {
    let built = tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            let page = Response::builder().header("Content-Type", "text/html").body(PAGE.as_bytes().to_vec());
            page.unwrap_or_default()
        })
        .setup(|tauri| {
            let page = Url::parse("empty://localhost/")?;
            let window = WebviewWindowBuilder::new(tauri, "main", WebviewUrl::CustomProtocol(page));
            window.title("빈 창").inner_size(1280.0, 800.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the empty window: {error}");
            ExitCode::FAILURE
        }
    }
}
