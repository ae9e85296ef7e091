//! Tests of models. Memory allows one at a time: the model that answers is put aside meanwhile, and comes back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use assistant::Stop;
use catalog::Role;
use engine::{Engine, Part};
use models::{Answered, Step, Trial};
use wire::Failure;

use super::{EngineState, EngineStatus, Session, apart};
use crate::app::{lock, now_ms};

/// The test that runs.
#[derive(Default)]
pub struct Trials {
    running: Mutex<Option<Stop>>,
    /// The session was locked: no model comes back.
    left: AtomicBool,
}

impl Session {
    /// Tries the model at `path`, and keeps how it did.
    ///
    /// # Errors
    /// Those of [`models::try_model`]; `model_testing`, `answer_running`, `model_loading`, `test_stopped`, and what the
    /// policy says of the file.
    pub async fn test_model(&self, path: &Path, told: impl FnMut(Step) + Send) -> Result<Trial, Failure> {
        let trial = self.instead_of_chat(async {
            self.admit_to_test(path).await?;
            models::try_model(&self.trial_engine(), path, now_ms, told).await
        });
        let trial = trial.await?;
        self.note(path, |records, file| records.note_trial(file, trial.clone())).await?;
        Ok(trial)
    }

    /// Asks each of `paths` the same question, one after the other; `told` gets which of them it is about.
    ///
    /// # Errors
    /// As [`Session::test_model`].
    pub async fn compare_models(
        &self,
        paths: &[PathBuf],
        question: &str,
        mut told: impl FnMut(usize, Step) + Send,
    ) -> Result<Vec<Answered>, Failure> {
        self.instead_of_chat(async {
            let engine = self.trial_engine();
            let mut answers = Vec::with_capacity(paths.len());
            for (place, path) in paths.iter().enumerate() {
                self.admit_to_test(path).await?;
                answers.push(models::answer(&engine, path, question, |step| told(place, step)).await?);
            }
            Ok::<_, Failure>(answers)
        })
        .await
    }

    /// Ends the test that runs.
    pub fn stop_test(&self) {
        if let Some(stop) = &*lock(&self.0.trials.running) {
            stop.stop();
        }
    }

    /// The data is being locked: everything ends, and nothing is loaded again.
    pub fn leave(&self) {
        self.0.trials.left.store(true, Ordering::SeqCst);
        self.stop();
        self.stop_test();
        self.stop_reading_model();
    }

    /// What wants the model that answers is refused while another one is tested.
    ///
    /// # Errors
    /// `model_testing`.
    pub fn refuse_while_trying(&self) -> Result<(), Failure> {
        match &*lock(&self.0.trials.running) {
            Some(_) => Err(testing()),
            None => Ok(()),
        }
    }

    async fn instead_of_chat<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let running = self.begin_trial()?;
        self.leave_title();
        self.leave_ahead();
        self.0.engine.unload().await;
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = running.stop.wait() => Err(stopped()),
        };
        drop(running);
        if !self.0.trials.left.load(Ordering::SeqCst) {
            self.set_engine_state(EngineState::None);
            self.load_model().await;
        }
        outcome
    }

    fn begin_trial(&self) -> Result<Running<'_>, Failure> {
        let mut running = lock(&self.0.trials.running);
        if running.is_some() {
            return Err(testing());
        }
        if !lock(&self.0.running).is_empty() {
            return Err(Failure::new(
                "answer_running",
                "답변을 쓰는 중에는 모델을 시험할 수 없습니다. 답변이 끝나거나 중지한 뒤 다시 시도해 주십시오.",
                "",
            ));
        }
        if lock(&self.0.status).engine.state == EngineState::Loading {
            return Err(Failure::new(
                "model_loading",
                "모델을 불러오는 중입니다. 다 불러온 뒤 다시 시도해 주십시오.",
                "",
            ));
        }
        let stop = Stop::default();
        *running = Some(stop.clone());
        self.set_engine_state(EngineState::Loading);
        Ok(Running { trials: &self.0.trials, stop })
    }

    fn set_engine_state(&self, state: EngineState) {
        self.change(|status| status.engine = EngineStatus { state, model: None, failure: None });
    }

    async fn admit_to_test(&self, path: &Path) -> Result<(), Failure> {
        let (asked, models) = (path.to_owned(), self.0.models.clone());
        apart(move || models.admit(&asked, Role::Test).map(drop)).await
    }

    /// An engine of its own, which ends with the test.
    fn trial_engine(&self) -> Engine {
        let models = self.0.models.clone();
        let check = move |path: &Path, _: Part| models.admit(path, Role::Test).map(drop);
        Engine::checking(self.0.paths.engine.clone(), Some(Arc::new(check)))
    }
}

/// A test runs.
struct Running<'a> {
    trials: &'a Trials,
    stop: Stop,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(&self.trials.running) = None;
    }
}

fn testing() -> Failure {
    Failure::new(
        "model_testing",
        "모델을 시험하는 중입니다. 시험이 끝나거나 시험을 중지한 뒤 다시 시도해 주십시오.",
        "",
    )
}

fn stopped() -> Failure {
    Failure::new("test_stopped", "시험을 중지했습니다. 쓰던 모델을 다시 불러옵니다.", "")
}
