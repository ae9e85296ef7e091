//! The audit trail: entries that are only ever added, each bound to all before it by a hash, so that one that was
//! changed, removed or moved is found and named. The hash is plain SHA-256, so that whoever gets the trail as a table
//! can check it without a key; that the last entries are all there shows by the [`Anchor`], which is kept elsewhere.

use keys::Key;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Result, Vault};

/// What happened, as the trail is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The person's account on this machine.
    pub who: &'a str,
    /// A stable word such as `document_read`.
    pub action: &'a str,
    /// What it was done to: JSON, its keys in a fixed order.
    pub what: &'a str,
}

/// An entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The person's account on this machine.
    pub who: String,
    /// A stable word such as `document_read`.
    pub action: String,
    /// What it was done to: JSON.
    pub what: String,
    /// SHA-256 of the hash before it and of all the above, hexadecimal.
    pub hash: String,
}

/// How long the trail is and what its last hash is. Kept outside the database, it shows whether entries at the end are
/// missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The number of entries.
    pub count: i64,
    /// The last entry's hash, hexadecimal; empty before the first.
    pub head: String,
}

/// What the sealed anchor is bound to, and what its key is derived for.
const ANCHOR: &str = "audit-anchor";

impl Anchor {
    /// The file in the data folder that keeps it, sealed.
    pub const FILE: &str = "audit.anchor";

    /// As it is kept beside the database, under a key derived from the data key.
    ///
    /// # Errors
    /// [`keys::Error::NoRandomness`].
    pub fn seal(&self, key: &Key) -> keys::Result<Vec<u8>> {
        let text = serde_json::to_vec(self).map_err(|error| keys::Error::Damaged(error.to_string()))?;
        keys::seal(&key.derive(ANCHOR), ANCHOR.as_bytes(), &text)
    }

