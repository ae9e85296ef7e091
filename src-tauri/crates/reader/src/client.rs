//! The conversation with the program that started this process.

use std::fs::File;
use std::io;

use documents::{Page, Recognised, Reply, Request};
use naratmal_reader::Recogniser;

/// Replies go to standard output; the client's messages come in on the descriptor of standard error.
pub struct Client {
    messages: File,
}

impl Client {
    #[cfg(unix)]
    pub fn open() -> io::Result<Self> {
        use std::os::fd::AsFd;

        Ok(Self { messages: File::from(io::stderr().as_fd().try_clone_to_owned()?) })
    }

    #[cfg(windows)]
    pub fn open() -> io::Result<Self> {
        use std::os::windows::io::AsHandle;

        Ok(Self { messages: File::from(io::stderr().as_handle().try_clone_to_owned()?) })
    }

    pub fn request(&mut self) -> io::Result<Request> {
        wire::read(&mut self.messages)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn ask(&mut self, page: Page, picture: &[u8]) -> io::Result<Option<String>> {
        let mut replies = io::stdout().lock();
        wire::write(&mut replies, &Reply::Picture(page))?;
        wire::write_bytes(&mut replies, picture)?;
        Ok(wire::read::<Recognised>(&mut self.messages)?.and_then(|recognised| recognised.text))
    }
}

impl Recogniser for Client {
    fn recognise(&mut self, page: Page, picture: &[u8]) -> Option<String> {
        // A client that is gone takes this process with it.
        self.ask(page, picture).ok().flatten()
    }
}
