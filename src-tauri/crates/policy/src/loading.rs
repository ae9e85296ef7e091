use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use minisign_verify::{Error as MinisignError, PublicKey, Signature};

use crate::error::{Error, Result};
use crate::policy::Policy;

/// The longest policy file that is read, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;
/// The longest key or signature that is read, in bytes: each is two or four short lines.
const MAX_SMALL: u64 = 16 << 10;

const KEY: &str = "policy.pub";
const FILE: &str = "policy.toml";
const SIGNATURE: &str = "policy.toml.minisig";

/// The agency's public key where it was built into the program (`NARATMAL_POLICY_KEY` at build time, base64).
pub const EMBEDDED_KEY: Option<&str> = option_env!("NARATMAL_POLICY_KEY");

/// A policy and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What is allowed.
    pub policy: Policy,
    /// Where it is from.
    pub source: Source,
}

/// Where a policy is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// There is neither a key nor a policy file: the program's defaults.
    Default,
    /// A policy file signed with the pinned key. Only its serial is worth remembering for `last_serial`.
    Signed,
    /// A policy file where no key is pinned: nothing proves who wrote it.
    Unsigned,
}

impl Source {
    /// A stable word for the audit trail: `default`, `signed`, `unsigned`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Signed => "signed",
            Self::Unsigned => "unsigned",
        }
    }

    /// What the window shows, in Korean, as long as this policy holds; `None` where there is nothing to warn of.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Default | Self::Signed => None,
            Self::Unsigned => Some(
                "서명을 확인하지 않은 정책 파일을 적용하고 있습니다. 누가 만든 것인지 확인할 수 없으니, \
                 보안 담당자에게 공개키(policy.pub)를 설치해 달라고 요청하십시오.",
            ),
        }
    }
}

/// The folder of the key and the policy file on this system; only an administrator writes there.
///
/// `/etc/naratmal`, `%ProgramData%\naratmal`, `/Library/Application Support/naratmal`.
pub fn system_folder() -> PathBuf {
    if cfg!(windows) {
        let data = std::env::var_os("ProgramData").map_or_else(|| PathBuf::from(r"C:\ProgramData"), PathBuf::from);
        data.join("naratmal")
    } else if cfg!(target_os = "macos") {
        PathBuf::from("/Library/Application Support/naratmal")
    } else {
        PathBuf::from("/etc/naratmal")
    }
}

/// The policy of `folder`, which holds `policy.toml`, its minisign signature `policy.toml.minisig` and the agency's
/// public key `policy.pub`; `last_serial` is that of the last signed policy that was applied.
///
/// | key | file | result |
/// |---|---|---|
/// | no | no | the defaults, [`Source::Default`] |
/// | no | yes | [`Source::Unsigned`] |
/// | yes | yes | [`Source::Signed`], or an error |
/// | yes | no | an error |
///
/// An unsigned policy holds, but nobody knows who wrote it: it keeps a careful person from a mistake and nobody else
/// from anything, and the window shows [`Source::warning`] as long as it holds.
///
/// A key that was built in ([`EMBEDDED_KEY`]) takes the place of `policy.pub`. The signature is of the file's raw
/// bytes and is checked before they are parsed; it must be of the prehashed kind (minisign 0.10 and later).
///
/// # Errors
/// After any of these the program must stop, or a person could undo the policy by damaging it:
/// [`Error::KeyUnreadable`], [`Error::KeyDamaged`], [`Error::PolicyMissing`], [`Error::PolicyUnreadable`],
/// [`Error::PolicyTooLarge`], [`Error::PolicyUnsigned`], [`Error::SignatureDamaged`], [`Error::OtherKey`],
/// [`Error::PolicyAltered`], [`Error::PolicyUnparsable`], [`Error::PolicyInvalid`], [`Error::PolicyRolledBack`].
pub fn load(folder: &Path, last_serial: Option<u64>) -> Result<Loaded> {
    load_pinned(folder, last_serial, EMBEDDED_KEY)
}

/// [`load`] with the built-in key passed in: base64, or the text of a minisign public key file.
///
/// # Errors
/// As [`load`].
pub fn load_pinned(folder: &Path, last_serial: Option<u64>, embedded: Option<&str>) -> Result<Loaded> {
    let key = key(folder, embedded)?;
    let file = read(folder, FILE, MAX_BYTES)?;
    let (bytes, source) = match (file, key) {
        (None, None) => return Ok(Loaded { policy: Policy::default(), source: Source::Default }),
        (None, Some(_)) => return Err(Error::PolicyMissing),
        (Some(bytes), None) => (bytes, Source::Unsigned),
        (Some(bytes), Some(key)) => {
            verify(folder, &key, &bytes)?;
            (bytes, Source::Signed)
        }
    };
    let policy = parse(&bytes)?;
    match last_serial {
        Some(seen) if policy.serial < seen => Err(Error::PolicyRolledBack { found: policy.serial, seen }),
        _ => Ok(Loaded { policy, source }),
    }
}

