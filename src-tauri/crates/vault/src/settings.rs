use rusqlite::OptionalExtension;

use crate::{Result, Vault};

impl Vault {
    /// The setting `key`, where it was set.
    ///
    /// # Errors
    /// The database's.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()?)
        })
    }

    /// Sets `key`; `None` takes it away.
    ///
    /// # Errors
    /// The database's.
    pub fn set_setting(&self, key: &str, value: Option<&str>) -> Result<()> {
        self.with(|connection| {
            match value {
                Some(value) => connection.execute(
                    "INSERT INTO settings (key, value) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [key, value],
                )?,
                None => connection.execute("DELETE FROM settings WHERE key = ?1", [key])?,
            };
            Ok(())
        })
    }

    /// What is noted about derived data under `key`, such as the chunker that cut the passages.
    ///
    /// # Errors
    /// The database's.
    pub fn note(&self, key: &str) -> Result<Option<String>> {
        self.with(|connection| {
            Ok(connection
                .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                    row.get(0)
                })
                .optional()?)
        })
    }

    /// Notes `value` about derived data under `key`.
    ///
    /// # Errors
    /// The database's.
    pub fn set_note(&self, key: &str, value: &str) -> Result<()> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, value],
            )?;
            Ok(())
        })
    }
}
