//! Drives the real window under Xvfb through WebDriver, in a network namespace that has loopback and nothing else, or, to
//! count what leaves, a way out that ends in the test's own hands.

pub mod access;
pub mod capture;
pub mod disk;
mod keyboard;
pub mod process;
pub mod session;
pub mod soak;
pub mod way_out;
mod window;

pub use keyboard::Keyboard;
pub use window::Window;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use vault::{NewMessage, Vault};

/// Any error of the harness: a test fails on it.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// No state is waited for longer: a cold 1.5B model on two busy cores answers within it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The password of the test's person.
pub const PASSWORD: &str = "나랏말 시험 암호";

/// Says that the test runs inside the namespace already.
const INSIDE: &str = "NARATMAL_E2E_INSIDE";

/// What a run needs from set-up; `None`, with the reason printed, where it is missing.
pub struct Prerequisites {
    program: PathBuf,
    driver: PathBuf,
    data: PathBuf,
}

impl Prerequisites {
    /// The program that the tests drive.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Program and driver from the environment that `cargo xtask test` sets, model and dictionary from the data folder.
    pub fn find() -> Option<Self> {
        let path = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
        let data = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?.data_dir().to_owned();
        match (path("NARATMAL_E2E_PROGRAM"), path("TAURI_DRIVER"), data.join("dictionary").is_dir()) {
            (Some(program), Some(driver), true) => Some(Self { program, driver, data }),
            _ => {
                println!("SKIPPED: NARATMAL_E2E_PROGRAM, TAURI_DRIVER or the dictionary is missing; run `cargo xtask test`");
                None
            }
        }
    }
}

/// Runs `session` of the test called `test` in a network namespace with loopback only.
///
/// # Panics
/// Where the session fails. A test whose needs are missing says so and passes.
pub fn in_namespace(test: &str, session: impl AsyncFnOnce(&Prerequisites) -> Result<()>) {
    let Some(needs) = Prerequisites::find() else { return };
    if enter_namespace(test) {
        run(&needs, session);
    }
}

/// Runs a session to its end.
///
/// # Panics
/// Where it fails.
pub fn run(needs: &Prerequisites, session: impl AsyncFnOnce(&Prerequisites) -> Result<()>) {
    let runtime = tokio::runtime::Runtime::new().unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(session(needs)).unwrap_or_else(|error| panic!("{error}"));
}

/// True inside a namespace that has loopback only. Outside, runs this very test again inside it and hands its outcome on.
///
/// # Panics
/// Where the test fails inside.
pub fn enter_namespace(test: &str) -> bool {
    let Some(status) = inside_namespace(["--exact", test, "--nocapture"].map(OsString::from)) else { return true };
    assert!(status.as_ref().is_ok_and(ExitStatus::success), "inside the namespace: {status:?}");
    false
}

/// `None` inside a namespace that has loopback only, and whose mounts nobody else sees. Outside, runs this program again inside it, with `words` behind its
/// name, and gives its outcome.
pub fn inside_namespace(words: impl IntoIterator<Item = OsString>) -> Option<std::io::Result<ExitStatus>> {
    if std::env::var_os(INSIDE).is_some() {
        return None;
    }
    let program = std::env::current_exe().unwrap_or_default();
    let script = r#"ip link set lo up && exec "$0" "$@""#;
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--map-root-user", "sh", "-c", script]).arg(program).args(words).env(INSIDE, "1");
    Some(unshare.status())
}

/// The number of this test's display: each test is a process of its own.
pub fn display() -> u16 {
    100 + (std::process::id() % 800) as u16
}

fn bus_of(home: &Path) -> String {
    format!("unix:path={}", home.join("bus").display())
}

