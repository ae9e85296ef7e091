//! The models folder as the person sees it: listed with what is known of each file, added to and taken from.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use assistant::Stop;
use catalog::Role;
use engine::Fit;
use models::{Known, Listed, Records, Trial};
use policy::Source;
use serde::Serialize;
use wire::Failure;

use super::{Session, apart};
use crate::app::lock;

/// What was found out about the files: [`Records`] as JSON.
const SETTING: &str = "model_records";

/// What goes on with the models folder.
#[derive(Default)]
pub struct Store {
    /// Ends the reading of a file: one at a time, since they share a disk.
    reading: Mutex<Option<Stop>>,
    /// Held while the records are changed.
    recording: Mutex<()>,
}

/// What a model is used for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Use {
    Chat,
    Draft,
    Embedding,
    Reranker,
}

/// Whether a file is what it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Trust {
    /// Its sum is in the catalog.
    Catalog,
    /// Its sum is in the agency's signed policy.
    Agency,
    /// Its sum is in no list.
    Unknown,
    /// The agency's policy does not allow it.
    Forbidden,
    /// Its sum was not taken yet.
    Unchecked,
}

/// `ModelRow` of the window's contract.
#[derive(Debug, Clone, Serialize)]
pub struct ModelRow {
    path: PathBuf,
    file: String,
    name: String,
    maker: Option<String>,
    role: Role,
    bytes: u64,
    in_folder: bool,
    parameters: u64,
    quantisation: Option<&'static str>,
    license: Option<String>,
    restricted: bool,
    sovereign: bool,
    context_length: Option<u64>,
    memory_bytes: Option<u64>,
    fit: Option<Fit>,
    sha256: Option<String>,
    trust: Trust,
    used: Option<Use>,
    trial: Option<Trial>,
    failure: Option<Failure>,
}

/// `KnownModel` of the window's contract: one that is known by name and that no file in the folder is.
#[derive(Debug, Clone, Serialize)]
pub struct KnownRow {
    #[serde(flatten)]
    known: &'static Known,
    memory_bytes: u64,
    fit: Option<Fit>,
}

/// `ModelsPage` of the window's contract.
#[derive(Debug, Clone, Serialize)]
pub struct ModelsPage {
    folder: PathBuf,
    memory_free: Option<u64>,
    memory_all: Option<u64>,
    models: Vec<ModelRow>,
    known: Vec<KnownRow>,
}

impl Session {
    /// The models that there are, with all that is known of them.
    ///
    /// # Errors
    /// `models_unreadable`, the vault's.
    pub async fn models_page(&self) -> Result<ModelsPage, Failure> {
        let (folder, used) = (self.0.paths.models(), self.used_models()?);
        let files = self.listed(used.iter().map(|(path, _)| path.clone()).collect()).await?;
        let sound: Vec<_> = files.iter().filter(|file| file.about.is_ok()).map(|file| file.path.clone()).collect();
        let estimates = engine::estimate(&self.0.paths.engine, &sound).await;
        let records = self.records()?;
        let row = |file: Listed| -> Result<ModelRow, Failure> {
            let at = sound.iter().position(|path| *path == file.path);
            let estimate = at.and_then(|at| estimates.models[at]);
            let used = used.iter().find(|(path, _)| *path == file.path).map(|(_, used)| *used);
            let record = records.of(&file).cloned().unwrap_or_default();
            let trust = self.trust(record.sha256.as_deref())?;
            Ok(ModelRow {
                memory_bytes: estimate.map(|estimate| estimate.bytes),
                fit: estimate.and_then(|estimate| estimate.fit),
                sha256: record.sha256,
                trust,
                used,
                trial: record.trial,
                ..row_of(file)?
            })
        };
        let present: Vec<_> = files.iter().filter_map(|file| file.known).collect();
        let absent = models::known()?.iter().filter(|known| !present.contains(known)).map(|known| {
            let memory_bytes = known.memory_bytes();
            KnownRow { known, memory_bytes, fit: estimates.fit(memory_bytes) }
        });
        Ok(ModelsPage {
            folder,
            memory_free: estimates.free,
            memory_all: estimates.all,
            known: absent.collect(),
            models: files.into_iter().map(row).collect::<Result<_, Failure>>()?,
        })
    }

