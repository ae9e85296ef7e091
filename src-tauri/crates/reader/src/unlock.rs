//! HWPX with a password: each part is deflated, then encrypted as OpenDocument lays down, and the manifest says how.

use std::collections::HashMap;
use std::io::{Cursor, Read, Write};

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::DeflateDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};
use wire::Failure;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::owpml::{attribute, number};
use crate::{fault, zipped};

/// The rounds of key derivation that a file may ask for; editors ask for 1024.
const ROUNDS: u32 = 1_000_000;
/// How much of a part its checksum covers.
const CHECKED: usize = 1024;

/// How one part is encrypted.
#[derive(Default)]
struct Lock {
    cipher: String,
    derivation: String,
    digest: String,
    vector: Vec<u8>,
    salt: Vec<u8>,
    rounds: u32,
    checksum: Vec<u8>,
}

/// The archive with its text in clear; `None` where it is in clear already.
///
/// # Errors
/// `document_password`, `document_password_wrong`, or `document_locked` where the way of encryption is unknown.
pub fn unlocked(bytes: &[u8], password: Option<&str>) -> Result<Option<Vec<u8>>, Failure> {
    let mut archive = zipped::open(bytes)?;
    let manifest = zipped::part(&mut archive, "META-INF/manifest.xml").unwrap_or_default();
    let manifest = String::from_utf8_lossy(&manifest);
    if !manifest.contains("encryption-data") {
        return Ok(None);
    }
    let password = password.ok_or_else(|| fault::password("META-INF/manifest.xml names an encryption"))?;
    let mut clear = ZipWriter::new(Cursor::new(Vec::new()));
    let mut budget = zipped::EXPANDED;
    for (name, lock) in locks(&manifest) {
        if !name.to_ascii_lowercase().ends_with(".xml") {
            continue;
        }
        let Some(sealed) = zipped::part(&mut archive, &name) else { continue };
        let part = lock.open(sealed, password, budget)?;
        budget -= part.len() as u64;
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        clear.start_file(name, options).map_err(fault::damaged)?;
        clear.write_all(&part).map_err(fault::damaged)?;
    }
    Ok(Some(clear.finish().map_err(fault::damaged)?.into_inner()))
}

/// The parts that the manifest says are encrypted.
fn locks(manifest: &str) -> HashMap<String, Lock> {
    let mut locks = HashMap::new();
    let mut part = String::new();
    let mut reader = Reader::from_str(manifest);
    while let Ok(event) = reader.read_event() {
        let (Event::Start(element) | Event::Empty(element)) = event else {
            if matches!(event, Event::Eof) {
                break;
            }
            continue;
        };
        let text = |name| attribute(&element, &[name]).unwrap_or_default();
        let binary = |name| BASE64_STANDARD.decode(text(name)).unwrap_or_default();
        if element.local_name().as_ref() == "file-entry" {
            part = text("full-path");
            continue;
        }
        let lock: &mut Lock = match element.local_name().as_ref() {
            "encryption-data" => locks.entry(part.clone()).or_default(),
            _ => match locks.get_mut(&part) {
                Some(lock) => lock,
                None => continue,
            },
        };
        match element.local_name().as_ref() {
            "encryption-data" => lock.checksum = binary("checksum"),
            "algorithm" => {
                lock.cipher = text("algorithm-name");
                lock.vector = binary("initialisation-vector");
            }
            "key-derivation" => {
                lock.derivation = text("key-derivation-name");
                lock.salt = binary("salt");
                lock.rounds = number(&element, &["iteration-count"]).unwrap_or(1024);
            }
            "start-key-generation" => lock.digest = text("start-key-generation-name"),
            _ => {}
        }
    }
    locks
}

impl Lock {
    fn open(&self, mut sealed: Vec<u8>, password: &str, budget: u64) -> Result<Vec<u8>, Failure> {
        let known = self.cipher.ends_with("#aes256-cbc")
            && self.derivation.to_ascii_lowercase().ends_with("#pbkdf2")
            && self.digest.ends_with("#sha256")
            && self.rounds <= ROUNDS;
        let unknown = || {
            let way = format!("{} {} {} {}", self.cipher, self.derivation, self.digest, self.rounds);
            fault::locked("한글에서 암호를 풀어 저장한 뒤 다시 추가하십시오.", way)
        };
        if !known {
            return Err(unknown());
        }
        let mut key = [0; 32];
        pbkdf2::pbkdf2_hmac::<sha1::Sha1>(&Sha256::digest(password), &self.salt, self.rounds, &mut key);
        let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, &self.vector).map_err(|_| unknown())?;
        let packed = cipher.decrypt_padded_mut::<NoPadding>(&mut sealed).map_err(fault::damaged)?;
        let mut part = Vec::new();
        let end = DeflateDecoder::new(packed).take(budget).read_to_end(&mut part);
        if part.len() as u64 >= budget {
            return Err(fault::bomb("an encrypted part"));
        }
        let checked = &part[..part.len().min(CHECKED)];
        if end.is_err() || Sha256::digest(checked).as_slice() != self.checksum {
            return Err(fault::wrong_password("the checksum differs"));
        }
        Ok(part)
    }
}