/// Of a person's programs: their folders and their session's bus.
fn environment(home: &Path) -> [(&'static str, OsString); 5] {
    [
        ("DBUS_SESSION_BUS_ADDRESS", bus_of(home).into()),
        ("XDG_DATA_HOME", home.into()),
        ("XDG_CONFIG_HOME", home.join("config").into()),
        ("XDG_CACHE_HOME", home.join("cache").into()),
        ("LANG", "C.UTF-8".into()),
    ]
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A display, a driver, and a person's home folder that lasts as long as this.
pub struct Desk {
    /// The home's own; it goes before the folder under it does.
    disk: Option<disk::Disk>,
    home: tempfile::TempDir,
    screenshots: PathBuf,
    program: PathBuf,
    started: Instant,
    _display: Killed,
    _bus: Killed,
    _driver: Killed,
}

impl Desk {
    /// A fresh home with the real models and dictionary in it, on a display of its own.
    ///
    /// # Errors
    /// Where display or driver do not start.
    pub fn set_up(needs: &Prerequisites) -> Result<Self> {
        Self::with(needs, false, None)
    }

    /// As [`Desk::set_up`], with the home on a disk of its own that has so many mebibytes.
    ///
    /// # Errors
    /// As there, and where the namespace may not mount.
    pub fn on_a_disk_of(needs: &Prerequisites, mebibytes: u32) -> Result<Self> {
        Self::with(needs, false, Some(mebibytes))
    }

    /// As [`Desk::set_up`], where programs hear the input method IBus ([`Keyboard::plug_in`]).
    ///
    /// # Errors
    /// As there.
    pub fn with_input_method(needs: &Prerequisites) -> Result<Self> {
        Self::with(needs, true, None)
    }

    fn with(needs: &Prerequisites, hears_ibus: bool, mebibytes: Option<u32>) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let disk = mebibytes.map(|mebibytes| disk::Disk::mount(home.path(), mebibytes)).transpose()?;
        let data = home.path().join("naratmal");
        std::fs::create_dir_all(&data)?;
        for brought in ["models", "dictionary"] {
            std::os::unix::fs::symlink(needs.data.join(brought), data.join(brought))?;
        }
        let screenshots = std::env::var_os("NARATMAL_E2E_SCREENSHOTS")
            .map_or_else(|| std::env::temp_dir().join("naratmal-e2e"), PathBuf::from);
        std::fs::create_dir_all(&screenshots)?;
        let display = format!(":{}", display());
        let xvfb = Command::new("Xvfb")
            .args([&display, "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stderr(Stdio::null())
            .spawn()?;
        // The desktop's session bus: a lock screen says there that it locked.
        let bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--address", &bus_of(home.path())])
            .stderr(Stdio::null())
            .spawn()?;
        let driver = Command::new(&needs.driver)
            .env("DISPLAY", &display)
            .env("NARATMAL_POLICY_FOLDER", home.path().join("policy"))
            .env("GTK_IM_MODULE", if hears_ibus { "ibus" } else { "gtk-im-context-simple" })
            .envs(environment(home.path()))
            .spawn()?;
        Ok(Self {
            disk,
            home,
            screenshots,
            program: needs.program.clone(),
            started: Instant::now(),
            _display: Killed(xvfb),
            _bus: Killed(bus),
            _driver: Killed(driver),
        })
    }

    /// Of the person's programs.
    fn environment(&self) -> [(&'static str, OsString); 5] {
        environment(self.home())
    }

    /// Since it was set up.
    fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Ends the program as a fault of it would, and waits until it is gone.
    ///
    /// # Errors
    /// Where no program of this person runs, and the system's.
    pub fn kill(&self, signal: &str) -> Result<()> {
        for process::Process { folder, environment } in process::all() {
            let program = std::fs::read_link(folder.join("exe")).unwrap_or_default();
            // Another test's may run beside it.
            let ours = process::variable(&environment, "XDG_DATA_HOME") == Some(self.home().as_os_str().as_bytes());
            if ours && program.file_name() == self.program.file_name() {
                let pid = folder.file_name().unwrap_or_default();
                // The first of a fault's signals that comes from outside is taken by the handler that looks for
                // overflown stacks; it stands aside for the second.
                while folder.join("exe").exists() {
                    Command::new("kill").arg(format!("-{signal}")).arg(pid).stderr(Stdio::null()).status()?;
                    std::thread::sleep(Duration::from_millis(50));
                }
                return Ok(());
            }
        }
        Err("no program to kill".into())
    }

    /// Puts a conversation for each title into the person's vault, which no window has open now.
    ///
    /// # Errors
    /// Where the person has no vault yet, and the vault's.
    pub fn converse(&self, titles: impl IntoIterator<Item = String>, question: &str, answer: &str) -> Result<()> {
        let data = self.home().join("naratmal");
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
        let (key, _) = keys::try_password(&data, PASSWORD, now)?;
        let vault = Vault::open(&data.join("naratmal.db"), &key)?;
        for title in titles {
            let conversation = vault.create_conversation(&title, now)?.id;
            vault.add_message(conversation, NewMessage::question(question), now)?;
            vault.add_message(conversation, NewMessage::answer(answer), now)?;
        }
        Ok(())
    }

    /// The home's own disk.
    ///
    /// # Errors
    /// Where it has none: see [`Desk::on_a_disk_of`].
    pub fn disk(&self) -> Result<&disk::Disk> {
        self.disk.as_ref().ok_or_else(|| "the home has no disk of its own".into())
    }

    /// The person starts the program once more, beside the window that is open: all that it said, and how it ended.
    ///
    /// # Errors
    /// The system's.
    pub fn start_again(&self) -> Result<std::process::Output> {
        let mut program = Command::new(&self.program);
        program.env("DISPLAY", format!(":{}", display())).env("NARATMAL_POLICY_FOLDER", self.home().join("policy"));
        Ok(program.envs(self.environment()).stdin(Stdio::null()).output()?)
    }

    /// Where screenshots are kept.
    fn screenshots(&self) -> &Path {
        &self.screenshots
    }

    /// A place for files that the test makes.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the agency's policy lies for this person; empty until the test puts one there.
    ///
    /// # Errors
    /// The disk's.
    pub fn policy(&self) -> Result<PathBuf> {
        let folder = self.home().join("policy");
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The desktop's lock screen comes up.
    ///
    /// # Errors
    /// Where the bus does not take it.
    pub fn lock_screen(&self) -> Result<()> {
        let sent = Command::new("dbus-send")
            .args(["--session", "--type=signal", "/org/gnome/ScreenSaver"])
            .args(["org.gnome.ScreenSaver.ActiveChanged", "boolean:true"])
            .env("DBUS_SESSION_BUS_ADDRESS", bus_of(self.home()))
            .status()?;
        if sent.success() { Ok(()) } else { Err(format!("dbus-send: {sent}").into()) }
    }

    /// Opens the program's window and its lock: the first time by setting a password, later by that.
    ///
    /// # Errors
    /// The driver's.
    pub async fn open(&self) -> Result<Window<'_>> {
        let window = self.open_locked().await?;
        window.wait("[data-testid=gate-password]").await?;
        if window.all("[data-testid=gate-start]").await?.is_empty() {
            window.unlock(PASSWORD).await?;
        } else {
            window.set_first_password(PASSWORD).await?;
            window.click("[data-testid=gate-later]").await?;
        }
        window.wait("[data-testid=question]").await?;
        Ok(window)
    }

    /// Opens the program's window, whatever it shows.
    ///
    /// # Errors
    /// The driver's.
    pub async fn open_locked(&self) -> Result<Window<'_>> {
        self.open_program(&self.program).await
    }

    /// Opens the window of any program that was made with Tauri.
    ///
    /// # Errors
    /// The driver's.
    pub async fn open_program(&self, program: &Path) -> Result<Window<'_>> {
        let capabilities: serde_json::Map<String, Value> = match json!({
            "browserName": "wry",
            "tauri:options": { "application": program },
        }) {
            Value::Object(map) => map,
            _ => return Err("capabilities".into()),
        };
        let begun = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect("http://127.0.0.1:4444").await {
                Ok(client) => return Ok(Window::new(client, self)),
                // The driver opens its port a moment after it starts.
                Err(error) if begun.elapsed() > Duration::from_secs(30) => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }
}

/// Answers of the assistant in a state.
pub fn answers(state: &str) -> String {
    format!("[data-testid=message][data-role=assistant][data-state={state}]")
}
