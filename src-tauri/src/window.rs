use std::process::ExitCode;
use std::sync::Arc;

use keys::SystemKeyring;
use tauri::webview::NewWindowResponse;
use tauri::{Emitter, Manager, Url, WebviewUrl, WebviewWindowBuilder};

use crate::app::{App, Notice, Paths};
use crate::{commands, self_test};

/// Opens the window and runs until it is closed. With `self_test` it tries each way out instead, prints what came of
/// it and ends.
pub fn run(network_blocked: bool, self_test: bool) -> ExitCode {
    #[cfg(unix)]
    let seat = match seat(self_test) {
        Ok(seat) => seat,
        Err(ended) => return ended,
    };
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .setup(move |tauri| {
            let handle = tauri.handle().clone();
            let notify = move |notice: Notice| {
                // A window that is closing hears nothing more.
                let _ = match notice {
                    Notice::Gate(gate) => handle.emit("gate", gate),
                    Notice::Status(status) => handle.emit("status", status),
                    Notice::Document(row) => handle.emit("document", row),
                    Notice::Documents => handle.emit("documents", ()),
                    Notice::Ingest(status) => handle.emit("ingest", status),
                };
            };
            let paths = Paths::of_this_system().ok_or("no home folder")?;
            let app = tauri::async_runtime::block_on(async {
                App::start(paths, network_blocked, Box::new(SystemKeyring), Arc::new(notify))
            });
            #[cfg(target_os = "linux")]
            crate::session_lock::follow(&app);
            tauri.manage(app);
            tauri.manage(commands::report::Shown::default());
            let mut window = WebviewWindowBuilder::new(tauri, "main", WebviewUrl::default())
                .title("나랏말")
                .inner_size(1280.0, 800.0)
                .min_inner_size(960.0, 640.0)
                // Nothing but the program's own page, ever: a link that is clicked or dropped here goes nowhere.
                .on_navigation(own_page)
                .on_new_window(|_, _| NewWindowResponse::Deny)
                .on_download(|_, _| false)
                .additional_browser_args(SILENT);
            if self_test {
                window = self_test::in_page(window);
            }
            if cfg!(feature = "automation") {
                window = window.initialization_script(KEEPS_PAINTING);
            }
            let window = window.build()?;
            #[cfg(target_os = "linux")]
            window.with_webview(|view| set_right(&view.inner()))?;
            #[cfg(unix)]
            if let Some(seat) = seat {
                let handle = tauri.handle().clone();
                seat.keep(move || raise(&handle));
            }
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![
            commands::status,
            commands::gate::gate,
            commands::gate::create_vault,
            commands::gate::unlock,
            commands::gate::unlock_with_recovery,
            commands::gate::unlock_with_keyring,
            commands::gate::lock,
            commands::gate::set_password,
            commands::gate::set_keyring,
            commands::gate::make_recovery_key,
            commands::gate::lock_settings,
            commands::gate::set_idle_minutes,
            commands::backup::backup_status,
            commands::backup::make_backup,
            commands::backup::inspect_backup,
            commands::backup::restore_backup,
            commands::backup::stop_backup,
            commands::trail::audit_entries,
            commands::trail::export_audit,
            commands::report::problem_report,
            commands::report::save_problem_report,
            commands::library::documents,
            commands::library::add_documents,
            commands::library::add_sample,
            commands::library::retry_document,
            commands::library::remove_document,
            commands::library::restore_document,
            commands::library::forget_document,
            commands::library::set_grade,
            commands::library::source,
            commands::library::ingest_status,
            commands::library::pause_ingest,
            commands::library::resume_ingest,
            commands::library::cancel_ingest,
            commands::library::prioritise_document,
            commands::library::unlock_document,
            commands::library::watched_folders,
            commands::library::watch_folder,
            commands::library::unwatch_folder,
            commands::paste::clipboard_files,
            commands::paste::add_pasted,
            commands::originals::open_original,
            commands::originals::document_bytes,
            commands::collections::collections,
            commands::collections::add_collection,
            commands::collections::rename_collection,
            commands::collections::remove_collection,
            commands::collections::collect,
            commands::find::find,
            commands::style::check_style,
            commands::style::mend_style,
            commands::drafting::drafting_tasks,
            commands::drafting::set_draft_notice,
            commands::drafting::draft,
            commands::drafting::export_draft,
            commands::shelf::conversations,
            commands::shelf::rename_conversation,
            commands::shelf::propose_title,
            commands::shelf::pin_conversation,
            commands::shelf::archive_conversation,
            commands::shelf::move_conversation,
            commands::shelf::folders,
            commands::shelf::create_folder,
            commands::shelf::rename_folder,
            commands::shelf::move_folder,
            commands::shelf::remove_folder,
            commands::shelf::drafts,
            commands::shelf::save_draft,
            commands::conversations::conversation,
            commands::conversations::switch_branch,
            commands::conversations::rate_message,
            commands::conversations::remove_conversation,
            commands::conversations::restore_conversation,
            commands::conversations::forget_conversation,
            commands::conversations::export_conversation,
            commands::chat::ask,
            commands::chat::edit_and_resend,
            commands::chat::regenerate,
            commands::chat::expect_question,
            commands::chat::stop,
            commands::chat::typing,
            commands::engine::choose_model,
            commands::engine::choose_draft_model,
            commands::engine::choose_embedding_model,
            commands::engine::retry_engine,
            commands::engine::set_quick_answers,
            commands::models::models,
            commands::models::add_model,
            commands::models::check_model,
            commands::models::stop_adding_model,
            commands::models::remove_model,
            commands::models::test_model,
            commands::models::compare_models,
            commands::models::stop_model_test,
            self_test::network_probes,
            self_test::page_tried,
        ])
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("나랏말: 창을 열지 못했습니다. 화면(디스플레이)이 있는지 확인해 주십시오. ({error})");
            ExitCode::FAILURE
        }
    }
}

