//! A keyboard with a real Korean input method behind it: what is pressed goes through the display, IBus and GTK, as a
//! person's keys do, and not through WebDriver.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{Desk, Killed, Result, display};

/// Milliseconds between two keys of a quick typist.
const KEY: &str = "60";
/// Where Debian and Ubuntu put the engine.
const ENGINES: [&str; 2] = ["/usr/libexec/ibus-engine-hangul", "/usr/lib/ibus/ibus-engine-hangul"];
/// Time for the input method's daemon to answer.
const STARTING: Duration = Duration::from_secs(30);

/// The keys of a desk whose programs hear IBus with its Hangul engine.
pub struct Keyboard<'desk> {
    desk: &'desk Desk,
    _daemon: Killed,
}

impl<'desk> Keyboard<'desk> {
    /// Whether IBus, its Hangul engine and the tool that presses keys are installed; says so where they are not.
    pub fn is_there() -> bool {
        let there = ["ibus-daemon", "ibus", "xdotool"].into_iter().all(found) && ENGINES.into_iter().any(found);
        if !there {
            println!("SKIPPED: ibus, ibus-hangul, ibus-gtk3 or xdotool is missing; run `cargo xtask test`");
        }
        there
    }

    /// Starts the input method on the desk's display and bus. The desk's program must be opened behind it.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn plug_in(desk: &'desk Desk) -> Result<Self> {
        let daemon: Child = command(desk, "ibus-daemon")
            .args(["--panel=disable", "--emoji-extension=disable", "--xim", "--replace"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let keyboard = Self { desk, _daemon: Killed(daemon) };
        let begun = std::time::Instant::now();
        while !command(desk, "ibus").args(["engine", "hangul"]).stderr(Stdio::null()).status()?.success() {
            if begun.elapsed() > STARTING {
                return Err("ibus took no engine".into());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(keyboard)
    }

    /// Gives the window the display's keys.
    ///
    /// # Errors
    /// Where there is no such window.
    pub fn aim(&self) -> Result<()> {
        let name = self.desk.program.file_name().unwrap_or_default();
        let found = command(self.desk, "xdotool").args(["search", "--onlyvisible", "--class"]).arg(name).output()?;
        let windows = String::from_utf8(found.stdout)?;
        let window = windows.lines().last().ok_or("the display shows no window")?;
        self.xdotool(&["windowfocus", "--sync", window])
    }

    /// Presses keys one after the other, each named as X names it.
    ///
    /// # Errors
    /// The tool's.
    pub fn press(&self, keys: &[&str]) -> Result<()> {
        let mut all = vec!["key", "--delay", KEY];
        all.extend(keys);
        self.xdotool(&all)
    }

    /// Presses the keys of a text as they lie on a Korean keyboard (두벌식), named by their Latin letters.
    ///
    /// # Errors
    /// The tool's.
    pub fn write(&self, letters: &str) -> Result<()> {
        let keys: Vec<String> = letters.chars().map(|letter| if letter == ' ' { "space".to_owned() } else { letter.to_string() }).collect();
        self.press(&keys.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn xdotool(&self, arguments: &[&str]) -> Result<()> {
        let pressed = command(self.desk, "xdotool").args(arguments).status()?;
        if pressed.success() { Ok(()) } else { Err(format!("xdotool {arguments:?}: {pressed}").into()) }
    }
}

/// A program of the desk's person.
fn command(desk: &Desk, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("DISPLAY", format!(":{}", display()))
        .env("GSETTINGS_BACKEND", "memory")
        .envs(desk.environment());
    command
}

fn found(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}
