//! The models folder, as it lies there.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use catalog::Role;
use policy::gguf;
use wire::Failure;

use crate::known::{Known, recognise};

/// The longest text of a header that is shown, in characters.
const MOST_LETTERS: usize = 120;

/// What a GGUF says of itself, as far as a list shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// `general.name`.
    pub name: Option<String>,
    /// `general.architecture`.
    pub architecture: Option<String>,
    /// Numbers that it consists of.
    pub parameters: u64,
    /// The way in which most of them are stored: "Q4_K_M".
    pub quantisation: Option<&'static str>,
    /// `general.license`.
    pub license: Option<String>,
    /// Tokens that it was trained to read at once.
    pub context_length: Option<u64>,
}

impl About {
    /// Reads and checks the header of the file at `path`, as it is done before a model is loaded.
    ///
    /// # Errors
    /// Those of [`gguf::check`] and [`gguf::check_template`], and `model_missing`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| policy::Error::ModelUnreadable(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let header = gguf::check(BufReader::new(file), bytes)?;
        header.chat_template.as_deref().map_or(Ok(()), gguf::check_template)?;
        Ok(Self {
            name: header.name.and_then(shown),
            architecture: header.architecture.and_then(shown),
            parameters: header.parameters,
            quantisation: header.file_type.and_then(quantisation),
            license: header.license.and_then(shown),
            context_length: header.context_length,
        })
    }
}

/// A text of a header on one line, cut where it is longer than any list is wide; `None` where there is none.
fn shown(text: String) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| line.chars().filter(|c| !c.is_control()).take(MOST_LETTERS).collect())
}

/// What people call llama.cpp's number of a way to quantise (`llama_ftype` of llama.h); `None` for what it does not have.
pub fn quantisation(file_type: u64) -> Option<&'static str> {
    Some(match file_type {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        19 => "IQ2_XXS",
        20 => "IQ2_XS",
        21 => "Q2_K_S",
        22 => "IQ3_XS",
        23 => "IQ3_XXS",
        24 => "IQ1_S",
        25 => "IQ4_NL",
        26 => "IQ3_S",
        27 => "IQ3_M",
        28 => "IQ2_S",
        29 => "IQ2_M",
        30 => "IQ4_XS",
        31 => "IQ1_M",
        32 => "BF16",
        36 => "TQ1_0",
        37 => "TQ2_0",
        38 => "MXFP4",
        _ => return None,
    })
}

/// A model's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name.
    pub file: String,
    /// Its length, in bytes.
    pub bytes: u64,
    /// When it was last written, in milliseconds since 1970.
    pub modified_ms: i64,
    /// False where it lies elsewhere and is only used.
    pub in_folder: bool,
    /// What it is for.
    pub role: Role,
    /// What its header says, or why that is not to be trusted.
    pub about: Result<About, Failure>,
    /// The model that it is, where that is known by name.
    pub known: Option<&'static Known>,
}

impl Listed {
    /// Looks at one file; `None` where there is none.
    ///
    /// # Errors
    /// `catalog_damaged`.
    pub fn look(path: &Path, in_folder: bool) -> Result<Option<Self>, Failure> {
        // What was taken away meanwhile is not listed.
        let Some(data) = path.metadata().ok().filter(std::fs::Metadata::is_file) else { return Ok(None) };
        let modified = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let about = About::read(path);
        let name = about.as_ref().ok().and_then(|about| about.name.as_deref());
        Ok(Some(Self {
            path: path.to_owned(),
            file: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            bytes: data.len(),
            modified_ms: modified.map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
            in_folder,
            role: role(path, name)?,
            known: recognise(path, name)?,
            about,
        }))
    }
}

/// What the file at `path` is for: as the catalog says, or as its name does.
fn role(path: &Path, general_name: Option<&str>) -> Result<Role, Failure> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(model) = catalog::models()?.iter().find(|model| model.file == file) {
        return Ok(model.role);
    }
    Ok(if catalog::recipe_for(path, general_name).is_ok() {
        Role::Embedding
    } else if catalog::check_reranker(path, general_name).is_ok() {
        Role::Reranker
    } else {
        Role::Chat
    })
}

/// The models in `folder`, by name, then those of `used` that lie elsewhere.
///
/// # Errors
/// `models_unreadable` where the folder is there and cannot be read; `catalog_damaged`.
pub fn list(folder: &Path, used: &[PathBuf]) -> Result<Vec<Listed>, Failure> {
    let mut paths = Vec::new();
    match folder.read_dir() {
        Ok(files) => paths.extend(files.flatten().map(|file| file.path()).filter(|path| is_gguf(path))),
        // Set-up makes it, and so does the first model that is added.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::new(
                "models_unreadable",
                "모델 폴더를 열 수 없습니다. 폴더를 읽을 권한이 있는지 확인해 주십시오.",
                format!("{}: {error}", folder.display()),
            ));
        }
    }
    paths.sort();
    let elsewhere: BTreeSet<_> = used.iter().filter(|path| !paths.contains(path)).collect();
    let here = paths.iter().map(|path| Listed::look(path, true));
    let listed = here.chain(elsewhere.into_iter().map(|path| Listed::look(path, false)));
    listed.filter_map(Result::transpose).collect()
}

/// Whether a file is called as models are; hidden ones are still being copied.
pub(crate) fn is_gguf(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}
