//! The window as a person uses it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::{Desk, PATIENCE, Result, answers};

/// The open window.
pub struct Window<'desk> {
    client: Client,
    desk: &'desk Desk,
}

impl<'desk> Window<'desk> {
    pub(crate) fn new(client: Client, desk: &'desk Desk) -> Self {
        Self { client, desk }
    }

    /// Opens a scenario in the transcript: what a person does next.
    pub fn scenario(&self, title: &str) {
        self.say(format!("SCENARIO: {title}"));
    }

    /// A line of the transcript.
    pub fn say(&self, line: impl std::fmt::Display) {
        println!("[{:6.1} s] {line}", self.desk.age().as_secs_f64());
    }

    /// Waits until an element matches.
    ///
    /// # Errors
    /// After two minutes, with what the window shows then.
    pub async fn wait(&self, selector: &str) -> Result<Element> {
        let begun = Instant::now();
        loop {
            match self.all(selector).await {
                Ok(mut found) => {
                    if let Some(found) = found.pop() {
                        return Ok(found);
                    }
                }
                // The page was left while the driver looked: the next one is asked.
                Err(error) if error.to_string().contains("before the unload event") => {}
                Err(error) => return Err(error),
            }
            if begun.elapsed() > PATIENCE {
                self.screenshot("timeout").await?;
                let shown = self.client.find(Locator::Css("body")).await?.text().await?;
                return Err(format!("no {selector} after {PATIENCE:?}; the window shows:\n{shown}").into());
            }
            // How often to look; what is waited for is the state.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until nothing matches any more.
    ///
    /// # Errors
    /// After two minutes.
    pub async fn gone(&self, selector: &str) -> Result<()> {
        let begun = Instant::now();
        while !self.all(selector).await?.is_empty() {
            if begun.elapsed() > PATIENCE {
                self.screenshot("timeout").await?;
                return Err(format!("{selector} is still there after {PATIENCE:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Presses a key where the focus is; `Ctrl+` before it holds that down.
    ///
    /// # Errors
    /// The driver's.
    pub async fn press(&self, keys: &str) -> Result<()> {
        let event = "const [key, ctrlKey] = arguments; const code = key.length === 1 ? `Key${key.toUpperCase()}` : key; \
                     (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', \
                     { key, code, ctrlKey, bubbles: true, cancelable: true }))";
        let (control, key) = keys.strip_prefix("Ctrl+").map_or((false, keys), |key| (true, key));
        self.script(event, vec![json!(key), json!(control)]).await?;
        Ok(())
    }

    /// Puts a text into a field at once, as a paste does.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        let field = serde_json::to_value(self.wait(selector).await?)?;
        let paste = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        self.script(paste, vec![field, json!(text)]).await?;
        Ok(())
    }

    /// Adds the sample document and waits until it can be asked about, the model too.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn add_sample(&self) -> Result<()> {
        self.click("[data-testid=add-sample]").await?;
        self.wait("[data-testid=document-row][data-name='복무규정.hwpx'][data-state=ready]").await?;
        self.wait("[data-testid=engine-state][data-state=ready]").await?;
        Ok(())
    }

    /// Types a first password twice and starts with it.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn set_first_password(&self, password: &str) -> Result<()> {
        for field in ["gate-password", "gate-password-again"] {
            self.wait(&format!("[data-testid={field}]")).await?.send_keys(password).await?;
        }
        self.click("[data-testid=gate-start]:enabled").await
    }

    /// Types a password at the lock and presses its button.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn unlock(&self, password: &str) -> Result<()> {
        self.wait("[data-testid=gate-password]").await?.send_keys(password).await?;
        self.click("[data-testid=gate-unlock]:enabled").await
    }

    /// Presses the lock's button and waits for the lock.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn lock(&self) -> Result<()> {
        // The page may be gone before the driver hears that it was clicked; what comes after it tells.
        let _ = self.click("[data-testid=lock-button]").await;
        self.wait("[data-testid=gate-unlock]").await?;
        Ok(())
    }

    /// Stands for the system's own dialog, which WebDriver cannot see: what is chosen there from now on, to `save` or to
    /// `open` it.
    ///
    /// # Errors
    /// The driver's.
    pub async fn chooses(&self, what: &str, file: &Path) -> Result<()> {
        let choose = "const [what, chosen] = arguments; const { fetch } = window; \
                      window.fetch = (address, ...rest) => decodeURIComponent(String(address)).includes(`plugin:dialog|${what}`) \
                      ? Promise.resolve(new Response(JSON.stringify(chosen), { headers: { 'Tauri-Response': 'ok', 'Content-Type': 'application/json' } })) \
                      : fetch(address, ...rest)";
        self.script(choose, vec![what.into(), serde_json::to_value(file)?]).await?;
        Ok(())
    }

    /// All elements that match, in document order.
    ///
    /// # Errors
    /// The driver's.
    pub async fn all(&self, selector: &str) -> Result<Vec<Element>> {
        Ok(self.client.find_all(Locator::Css(selector)).await?)
    }

    /// The text of the last element that matches, once there is one.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn text(&self, selector: &str) -> Result<String> {
        self.with(selector, async |element| element.text().await).await
    }

    /// Does something with the last element that matches, once there is one; where the page put another in its place
    /// meanwhile, with that.
    async fn with<T>(&self, selector: &str, act: impl AsyncFn(Element) -> std::result::Result<T, CmdError>) -> Result<T> {
        loop {
            match act(self.wait(selector).await?).await {
                Err(error) if error.is_stale_element_reference() => {}
                done => return Ok(done?),
            }
        }
    }

    /// The text of the last element that matches, once `part` is in it.
    ///
    /// # Errors
    /// After two minutes, with the text that was there instead.
    pub async fn says(&self, selector: &str, part: &str) -> Result<String> {
        let begun = Instant::now();
        loop {
            let text = self.text(selector).await?;
            if text.contains(part) {
                return Ok(text);
            }
            if begun.elapsed() > PATIENCE {
                self.screenshot("timeout").await?;
                return Err(format!("no {part} in {selector} after {PATIENCE:?}: {text}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks the last element that matches, once there is one.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn click(&self, selector: &str) -> Result<()> {
        self.with(selector, async |element| element.click().await).await
    }

    /// Presses a button wherever it stands: what is about it may grow while the driver aims.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn push(&self, button: &str) -> Result<()> {
        self.wait(button).await?;
        self.script("document.querySelector(arguments[0]).click()", vec![json!(button)]).await?;
        Ok(())
    }

    /// Runs a script in the page; its `return` value.
    ///
    /// # Errors
    /// The driver's.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script in the page whose last argument takes its value.
    ///
    /// # Errors
    /// The driver's.
    pub async fn script_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    /// Calls a command of the shell as the page does; its value, or the failure's code as an error.
    ///
    /// # Errors
    /// The failure's code, and the driver's.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value> {
        let script = "const done = arguments[2]; window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]) \
                      .then((value) => done({ value: value ?? null }), (failure) => done({ code: failure.code ?? String(failure) }))";
        let said = self.script_async(script, vec![json!(command), arguments]).await?;
        match said.get("code").and_then(Value::as_str) {
            Some(code) => Err(code.to_owned().into()),
            None => Ok(said.get("value").cloned().unwrap_or_default()),
        }
    }

    /// Drops files on the window, as the shell tells the page about it, once the page listens: it shows the engine's state
    /// only then. The library may still be opening.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn drop_files(&self, paths: &[PathBuf]) -> Result<()> {
        self.wait("[data-testid=engine-state]").await?;
        let script = "window.__TAURI_INTERNALS__.invoke('plugin:event|emit', \
                      { event: 'tauri://drag-drop', payload: { paths: arguments[0], position: { x: 0, y: 0 } } })";
        self.script(script, vec![json!(paths)]).await?;
        Ok(())
    }

    /// Types a question and sends it with Enter; waits until its answer is `state`, with the texts that were seen on
    /// the way.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn ask(&self, question: &str, state: &str) -> Result<(Element, Vec<String>)> {
        let before = self.all(&answers(state)).await?.len();
        self.type_question(question).await?;
        let begun = Instant::now();
        let mut seen: Vec<String> = Vec::new();
        loop {
            let done = self.all(&answers(state)).await?;
            if done.len() > before {
                return done.into_iter().next_back().map(|answer| (answer, seen)).ok_or_else(|| "no answer".into());
            }
            let streaming = "return document.querySelector('[data-phase=answering]')?.innerText ?? ''";
            let text = self.script(streaming, Vec::new()).await?.as_str().unwrap_or_default().to_owned();
            if !text.is_empty() && seen.last() != Some(&text) {
                seen.push(text);
            }
            if begun.elapsed() > PATIENCE {
                self.screenshot("timeout").await?;
                return Err(format!("no {state} answer to {question}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types a question and sends it with Enter.
    ///
    /// # Errors
    /// As [`Window::wait`].
    pub async fn type_question(&self, question: &str) -> Result<()> {
        let field = self.wait("[data-testid=question]").await?;
        field.send_keys(question).await?;
        self.wait("[data-testid=send]:enabled").await?;
        field.send_keys("\u{e007}").await?;
        Ok(())
    }

    /// Saves what the window shows.
    ///
    /// # Errors
    /// The driver's and the disk's.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        // What the page has by now is painted with the frame after next.
        let painted = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 50)))";
        self.script_async(painted, Vec::new()).await?;
        let path = self.desk.screenshots().join(format!("{name}.png"));
        std::fs::write(&path, self.client.screenshot().await?)?;
        self.say(format!("screenshot {name}.png"));
        Ok(())
    }

    /// Closes the window and ends the program.
    ///
    /// # Errors
    /// The driver's.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}
