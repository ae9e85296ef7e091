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
}
