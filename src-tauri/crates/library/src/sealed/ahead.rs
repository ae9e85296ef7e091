use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;

use super::read::Opened;

/// Bytes of one file that are decrypted before they are asked for; what is beyond is decrypted when it is.
const MOST: usize = 64 << 20;

/// Decrypts files as they are opened, behind whoever opened them, so that the first question after that does not wait
/// for it. Its thread ends with its last clone.
#[derive(Clone, Debug)]
pub struct Ahead(Sender<Weak<Opened>>);

impl Ahead {
    pub fn start() -> Self {
        let (sender, files) = channel::<Weak<Opened>>();
        thread::spawn(move || {
            for file in files {
                let mut from = 0;
                // A file that nobody holds any more is let go between two blocks.
                while let Some(opened) = file.upgrade().filter(|_| from < MOST) {
                    match opened.decrypt_from(from) {
                        Some(next) => from = next,
                        None => break,
                    }
                }
            }
        });
        Self(sender)
    }

    pub fn read(&self, file: &Arc<Opened>) {
        // The thread lives as long as this; without it the file is decrypted when it is read.
        let _ = self.0.send(Arc::downgrade(file));
    }
}