    /// Copies a model, or all models of a bundle, into the models folder; `told` gets bytes done and of how many.
    ///
    /// # Errors
    /// Those of [`models::add`] and [`models::Bundle`]; `model_not_allowed`, `model_not_in_catalog`, `model_busy`.
    pub async fn add_model(&self, source: PathBuf, told: impl Fn(u64, u64) + Send + 'static) -> Result<(), Failure> {
        if models::is_bundle(&source) {
            return self.add_bundle(source, told).await;
        }
        let reading = self.begin_reading()?;
        let (folder, models, stop) = (self.0.paths.models(), self.0.models.clone(), reading.stop.clone());
        let added = apart(move || {
            let goes_on = move |done, of| {
                told(done, of);
                !stop.is_set()
            };
            models::add(&source, &folder, goes_on, |sum| models.admit_new(&source, sum))
        })
        .await?;
        self.note(&added.path, |records, file| records.note_sum(file, added.sha256)).await
    }

    async fn add_bundle(&self, source: PathBuf, told: impl Fn(u64, u64) + Send + 'static) -> Result<(), Failure> {
        let reading = self.begin_reading()?;
        let (folder, agency) = (self.0.paths.models(), self.0.paths.policy.clone());
        let (models, stop) = (self.0.models.clone(), reading.stop.clone());
        let added = apart(move || {
            let goes_on = move |done, of| {
                told(done, of);
                !stop.is_set()
            };
            models::Bundle::open(&source, &agency)?.add(&folder, goes_on, |file, sum| models.admit_new(Path::new(file), sum))
        })
        .await?;
        for model in added {
            self.note(&model.path, |records, file| records.note_sum(file, model.sha256)).await?;
        }
        Ok(())
    }

    /// Takes the sum of a model's file, so that it is known whether it is what it is said to be.
    ///
    /// # Errors
    /// Those of [`models::sum`], `model_busy`.
    pub async fn check_model(&self, path: PathBuf, told: impl Fn(u64, u64) + Send + 'static) -> Result<(), Failure> {
        let reading = self.begin_reading()?;
        let (asked, stop) = (path.clone(), reading.stop.clone());
        let goes_on = move |done, of| {
            told(done, of);
            !stop.is_set()
        };
        let sum = apart(move || models::sum(&asked, goes_on)).await?;
        self.note(&path, |records, file| records.note_sum(file, sum)).await
    }

    /// Ends the reading of a file that is added or checked.
    pub fn stop_reading_model(&self) {
        if let Some(stop) = &*lock(&self.0.store.reading) {
            stop.stop();
        }
    }

    /// Removes a model from the models folder for good.
    ///
    /// # Errors
    /// Those of [`models::remove`], the trail's.
    pub async fn remove_model(&self, path: PathBuf) -> Result<(), Failure> {
        self.refuse_while_trying()?;
        let used: Vec<_> = self.used_models()?.into_iter().map(|(path, _)| path).collect();
        let (folder, models) = (self.0.paths.models(), self.0.models.clone());
        apart(move || models::remove(&path, &folder, &used, || models.let_go(&path))).await?;
        let files = self.listed(Vec::new()).await?;
        self.change_records(|records| records.keep_only(&files))
    }

    /// Changes what is known of the file at `path`.
    pub(super) async fn note(&self, path: &Path, note: impl FnOnce(&mut Records, &Listed)) -> Result<(), Failure> {
        let (path, folder) = (path.to_owned(), self.0.paths.models());
        match apart(move || Listed::look(&path, path.parent() == Some(folder.as_path()))).await? {
            Some(file) => self.change_records(|records| note(records, &file)),
            // It was taken away meanwhile.
            None => Ok(()),
        }
    }

    async fn listed(&self, used: Vec<PathBuf>) -> Result<Vec<Listed>, Failure> {
        let folder = self.0.paths.models();
        apart(move || models::list(&folder, &used)).await
    }

