//! Folders that conversations are put into.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::conversations::found;
use crate::{Error, Result, Vault};

/// A folder of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Its row.
    pub id: i64,
    /// As the person reads it.
    pub name: String,
}

fn folders(connection: &Connection) -> Result<Vec<Folder>> {
    Ok(connection
        .prepare_cached("SELECT id, name FROM folders ORDER BY position, id")?
        .query_map([], |row| Ok(Folder { id: row.get(0)?, name: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?)
}

impl Vault {
    /// All folders, in the person's order.
    ///
    /// # Errors
    /// The database's.
    pub fn folders(&self) -> Result<Vec<Folder>> {
        self.with(|connection| folders(connection))
    }

    /// A new folder behind the others.
    ///
    /// # Errors
    /// The database's.
    pub fn create_folder(&self, name: &str) -> Result<Folder> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO folders (name, position) SELECT ?1, coalesce(max(position) + 1, 0) FROM folders",
                [name],
            )?;
            Ok(Folder { id: connection.last_insert_rowid(), name: name.to_owned() })
        })
    }

    /// Gives a folder another name.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn rename_folder(&self, id: i64, name: &str) -> Result<()> {
        self.with(|connection| {
            let changed = connection.execute("UPDATE folders SET name = ?2 WHERE id = ?1", params![id, name])?;
            found(changed, "folder", id)
        })
    }

    /// Puts a folder at `place` among all, from 0; beyond the last it is the last.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn move_folder(&self, id: i64, place: usize) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let mut order: Vec<i64> = folders(&transaction)?.into_iter().map(|folder| folder.id).collect();
            let from = order.iter().position(|folder| *folder == id).ok_or(Error::Missing { what: "folder", id })?;
            order.remove(from);
            order.insert(place.min(order.len()), id);
            for (position, folder) in (0_i64..).zip(order) {
                transaction.execute("UPDATE folders SET position = ?2 WHERE id = ?1", [folder, position])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    /// Removes a folder. The conversations in it are in none then.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub fn remove_folder(&self, id: i64) -> Result<()> {
        self.with(|connection| found(connection.execute("DELETE FROM folders WHERE id = ?1", [id])?, "folder", id))
    }

    /// Puts a conversation into a folder, or into none; its place in the list stays.
    ///
    /// # Errors
    /// [`Error::Missing`], of either.
    pub fn move_conversation(&self, id: i64, folder: Option<i64>) -> Result<()> {
        self.with(|connection| {
            if let Some(folder) = folder
                && !connection.prepare_cached("SELECT 1 FROM folders WHERE id = ?1")?.exists([folder])?
            {
                return Err(Error::Missing { what: "folder", id: folder });
            }
            let changed =
                connection.execute("UPDATE conversations SET folder = ?2 WHERE id = ?1", params![id, folder])?;
            found(changed, "conversation", id)
        })
    }
}
