use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;

use crate::Machine;

/// Of what the program does not know.
const UNKNOWN: &str = "알 수 없음";

/// What a person hands on when something goes wrong. `Display` is the text that he reads through before.
///
/// Every field is a count, a code, or a name that comes from the program, the system or the agency: none can hold what a
/// person wrote or how he calls his files.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The program's version.
    pub version: String,
    /// When it is made, in milliseconds since 1970.
    pub made_at: i64,
    /// Where it runs.
    pub machine: Machine,
    /// How the network's block did when each way out was tried.
    pub network: Vec<Part>,
    /// What the agency's policy is, or the code of why there is none that can be trusted.
    pub policy: Result<Policy, String>,
    /// What is known only while the data is unlocked.
    pub unlocked: Option<Unlocked>,
    /// The last lines of the log, oldest first.
    pub log: Vec<String>,
}

/// The ways out of one process that were tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Names the process.
    pub name: &'static str,
    /// How many ways were tried; none says nothing.
    pub tried: usize,
    /// Those that opened.
    pub open: Vec<String>,
}

/// The agency's policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// `default`, `signed` or `unsigned`.
    pub source: &'static str,
    /// As the agency calls it; may be empty.
    pub name: String,
    /// Which issue.
    pub serial: u64,
}

/// What is known only while the data is unlocked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unlocked {
    /// What answers.
    pub engine: Engine,
    /// `opening`, `ready` or `failed`, and why.
    pub library: (&'static str, Option<String>),
    /// `none`, `loading`, `ready` or `failed`, and why.
    pub embedding: (&'static str, Option<String>),
    /// The documents of the list.
    pub documents: Documents,
    /// The conversations of the list, those in the archive too.
    pub conversations: usize,
    /// Settings, by names that the report gives them.
    pub settings: Vec<(&'static str, String)>,
}

/// What answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Engine {
    /// `none`, `loading`, `ready` or `failed`.
    pub state: &'static str,
    /// The code of why it failed.
    pub failure: Option<String>,
    /// What is loaded.
    pub model: Option<Model>,
}

/// A model that is loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// As the program's lists call it; `None` for a model of no list, whose name may be a file's.
    pub name: Option<String>,
    /// The file's length, in bytes.
    pub bytes: Option<u64>,
    /// The file's SHA-256, hexadecimal.
    pub sha256: Option<String>,
    /// "CPU", or what the GPU is called.
    pub device: String,
    /// The build of the CPU's code, "haswell".
    pub variant: String,
    /// Threads used.
    pub threads: u32,
    /// Its layers.
    pub layers: u32,
    /// Those of them on a GPU.
    pub gpu_layers: u32,
    /// Context length in tokens.
    pub context_tokens: u32,
    /// The number format of the KV cache.
    pub kv_type: String,
    /// What it was estimated to take, in bytes.
    pub memory_bytes: u64,
    /// The codes of what the person was told when it was loaded.
    pub notices: Vec<String>,
}

/// The documents of the list, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    /// By format (`pdf`, or `unread` where that is not known) and state (`ready`).
    pub states: BTreeMap<(String, String), usize>,
    /// By the code of why they could not be read.
    pub failures: BTreeMap<String, usize>,
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        writeln!(to, "나랏말 문제 보고서\n")?;
        writeln!(to, "질문, 답변, 문서의 내용, 파일의 이름과 경로는 들어 있지 않습니다. 넘기시기 전에 읽어 보십시오.\n")?;
        line(to, "프로그램", &self.version)?;
        line(to, "만든 때", Timestamp::from_millisecond(self.made_at).map_or_else(|_| UNKNOWN.to_owned(), |at| at.to_string()))?;
        section(to, "컴퓨터")?;
        line(to, "운영체제", &self.machine.system)?;
        line(to, "커널", told(self.machine.kernel.as_ref()))?;
        line(to, "구조", &self.machine.architecture)?;
        line(to, "동시에 도는 스레드", told(self.machine.cores))?;
        line(to, "메모리", told(self.machine.memory_bytes.map(gibibytes)))?;
        line(to, "쓸 수 있는 메모리", told(self.machine.free_bytes.map(gibibytes)))?;
        section(to, "네트워크 차단")?;
        for part in &self.network {
            line(to, part.name, part.verdict())?;
        }
        section(to, "정책")?;
        match &self.policy {
            Ok(policy) => {
                line(to, "출처", policy.source)?;
                line(to, "이름", if policy.name.is_empty() { "없음" } else { &policy.name })?;
                line(to, "일련번호", policy.serial)?;
            }
            Err(code) => line(to, "오류 코드", code)?,
        }
        match &self.unlocked {
            Some(unlocked) => write!(to, "{unlocked}")?,
            None => writeln!(to, "\n자료가 잠겨 있어 모델과 자료의 상태는 적지 않았습니다.")?,
        }
        section(to, "최근 기록")?;
        match self.log.is_empty() {
            true => writeln!(to, "기록이 없습니다."),
            false => self.log.iter().try_for_each(|entry| writeln!(to, "{entry}")),
        }
    }
}

impl Part {
    fn verdict(&self) -> String {
        match (self.tried, self.open.as_slice()) {
            (0, _) => "시험하지 못함".to_owned(),
            (tried, []) => format!("{tried}가지 통로가 모두 막힘"),
            (tried, open) => format!("{tried}가지 가운데 열린 통로: {}", open.join(", ")),
        }
    }
}

impl Display for Unlocked {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        section(to, "모델")?;
        line(to, "상태", state(self.engine.state, self.engine.failure.as_deref()))?;
        if let Some(model) = &self.engine.model {
            line(to, "이름", model.name.as_deref().unwrap_or("목록에 없는 모델(이름은 적지 않음)"))?;
            line(to, "파일 크기", told(model.bytes.map(gibibytes)))?;
            line(to, "SHA-256", told(model.sha256.as_ref()))?;
            line(to, "장치", &model.device)?;
            line(to, "CPU 최적화", &model.variant)?;
            line(to, "스레드", model.threads)?;
            line(to, "GPU에 올린 층", format!("{}/{}", model.gpu_layers, model.layers))?;
            line(to, "맥락", format!("{}토큰, KV 캐시 {}", model.context_tokens, model.kv_type))?;
            line(to, "어림한 메모리", gibibytes(model.memory_bytes))?;
            line(to, "알린 것", or_none(model.notices.join(", ")))?;
        }
        line(to, "의미 검색", state(self.embedding.0, self.embedding.1.as_deref()))?;
        section(to, "자료")?;
        line(to, "자료함", state(self.library.0, self.library.1.as_deref()))?;
        line(to, "대화", self.conversations)?;
        for ((format, state), count) in &self.documents.states {
            line(to, &format!("{format}, {state}"), count)?;
        }
        for (code, count) in &self.documents.failures {
            line(to, &format!("실패 {code}"), count)?;
        }
        section(to, "설정")?;
        self.settings.iter().try_for_each(|(name, value)| line(to, name, value))
    }
}

fn section(to: &mut Formatter<'_>, title: &str) -> fmt::Result {
    writeln!(to, "\n[{title}]")
}

fn line(to: &mut Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    writeln!(to, "{name}: {value}")
}

fn state(state: &str, failure: Option<&str>) -> String {
    failure.map_or_else(|| state.to_owned(), |code| format!("{state} ({code})"))
}

fn told(value: Option<impl Display>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| value.to_string())
}

fn or_none(text: String) -> String {
    if text.is_empty() { "없음".to_owned() } else { text }
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.2} GiB", bytes as f64 / f64::from(1 << 30))
}
