//! How the unlocked data stands, in counts and codes.

use std::path::Path;

use diagnosis::{Documents, Engine, Model, Unlocked};
use serde::Serialize;
use vault::DocumentRow;
use wire::Failure;

use super::{EngineState, LibraryState, Session};

/// The person's minutes before the window locks, as `commands::gate` keeps them.
const IDLE_MINUTES: &str = "idle_minutes";

impl Session {
    /// How engine, library and documents stand.
    ///
    /// # Errors
    /// The vault's, `catalog_damaged`.
    pub fn report(&self) -> Result<Unlocked, Failure> {
        let status = self.status();
        let loaded = status.engine.model.as_ref().map(|model| self.report_model(model)).transpose()?;
        let code = |failure: Option<Failure>| failure.map(|failure| failure.code);
        let minutes = self.vault().setting(IDLE_MINUTES)?.and_then(|minutes| minutes.parse::<u32>().ok()).unwrap_or(0);
        let switch = |on: bool| if on { "켜짐" } else { "꺼짐" }.to_owned();
        Ok(Unlocked {
            engine: Engine {
                state: match status.engine.state {
                    EngineState::None => "none",
                    EngineState::Loading => "loading",
                    EngineState::Ready => "ready",
                    EngineState::Failed => "failed",
                },
                failure: code(status.engine.failure),
                model: loaded,
            },
            library: (
                match status.library.state {
                    LibraryState::Opening => "opening",
                    LibraryState::Ready => "ready",
                    LibraryState::Failed => "failed",
                },
                code(status.library.failure),
            ),
            embedding: status.embedding.report(),
            documents: counted(&self.vault().documents()?),
            conversations: self.vault().conversations()?.len(),
            settings: vec![
                ("빠른 답변", switch(status.quick_answers)),
                ("보조 모델", switch(status.draft_model.is_some())),
                ("자동 잠금(분)", minutes.to_string()),
                ("정책의 자동 잠금(분)", self.policy().lock.idle_minutes.to_string()),
            ],
        })
    }

    /// A model as the lists call it: what it calls itself may be the name of a file.
    fn report_model(&self, model: &engine::Model) -> Result<Model, Failure> {
        let sha256 = self.model();
        let pinned = sha256.as_deref().map(catalog::known_sum).transpose()?.flatten().map(|model| model.name.clone());
        let known = models::recognise(&model.path, Some(&model.name))?.map(|known| known.name.clone());
        Ok(Model {
            name: pinned.or(known),
            bytes: length(&model.path),
            sha256,
            device: model.device.clone(),
            variant: model.variant.clone(),
            threads: model.threads,
            layers: model.layers,
            gpu_layers: model.gpu_layers,
            context_tokens: model.context_tokens,
            kv_type: model.kv_type.clone(),
            memory_bytes: model.memory_bytes,
            notices: model.notices.iter().map(|notice| notice.code.clone()).collect(),
        })
    }
}

fn length(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|facts| facts.len())
}

fn counted(rows: &[DocumentRow]) -> Documents {
    let mut documents = Documents::default();
    for row in rows {
        let format = row.format.map_or_else(|| "unread".to_owned(), |format| word(&format));
        *documents.states.entry((format, word(&row.state))).or_default() += 1;
        if let Some(failure) = &row.failure {
            *documents.failures.entry(failure.code.clone()).or_default() += 1;
        }
    }
    documents
}

/// As the value is written on the wire.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use vault::Vault;

    use super::*;

    #[test]
    fn documents_are_counted_and_not_named() {
        let vault = Vault::in_memory().unwrap();
        for name in ["심은이름.pdf", "심은이름.hwp"] {
            vault.add_document(name, &PathBuf::from("/심은폴더").join(name), 1, 0).unwrap();
        }
        let documents = counted(&vault.documents().unwrap());
        assert_eq!(documents.states.into_iter().collect::<Vec<_>>(), [(("unread".to_owned(), "waiting".to_owned()), 2)]);
        assert!(documents.failures.is_empty());
    }
}