    fn records(&self) -> Result<Records, Failure> {
        let text = self.vault().setting(SETTING)?.unwrap_or_default();
        // What cannot be read is found out again.
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    fn change_records(&self, change: impl FnOnce(&mut Records)) -> Result<(), Failure> {
        let _recording = lock(&self.0.store.recording);
        let mut records = self.records()?;
        change(&mut records);
        let text = serde_json::to_string(&records).map_err(|error| {
            Failure::new("model_unchecked", "모델의 기록을 저장하지 못했습니다. 다시 시도해 주십시오.", error)
        })?;
        Ok(self.vault().set_setting(SETTING, Some(&text))?)
    }

    /// The models that are used now, also while they are put aside for a test.
    fn used_models(&self) -> Result<Vec<(PathBuf, Use)>, Failure> {
        let (folder, status) = (self.0.paths.models(), self.status());
        let chat = self.default_model()?;
        let embedding = status.embedding.model().map(PathBuf::from);
        let reranker = catalog::reranker_in(&folder)?;
        let all = [
            (chat, Use::Chat),
            (status.draft_model, Use::Draft),
            (embedding, Use::Embedding),
            (reranker, Use::Reranker),
        ];
        Ok(all.into_iter().filter_map(|(path, used)| Some((path?, used))).collect())
    }

    fn trust(&self, sha256: Option<&str>) -> Result<Trust, Failure> {
        let Some(sum) = sha256 else { return Ok(Trust::Unchecked) };
        let policy = &self.0.policy;
        let listed = policy.policy.models.allowed_sha256.iter().any(|allowed| allowed.eq_ignore_ascii_case(sum));
        Ok(if self.0.models.allows(sum).is_err() {
            Trust::Forbidden
        } else if policy.source == Source::Signed && listed {
            Trust::Agency
        } else if catalog::known_sum(sum)?.is_some() {
            Trust::Catalog
        } else {
            Trust::Unknown
        })
    }

    fn begin_reading(&self) -> Result<Reading<'_>, Failure> {
        let mut reading = lock(&self.0.store.reading);
        if reading.is_some() {
            return Err(Failure::new(
                "model_busy",
                "다른 모델 파일을 읽는 중입니다. 끝난 뒤 다시 시도하거나, 먼저 중지해 주십시오.",
                "",
            ));
        }
        let stop = Stop::default();
        *reading = Some(stop.clone());
        Ok(Reading { store: &self.0.store, stop })
    }
}

/// A file is being read.
struct Reading<'a> {
    store: &'a Store,
    stop: Stop,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        *lock(&self.store.reading) = None;
    }
}

/// What a file says of itself, and what is known by its name.
fn row_of(file: Listed) -> Result<ModelRow, Failure> {
    let (about, failure) = match file.about {
        Ok(about) => (about, None),
        Err(failure) => (models::About::default(), Some(failure)),
    };
    let pinned = catalog::models()?.iter().find(|model| model.file == file.file);
    let of_known = |of: fn(&Known) -> Option<String>| file.known.and_then(of);
    Ok(ModelRow {
        name: of_known(|known| Some(known.name.clone()))
            .or_else(|| pinned.map(|model| model.name.clone()))
            .or(about.name)
            .unwrap_or_else(|| file.file.clone()),
        maker: of_known(|known| Some(known.maker.clone())).or_else(|| pinned.map(|model| model.maker.clone())),
        license: of_known(|known| known.license.clone())
            .or_else(|| pinned.map(|model| model.license.clone()))
            .or(about.license),
        restricted: file.known.is_some_and(|known| known.restricted),
        sovereign: file.known.is_some_and(|known| known.sovereign),
        path: file.path,
        file: file.file,
        role: file.role,
        bytes: file.bytes,
        in_folder: file.in_folder,
        parameters: about.parameters,
        quantisation: about.quantisation,
        context_length: about.context_length,
        memory_bytes: None,
        fit: None,
        sha256: None,
        trust: Trust::Unchecked,
        used: None,
        trial: None,
        failure,
    })
}

#[cfg(test)]
mod tests {
    use models::About;

    use super::*;

    fn listed(file: &str, about: Result<About, Failure>) -> Listed {
        let name = about.as_ref().ok().and_then(|about| about.name.clone());
        let path = PathBuf::from("/models").join(file);
        Listed {
            known: models::recognise(&path, name.as_deref()).unwrap(),
            path,
            file: file.to_owned(),
            bytes: 1,
            modified_ms: 0,
            in_folder: true,
            role: Role::Chat,
            about,
        }
    }

    #[test]
    fn what_is_known_by_name_comes_before_what_the_file_says() {
        let says = || About { name: Some("m".to_owned()), license: Some("other".to_owned()), ..About::default() };
        let nc = "EXAONE AI Model License Agreement 1.1 - NC";
        let table = [
            ("EXAONE-3.5-2.4B.gguf", Ok(says()), "EXAONE 3.5 2.4B Instruct", Some("LG AI연구원"), Some(nc)),
            ("own.gguf", Ok(says()), "m", None, Some("other")),
            ("own.gguf", Ok(About::default()), "own.gguf", None, None),
            ("own.gguf", Err(Failure::new("model_not_gguf", "", "")), "own.gguf", None, None),
            ("smollm2-135m-instruct-q4_1.gguf", Ok(says()), "SmolLM2 135M Instruct (Q4_1)", Some("Hugging Face"), Some("Apache-2.0")),
        ];
        for (file, about, name, maker, license) in table {
            let damaged = about.is_err();
            let row = row_of(listed(file, about)).unwrap();
            assert_eq!((&*row.name, row.maker.as_deref(), row.license.as_deref()), (name, maker, license), "{file}");
            assert_eq!(row.failure.is_some(), damaged, "{file}");
        }
    }
}
