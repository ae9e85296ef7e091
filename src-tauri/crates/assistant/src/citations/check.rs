use engine::Embedder;
use library::Library;
use wire::Failure;

use super::plan::Plan;
use super::{Checked, Doubtful, Evidence, Reading};

/// Checks `answer` against `evidence`. `about` are the words of the question with their weights, where it asks for one
/// thing: documents that are beside it then support nothing. `question` says which words and numbers of a sentence are only the question's
/// echo. Spans that letters leave alike are told apart by meaning, where the library has an embedding model.
pub async fn check(
    answer: &str,
    question: &str,
    about: &[(String, f32)],
    evidence: &[Evidence],
    library: &Library,
) -> Checked {
    let plan = {
        let (words, names) =
            (|text: &str| library.analyzer().morphemes(text), |text: &str| library.analyzer().names(text));
        Plan::new(answer, question, about, evidence, Reading { words: &words, names: &names })
    };
    let similarities = match library.embedder() {
        Some(embedder) => similarities(&plan.doubtful(), &embedder).await.unwrap_or_else(|failure| {
            tracing::warn!(code = failure.code, "citations are chosen by letters alone");
            Vec::new()
        }),
        None => Vec::new(),
    };
    plan.decide(&similarities)
}

/// How near each sentence is to each of its spans.
///
/// # Errors
/// The embedder's.
async fn similarities(doubtful: &[Doubtful<'_>], embedder: &Embedder) -> Result<Vec<Vec<f32>>, Failure> {
    let mut all = Vec::with_capacity(doubtful.len());
    for Doubtful { sentence, spans } in doubtful {
        let sentence = embedder.query(sentence).await?;
        let spans = embedder.passages(spans.clone()).await?;
        all.push(spans.iter().map(|span| cosine(&sentence, span)).collect());
    }
    Ok(all)
}

/// Of vectors of unit length.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
