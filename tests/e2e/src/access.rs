//! What axe-core finds wrong with a screen, for people who see, hear or move otherwise (WCAG 2.2 A and AA, on which
//! KWCAG 2.2 rests).

use std::path::Path;

use serde_json::{Value, json};

use crate::{Result, Window};

/// The rules by their tags in axe-core.
const TAGS: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// The page's themes (ui/src/lib/appearance.svelte.ts).
const THEMES: [&str; 3] = ["light", "dark", "contrast"];

/// What is looked at, and what was found wrong so far.
#[derive(Default)]
pub struct Findings(Vec<String>);

impl Findings {
    /// Looks at what the window shows in each theme; `screen` is what transcript and screenshots call it.
    ///
    /// # Errors
    /// The driver's, and where axe-core is not installed beside the page's packages.
    pub async fn look(&mut self, window: &Window<'_>, screen: &str) -> Result<()> {
        for theme in THEMES {
            let wear = "const was = document.documentElement.dataset.theme; \
                        document.documentElement.dataset.theme = arguments[0]; return was";
            let was = window.script(wear, vec![json!(theme)]).await?;
            window.screenshot(&format!("access-{screen}-{theme}")).await?;
            let found = violations(window).await?;
            window.say(format!("axe on {screen}, {theme}: {} found", found.len()));
            self.0.extend(found.into_iter().map(|finding| format!("{screen}, {theme}: {finding}")));
            window.script(wear, vec![was]).await?;
        }
        Ok(())
    }

    /// All of it.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

async fn violations(window: &Window<'_>) -> Result<Vec<String>> {
    if window.script("return typeof window.axe", Vec::new()).await? != json!("object") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/axe-core/axe.min.js");
        window.script(&std::fs::read_to_string(path)?, Vec::new()).await?;
    }
    let run = "const done = arguments[1]; window.axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }) \
               .then(({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.map((node) => \
               `${id} ${node.target.join(' ')} ${node.failureSummary}`))), (error) => done([String(error)]))";
    let found = window.script_async(run, vec![json!(TAGS)]).await?;
    let found = found.as_array().cloned().unwrap_or_default();
    Ok(found.iter().filter_map(Value::as_str).map(|finding| finding.replace('\n', " ")).collect())
}
