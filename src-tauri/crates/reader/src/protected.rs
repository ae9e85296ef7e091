//! Office documents behind a password: the package lies encrypted in an OLE2 file. Both schemes that Office writes
//! are undone: "agile" (2010 on) and "standard" (2007).

use std::io::{Cursor, Read};

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockCipher, BlockDecryptMut, KeyInit, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use wire::Failure;

use crate::fault;
use crate::recognise::OLE2;
use crate::xml::{Element, Xml};

/// What the person can do where the scheme is none of the two.
const ADVICE: &str = "오피스에서 암호를 해제하고 저장하여 다시 추가하십시오.";
/// Office hashes a password 100,000 times; a file may not ask for hours.
const MOST_SPINS: u32 = 10_000_000;
/// The package is encrypted in pieces of this length.
const SEGMENT: usize = 4096;
const VERIFIER_INPUT: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
const VERIFIER_VALUE: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
const KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];

/// The package inside an encrypted document; `None` where the file is none.
pub fn package(bytes: &[u8], password: Option<&str>) -> Result<Option<Vec<u8>>, Failure> {
    if !bytes.starts_with(OLE2) {
        return Ok(None);
    }
    // What is no whole OLE2 file is told by whoever recognises it.
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return Ok(None) };
    if !file.exists("/EncryptedPackage") {
        return Ok(None);
    }
    let mut stream = |name: &str| {
        let mut content = Vec::new();
        file.open_stream(name).and_then(|mut stream| stream.read_to_end(&mut content)).map_err(fault::damaged)?;
        Ok::<_, Failure>(content)
    };
    let info = stream("/EncryptionInfo")?;
    let package = stream("/EncryptedPackage")?;
    let broken = || fault::damaged("EncryptedPackage is cut");
    let (length, content) = package.split_first_chunk::<8>().ok_or_else(broken)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| broken())?;
    if length > content.len() {
        return Err(broken());
    }
    let scheme = Scheme::read(&info)?;
    let password = password.ok_or_else(|| fault::password("EncryptedPackage"))?;
    let mut plain = scheme.decrypt(password, content)?;
    plain.truncate(length);
    Ok(Some(plain))
}

enum Scheme {
    Agile(Box<Agile>),
    Standard { salt: Vec<u8>, key: usize, verifier: Vec<u8>, hash: Vec<u8> },
}

/// The two encryptions of an agile file: of the key by the password, and of the content by the key.
#[derive(Default)]
struct Agile {
    data: Cipher,
    password: Cipher,
    spins: u32,
    input: Vec<u8>,
    value: Vec<u8>,
    key: Vec<u8>,
}

#[derive(Default)]
struct Cipher {
    salt: Vec<u8>,
    hash: String,
    key: usize,
    block: usize,
}

impl Scheme {
    fn read(info: &[u8]) -> Result<Self, Failure> {
        match info.get(..4) {
            Some([4, 0, 4, 0]) => Self::agile(info.get(8..).unwrap_or_default()),
            Some([2..=4, 0, 2, 0]) => Self::standard(info).ok_or_else(|| fault::damaged("EncryptionInfo is cut"))?,
            _ => Err(fault::locked(ADVICE, "an encryption of another scheme")),
        }
    }

    fn agile(info: &[u8]) -> Result<Self, Failure> {
        let text = String::from_utf8_lossy(info);
        let mut xml = Xml::new(&text);
        let mut agile = Agile::default();
        while let Some(element) = xml.find_any(&["keyData", "encryptedKey"]) {
            let cipher = cipher(&element)?;
            if element.is("keyData") {
                agile.data = cipher;
                continue;
            }
            agile.spins = element.number("spinCount").unwrap_or_default();
            agile.input = decoded(&element, "encryptedVerifierHashInput");
            agile.value = decoded(&element, "encryptedVerifierHashValue");
            agile.key = decoded(&element, "encryptedKeyValue");
            agile.password = cipher;
            // A further one would be a certificate's.
            break;
        }
        if agile.data.salt.is_empty() || agile.password.salt.is_empty() {
            return Err(fault::locked(ADVICE, "no password opens it"));
        }
        if agile.spins > MOST_SPINS {
            return Err(fault::damaged(format!("{} spins", agile.spins)));
        }
        Ok(Self::Agile(Box::new(agile)))
    }

    fn standard(info: &[u8]) -> Option<Result<Self, Failure>> {
        let word = |at: usize| Some(u32::from_le_bytes(info.get(at..at + 4)?.try_into().ok()?));
        let header = word(8)? as usize;
        let algorithm = word(12 + 8)?;
        let key = word(12 + 16)? as usize / 8;
        // AES of any length; RC4 is of Office 97.
        if !matches!(algorithm, 0x660E..=0x6610) {
            return Some(Err(fault::locked(ADVICE, format!("algorithm {algorithm:#x}"))));
        }
        let rest = info.get(12usize.checked_add(header)?..)?;
        let salt = rest.get(4..20)?.to_vec();
        Some(Ok(Self::Standard { salt, key, verifier: rest.get(20..36)?.to_vec(), hash: rest.get(40..72)?.to_vec() }))
    }