/// Whether the agency signed `bytes`: true where its key is pinned in `folder` or built in and `signature` (the text of a
/// minisign signature of the prehashed kind) fits, false where no key is pinned, so that nothing proves who made them.
///
/// # Errors
/// [`Error::KeyUnreadable`], [`Error::KeyDamaged`]; and where there is a key, of these bytes in the policy's place,
/// [`Error::PolicyUnsigned`], [`Error::SignatureDamaged`], [`Error::OtherKey`], [`Error::PolicyAltered`].
pub fn signed_by_agency(folder: &Path, bytes: &[u8], signature: Option<&[u8]>) -> Result<bool> {
    match key(folder, EMBEDDED_KEY)? {
        Some(key) => check(&key, bytes, signature.ok_or(Error::PolicyUnsigned)?).map(|()| true),
        None => Ok(false),
    }
}

fn key(folder: &Path, embedded: Option<&str>) -> Result<Option<PublicKey>> {
    match embedded {
        Some(text) => public_key(text.as_bytes()).map(Some),
        None => pinned_key(folder),
    }
}

fn pinned_key(folder: &Path) -> Result<Option<PublicKey>> {
    match read(folder, KEY, MAX_SMALL) {
        Ok(bytes) => bytes.map(|bytes| public_key(&bytes)).transpose(),
        Err(Error::PolicyUnreadable(detail)) => Err(Error::KeyUnreadable(detail)),
        Err(error) => Err(Error::KeyDamaged(error.to_string())),
    }
}

fn public_key(bytes: &[u8]) -> Result<PublicKey> {
    let text = std::str::from_utf8(bytes).map_err(|error| Error::KeyDamaged(error.to_string()))?;
    // The line of base64 comes last; above it is a comment, which proves nothing.
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    PublicKey::from_base64(line).map_err(|error| Error::KeyDamaged(error.to_string()))
}

fn verify(folder: &Path, key: &PublicKey, bytes: &[u8]) -> Result<()> {
    check(key, bytes, &read(folder, SIGNATURE, MAX_SMALL)?.ok_or(Error::PolicyUnsigned)?)
}

fn check(key: &PublicKey, bytes: &[u8], signature: &[u8]) -> Result<()> {
    let damaged = |error: &dyn ToString| Error::SignatureDamaged(error.to_string());
    let text = std::str::from_utf8(signature).map_err(|error| damaged(&error))?;
    let signature = Signature::decode(text).map_err(|error| damaged(&error))?;
    key.verify(bytes, &signature, false).map_err(|error| match error {
        MinisignError::InvalidSignature => Error::PolicyAltered,
        MinisignError::UnexpectedKeyId => Error::OtherKey,
        other => damaged(&other),
    })
}

fn parse(bytes: &[u8]) -> Result<Policy> {
    let unparsable = |place: usize, reason: &str| Error::PolicyUnparsable {
        line: 1 + bytes.iter().take(place).filter(|&&byte| byte == b'\n').count(),
        reason: reason.trim().to_owned(),
    };
    let text = std::str::from_utf8(bytes).map_err(|error| unparsable(error.valid_up_to(), "UTF-8이 아닙니다"))?;
    // Some editors on Windows put a byte order mark in front, which TOML does not know.
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let policy: Policy = toml::from_str(&text[mark..])
        .map_err(|error| unparsable(mark + error.span().map_or(0, |span| span.start), error.message()))?;
    policy.check()?;
    Ok(policy)
}

/// A file's bytes; `None` where there is none.
fn read(folder: &Path, name: &'static str, limit: u64) -> Result<Option<Vec<u8>>> {
    let unreadable = |error: &dyn ToString| Error::PolicyUnreadable(format!("{name}: {}", error.to_string()));
    let path = folder.join(name);
    match std::fs::metadata(&path) {
        // A pipe in the file's place would block for ever when opened.
        Ok(found) if !found.is_file() => return Err(unreadable(&"not a file")),
        Ok(_) => {}
        // A link to nowhere is a damaged installation and not a missing file.
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    }
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    match read.map_err(|error| unreadable(&error))? as u64 > limit {
        true => Err(Error::PolicyTooLarge { file: name, limit }),
        false => Ok(Some(bytes)),
    }
}