    /// What [`Anchor::seal`] sealed under the same data key; `None` where it does not open.
    pub fn open(key: &Key, sealed: &[u8]) -> Option<Self> {
        let text = keys::open(&key.derive(ANCHOR), ANCHOR.as_bytes(), sealed).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

/// What is wrong with the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// The entry does not fit its hash and the one before it: it, or the one before it, was changed or moved.
    Changed {
        /// Its number.
        seq: i64,
    },
    /// Entries between two others are missing.
    Missing {
        /// The first missing number.
        from: i64,
        /// The last missing number.
        to: i64,
    },
    /// The anchor knows more entries than there are.
    Cut {
        /// The first missing number.
        from: i64,
        /// The last missing number.
        to: i64,
    },
    /// The entry that the anchor names has another hash: what leads up to it was written anew.
    Rewritten {
        /// Its number.
        seq: i64,
    },
    /// The trail is not empty, and its anchor is gone.
    NoAnchor,
}

impl Fault {
    /// What the security officer reads.
    pub fn message(&self) -> String {
        match self {
            Self::Changed { seq } => {
                format!("{seq}번 기록이 바뀌었거나 자리가 옮겨졌습니다. 백업의 감사 기록과 비교하십시오.")
            }
            Self::Missing { from, to } if from == to => format!("{from}번 기록이 빠져 있습니다."),
            Self::Missing { from, to } => format!("{from}번부터 {to}번까지의 기록이 빠져 있습니다."),
            Self::Cut { from, to } if from == to => format!("마지막 기록({from}번)이 지워졌습니다."),
            Self::Cut { from, to } => format!("마지막 기록들({from}번부터 {to}번까지)이 지워졌습니다."),
            Self::Rewritten { seq } => format!("{seq}번까지의 기록이 다시 쓰였습니다. 백업의 감사 기록과 비교하십시오."),
            Self::NoAnchor => {
                "감사 기록의 마지막 위치를 적어 둔 파일이 없습니다. 기록이 지워졌는지 알 수 없으니 백업과 비교하십시오.".to_owned()
            }
        }
    }
}

/// The hash of an entry: of the hash before it, then of number, time, who, action and what, each with its length in
/// front, as 64-bit little-endian numbers, so that no two entries are hashed alike.
fn hash(before: &[u8], seq: i64, event: Event<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [before, &seq.to_le_bytes(), &event.at.to_le_bytes()] {
        part_of(&mut hash, part);
    }
    for text in [event.who, event.action, event.what] {
        part_of(&mut hash, text.as_bytes());
    }
    hash.finalize().into()
}

fn part_of(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Kept {
    entry: Entry,
    hash: Vec<u8>,
}

fn kept_of(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let hash: Vec<u8> = row.get(5)?;
    let entry = Entry {
        seq: row.get(0)?,
        at: row.get(1)?,
        who: row.get(2)?,
        action: row.get(3)?,
        what: row.get(4)?,
        hash: hex(&hash),
    };
    Ok(Kept { entry, hash })
}

fn last(connection: &Connection) -> Result<(i64, Vec<u8>)> {
    Ok(connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or_default())
}

impl Vault {
    /// Adds an entry at the end of the trail, on the disk when this returns; gives the anchor to keep.
    ///
    /// # Errors
    /// The database's; what was to be accounted for should then not be done.
    pub fn account(&self, event: Event<'_>) -> Result<Anchor> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let (seq, before) = last(&transaction)?;
            let (count, hash) = (seq + 1, hash(&before, seq + 1, event));
            transaction
                .prepare_cached("INSERT INTO audit (seq, at, who, action, what, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![count, event.at, event.who, event.action, event.what, hash.as_slice()])?;
            transaction.commit()?;
            Ok(Anchor { count, head: hex(&hash) })
        })
    }

    /// At most `limit` entries whose number is below `before`, latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn audit_entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<Entry>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT seq, at, who, action, what, hash FROM audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
                )?
                .query_map(params![before.unwrap_or(i64::MAX), limit], |row| Ok(kept_of(row)?.entry))?
                .collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Checks every entry against the one before it, and the trail's end against each place that keeps an anchor, `None`
    /// where the place has lost it. Entries past an anchor are right where they fit the chain: a power cut between the
    /// two leaves them so. Gives the anchor that the trail has now, and what is wrong with it, nothing where all is
    /// right.
    ///
    /// # Errors
    /// The database's.
    pub fn verify_audit(&self, anchors: &[Option<&Anchor>]) -> Result<(Anchor, Vec<Fault>)> {
        self.with(|connection| {
            let mut faults = Vec::new();
            let (mut count, mut before) = (0, Vec::new());
            // The hash of the entry that each anchor names.
            let mut anchored = vec![None; anchors.len()];
            let mut statement =
                connection.prepare("SELECT seq, at, who, action, what, hash FROM audit ORDER BY seq")?;
            for kept in statement.query_map([], kept_of)? {
                let Kept { entry, hash: found } = kept?;
                if entry.seq != count + 1 {
                    faults.push(Fault::Missing { from: count + 1, to: entry.seq - 1 });
                }
                let event = Event { at: entry.at, who: &entry.who, action: &entry.action, what: &entry.what };
                // After a gap the hash before is not known, and the gap is what is told.
                if entry.seq == count + 1 && found != hash(&before, entry.seq, event) {
                    faults.push(Fault::Changed { seq: entry.seq });
                }
                for (anchor, anchored) in anchors.iter().zip(&mut anchored) {
                    if anchor.is_some_and(|anchor| anchor.count == entry.seq) {
                        *anchored = Some(entry.hash.clone());
                    }
                }
                (count, before) = (entry.seq, found);
            }
            for (anchor, anchored) in anchors.iter().zip(anchored) {
                faults.extend(end_fault(*anchor, count, anchored.as_deref()));
            }
            // Two places that tell the same tell it once.
            faults.dedup();
            Ok((Anchor { count, head: hex(&before) }, faults))
        })
    }
}

/// What is wrong with the end of a trail of `count` entries by an anchor; `anchored` is the hash of the entry it names.
fn end_fault(anchor: Option<&Anchor>, count: i64, anchored: Option<&str>) -> Option<Fault> {
    match anchor {
        None if count > 0 => Some(Fault::NoAnchor),
        Some(anchor) if anchor.count > count => Some(Fault::Cut { from: count + 1, to: anchor.count }),
        Some(anchor) if anchor.count > 0 && anchored != Some(&anchor.head) => {
            Some(Fault::Rewritten { seq: anchor.count })
        }
        _ => None,
    }
}
