//! Archives of documents: each is read as if it lay by itself, under a heading with its path.

use documents::{Document, Format};
use encoding_rs::EUC_KR;
use wire::Failure;
use zip::result::ZipError;

use crate::embedded::{Nest, embed};
use crate::outline::Outline;
use crate::{Source, Tools, fault, zipped};

/// Names that the warning about unread files spells out.
const NAMED: usize = 10;

pub fn zip(source: Source<'_>, tools: &mut Tools<'_>, nest: &mut Nest) -> Result<Document, Failure> {
    let mut archive = zipped::open(source.bytes)?;
    let mut outline = Outline::new(Format::Zip);
    let mut unknown = Vec::new();
    let mut first = None;
    for index in 0..archive.len() {
        let (name, folder, encrypted) = match archive.by_index_raw(index) {
            Ok(entry) => (name(entry.name_raw()), entry.is_dir(), entry.encrypted()),
            Err(error) => return Err(fault::damaged(format!("ZIP: {error}"))),
        };
        if folder || litter(&name) {
            continue;
        }
        let bytes = if encrypted {
            let password = source.password.ok_or_else(|| fault::password(format!("{name} is encrypted")))?;
            let entry = archive.by_index_decrypt(index, password.as_bytes());
            // The password is proven by the text only: the check before it lets one in 256 wrong ones through.
            let unpacked = zipped::unpack(entry.map_err(locked)?, nest)?;
            unpacked.map_err(|error| fault::wrong_password(format!("{name}: {error}")))?
        } else {
            let unpacked = match archive.by_index(index) {
                Ok(entry) => zipped::unpack(entry, nest)?.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match unpacked {
                Ok(bytes) => bytes,
                Err(error) => {
                    let failure = fault::damaged(format!("{name}: {error}"));
                    outline.warn(format!("'{name}'을(를) 읽지 못했습니다: {}", failure.message));
                    outline.partial();
                    first.get_or_insert(failure);
                    continue;
                }
            }
        };
        outline.section(index);
        let inner = Source { bytes: &bytes, extension: extension(&name), password: source.password };
        match embed(&mut outline, 1, &name, &name, inner, tools, nest) {
            Ok(()) => {}
            Err(failure) if failure.code == "document_unknown_type" => unknown.push(name),
            Err(failure) => {
                outline.warn(format!("'{name}'을(를) 읽지 못했습니다: {}", failure.message));
                first.get_or_insert(failure);
            }
        }
    }
    if !unknown.is_empty() {
        let count = unknown.len();
        unknown.truncate(NAMED);
        let rest = if count > NAMED { " 등" } else { "" };
        outline.warn(format!("압축 파일 안에서 읽을 수 없는 형식의 파일 {count}개를 건너뛰었습니다: {}{rest}", unknown.join(", ")));
    }
    match first {
        Some(failure) if outline.is_empty() => Err(failure),
        _ => Ok(outline.finish()),
    }
}

fn locked(error: ZipError) -> Failure {
    match error {
        ZipError::InvalidPassword => fault::wrong_password("ZIP"),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            fault::locked("압축을 풀어 안의 문서를 추가하십시오.", error)
        }
        error => fault::damaged(format!("ZIP: {error}")),
    }
}

/// An entry's name: Korean Windows wrote CP949 there, and said nothing about it.
fn name(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => EUC_KR.decode_without_bom_handling(raw).0.into_owned(),
    };
    name.replace('\\', "/")
}

/// Files that systems leave beside the documents.
fn litter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || file.starts_with("._") || matches!(file, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

pub fn extension(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or("", |(_, extension)| extension)
}