/// Sets WebKitGTK right for this program.
///
/// A syllable that an input method composes is shown where it will stand. wry turns that off for a fault of other input
/// methods that WebKitGTK mended since (tauri-apps/wry, pull request 1724), and a syllable of Hangul was then not seen
/// before the next one began.
///
/// The page is painted by the processor alone. Where a PC has no GPU, WebKit otherwise puts each frame together in
/// software that stands for one (Mesa's llvmpipe), which took most of a core from the engine; and a text needs none.
#[cfg(target_os = "linux")]
fn set_right(view: &webkit2gtk::WebView) {
    use webkit2gtk::{HardwareAccelerationPolicy, InputMethodContextExt, SettingsExt, WebViewExt};

    if let Some(context) = view.input_method_context() {
        context.set_enable_preedit(true);
    }
    if let Some(settings) = WebViewExt::settings(view) {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}

/// The seat of this person's data folder; none for what only looks, and where the folder takes no lock. Where another
/// window has it, that one was raised, or does not answer, and this program is to end so.
#[cfg(unix)]
fn seat(self_test: bool) -> Result<Option<crate::instance::Seat>, ExitCode> {
    use crate::instance::{self, Instance};
    let Some(paths) = Paths::of_this_system().filter(|_| !self_test) else { return Ok(None) };
    match instance::take(&paths.data) {
        Ok(Some(Instance::First(seat))) => Ok(Some(seat)),
        Ok(None) => Ok(None),
        Ok(Some(Instance::Second)) => {
            println!("나랏말: 이미 열려 있는 창을 앞으로 가져왔습니다.");
            Err(ExitCode::SUCCESS)
        }
        Err(failure) => {
            eprintln!("나랏말: {}", failure.message);
            Err(ExitCode::FAILURE)
        }
    }
}

/// Brings the window to the front; true once that was done.
#[cfg(unix)]
fn raise(handle: &tauri::AppHandle) -> bool {
    /// A window that is busy for longer does not answer.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);
    let (done, raised) = std::sync::mpsc::channel();
    let asked = handle.clone();
    let sent = handle.run_on_main_thread(move || {
        let shown = asked.get_webview_window("main").map(|window| {
            window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus())
        });
        // Who asked may have given up.
        let _ = done.send(matches!(shown, Some(Ok(()))));
    });
    sent.is_ok() && raised.recv_timeout(PATIENCE).unwrap_or(false)
}

/// WebDriver answers with the frame behind a click. Without acceleration WebKit paints none where nothing changes, and the
/// driver waits for ever: a point in the corner that changes is enough.
const KEEPS_PAINTING: &str = "addEventListener('DOMContentLoaded', () => { \
    const point = document.createElement('i'); \
    point.ariaHidden = 'true'; \
    point.style.cssText = 'position: fixed; inset: auto 0 0 auto; width: 1px; height: 1px'; \
    document.documentElement.append(point); \
    setInterval(() => (point.style.background = point.style.background === '' ? '#808080' : ''), 50) })";

/// What keeps WebView2 silent on Windows; the first features are those that wry turns off itself. Every name but the
/// page's own resolves to nothing, and a proxy that is not there takes what has a number.
const SILENT: &str = "--disable-features=msWebOOUI,msPdfOOUI,msSmartScreenProtection,OptimizationHints,Translate \
    --disable-background-networking --disable-component-update --disable-domain-reliability --disable-sync --no-pings \
    --disable-breakpad --proxy-server=http://127.0.0.1:9 --proxy-bypass-list=tauri.localhost;ipc.localhost \
    --host-resolver-rules=\"MAP * ~NOTFOUND, EXCLUDE tauri.localhost, EXCLUDE ipc.localhost, EXCLUDE 127.0.0.1\"";

/// True for the page that is built into the program; WebView2 knows it by a host that never leaves the program.
fn own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_page() {
        let table = [
            ("tauri://localhost/", true),
            ("http://tauri.localhost/", cfg!(windows)),
            ("http://tauri.localhost:8080/", false),
            ("http://tauri.localhost.example.com/", false),
            ("https://example.com/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("about:blank", false),
        ];
        for (address, wanted) in table {
            let own = Url::parse(address).is_ok_and(|url| own_page(&url));
            assert_eq!(own, wanted, "{address}");
        }
    }
}