    fn decrypt(&self, password: &str, content: &[u8]) -> Result<Vec<u8>, Failure> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        match self {
            Self::Agile(agile) => agile.decrypt(&password, content),
            Self::Standard { salt, key, verifier, hash } => {
                let spun = spun("SHA1", salt, &password, 50_000);
                let last = digest("SHA1", &[&spun, &[0; 4]]);
                let mut pad = [0x36; 64];
                pad.iter_mut().zip(&last).for_each(|(byte, last)| *byte ^= last);
                let mut derived = digest("SHA1", &[&pad]);
                let mut pad = [0x5C; 64];
                pad.iter_mut().zip(&last).for_each(|(byte, last)| *byte ^= last);
                derived.extend(digest("SHA1", &[&pad]));
                derived.truncate(*key);
                let verifier = ecb(&derived, verifier)?;
                let hash = ecb(&derived, hash)?;
                if digest("SHA1", &[&verifier]) != hash[..20] {
                    return Err(fault::wrong_password("standard encryption"));
                }
                ecb(&derived, content)
            }
        }
    }
}

impl Agile {
    fn decrypt(&self, password: &[u8], content: &[u8]) -> Result<Vec<u8>, Failure> {
        let Cipher { salt, hash, key, block } = &self.password;
        let spun = spun(hash, salt, password, self.spins);
        let open = |purpose: &[u8], sealed: &[u8]| {
            let derived = fitted(digest(hash, &[&spun, purpose]), *key);
            cbc(&derived, &fitted(salt.clone(), *block), sealed)
        };
        let input = open(&VERIFIER_INPUT, &self.input)?;
        let value = open(&VERIFIER_VALUE, &self.value)?;
        let expected = digest(hash, &[&input]);
        if value.get(..expected.len()) != Some(&expected[..]) {
            return Err(fault::wrong_password("agile encryption"));
        }
        let mut secret = open(&KEY, &self.key)?;
        secret.truncate(self.data.key);
        let mut plain = Vec::with_capacity(content.len());
        for (index, segment) in (0u32..).zip(content.chunks(SEGMENT)) {
            let start = fitted(digest(&self.data.hash, &[&self.data.salt, &index.to_le_bytes()]), self.data.block);
            // A cut file ends within a block.
            let whole = segment.len() - segment.len() % 16;
            plain.extend(cbc(&secret, &start, &segment[..whole])?);
        }
        Ok(plain)
    }
}

fn cipher(element: &Element<'_>) -> Result<Cipher, Failure> {
    let said = |name| element.attribute(name).unwrap_or_default();
    let (algorithm, chaining, hash) = (said("cipherAlgorithm"), said("cipherChaining"), said("hashAlgorithm"));
    let hash = hash.replace('-', "");
    let known = matches!(hash.as_str(), "SHA1" | "SHA256" | "SHA384" | "SHA512");
    if algorithm != "AES" || chaining != "ChainingModeCBC" || !known {
        return Err(fault::locked(ADVICE, format!("{algorithm}, {chaining}, {hash}")));
    }
    Ok(Cipher {
        salt: decoded(element, "saltValue"),
        hash,
        key: element.number("keyBits").unwrap_or_default() as usize / 8,
        block: element.number("blockSize").unwrap_or_default() as usize,
    })
}

fn decoded(element: &Element<'_>, name: &str) -> Vec<u8> {
    element.attribute(name).and_then(|value| STANDARD.decode(value.trim()).ok()).unwrap_or_default()
}

fn spun(hash: &str, salt: &[u8], password: &[u8], spins: u32) -> Vec<u8> {
    (0..spins).fold(digest(hash, &[salt, password]), |last, index| digest(hash, &[&index.to_le_bytes(), &last]))
}

fn digest(hash: &str, parts: &[&[u8]]) -> Vec<u8> {
    fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
        let mut digest = D::new();
        parts.iter().for_each(|part| digest.update(part));
        digest.finalize().to_vec()
    }
    match hash {
        "SHA1" => of::<Sha1>(parts),
        "SHA256" => of::<Sha256>(parts),
        "SHA384" => of::<Sha384>(parts),
        _ => of::<Sha512>(parts),
    }
}

/// Cut or filled to a length, as the scheme fills.
fn fitted(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length.min(64), 0x36);
    bytes
}

fn cbc(key: &[u8], start: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Failure> {
    fn with<C: BlockDecryptMut + BlockCipher + KeyInit>(key: &[u8], start: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        cbc::Decryptor::<C>::new_from_slices(key, start).ok()?.decrypt_padded_vec_mut::<NoPadding>(sealed).ok()
    }
    let plain = match key.len() {
        16 => with::<Aes128>(key, start, sealed),
        24 => with::<Aes192>(key, start, sealed),
        32 => with::<Aes256>(key, start, sealed),
        _ => None,
    };
    plain.ok_or_else(|| fault::damaged("the encryption's key or blocks have no valid length"))
}

fn ecb(key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Failure> {
    fn with<C: BlockDecryptMut + BlockCipher + KeyInit>(key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        ecb::Decryptor::<C>::new_from_slice(key).ok()?.decrypt_padded_vec_mut::<NoPadding>(sealed).ok()
    }
    let sealed = &sealed[..sealed.len() - sealed.len() % 16];
    let plain = match key.len() {
        16 => with::<Aes128>(key, sealed),
        24 => with::<Aes192>(key, sealed),
        32 => with::<Aes256>(key, sealed),
        _ => None,
    };
    plain.ok_or_else(|| fault::damaged("the encryption's key or blocks have no valid length"))
}
