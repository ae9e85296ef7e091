//! One window for a data folder: whoever starts the program a second time gets the window that is open.
//!
//! The first one holds a lock, which the system takes back however it ends, and listens on a socket beside it. Whoever
//! finds the lock held knocks there, and ends once the window was raised.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::{Duration, Instant};

use wire::Failure;

const LOCK: &str = "window.lock";
const SOCKET: &str = "window.socket";
/// What is answered once the window was raised.
const RAISED: [u8; 1] = [1];
/// One that has just started does not listen yet, and one that ends listens no longer: both are over in this time …
const PATIENCE: Duration = Duration::from_secs(5);
/// … and it is looked for that often.
const PAUSE: Duration = Duration::from_millis(50);

/// Whether this is the only one.
#[derive(Debug)]
pub enum Instance {
    /// It is: it opens the window.
    First(Seat),
    /// Another one was there, and has raised its window.
    Second,
}

/// The lock, as long as this lives, and where others knock.
#[derive(Debug)]
pub struct Seat {
    lock: File,
    listener: Option<UnixListener>,
}

/// Takes the seat of the data folder, or has the window raised that has it. `None` where the folder takes no lock, as on a
/// disk that cannot be written: what is wrong with it is told in the window.
///
/// # Errors
/// `window_silent` where another one has the seat and does not answer.
pub fn take(data: &Path) -> Result<Option<Instance>, Failure> {
    let locked = std::fs::create_dir_all(data)
        .and_then(|()| File::options().create(true).truncate(false).write(true).open(data.join(LOCK)));
    let Ok(lock) = locked else { return Ok(None) };
    let (socket, begun) = (data.join(SOCKET), Instant::now());
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Some(Instance::First(Seat { lock, listener: listen(&socket) }))),
            Err(std::fs::TryLockError::WouldBlock) => {}
            Err(std::fs::TryLockError::Error(_)) => return Ok(None),
        }
        if knock(&socket, PATIENCE.saturating_sub(begun.elapsed())).is_ok() {
            return Ok(Some(Instance::Second));
        }
        if begun.elapsed() > PATIENCE {
            return Err(silent());
        }
        std::thread::sleep(PAUSE);
    }
}

fn silent() -> Failure {
    Failure::new(
        "window_silent",
        "나랏말이 이미 열려 있지만 응답하지 않습니다. 그 창을 닫거나 잠시 기다린 뒤 다시 시작해 주십시오.",
        "",
    )
}

/// Listens where whoever was there before may have left its socket. Without one the lock still holds: the second one then
/// says that the first is silent.
fn listen(socket: &Path) -> Option<UnixListener> {
    let listening = match std::fs::remove_file(socket) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(socket),
    };
    listening.inspect_err(|error| tracing::warn!(kind = ?error.kind(), "no second start can raise the window")).ok()
}

/// Asks whoever listens to raise its window, and waits until it was.
fn knock(socket: &Path, patience: Duration) -> std::io::Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    // A time of zero is refused.
    stream.set_read_timeout(Some(patience.max(PAUSE)))?;
    let mut answer = [0; 1];
    stream.read_exact(&mut answer)?;
    if answer == RAISED { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
}

impl Seat {
    /// Keeps the seat until the program ends. `raise` is called whenever somebody starts the program again, and gives true
    /// once the window was raised.
    pub fn keep(self, raise: impl Fn() -> bool + Send + 'static) {
        std::thread::spawn(move || {
            // The lock lives here, whether others can knock or not.
            let Self { lock, listener } = self;
            for stream in listener.iter().flat_map(UnixListener::incoming) {
                match stream {
                    Ok(mut stream) if raise() => {
                        // Who knocked may have gone.
                        let _ = stream.write_all(&RAISED);
                    }
                    Ok(_) => {}
                    // Descriptors may run out for a moment; they are not asked for in a busy loop.
                    Err(_) => std::thread::sleep(PAUSE),
                }
            }
            std::mem::forget(lock);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn first(data: &Path) -> Seat {
        match take(data) {
            Ok(Some(Instance::First(seat))) => seat,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_second_raises_the_first_s_window_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("naratmal");
        let raised = Arc::new(AtomicU32::new(0));
        let counted = raised.clone();
        first(&data).keep(move || counted.fetch_add(1, Ordering::SeqCst) < 2);
        for time in 1..=2 {
            assert!(matches!(take(&data), Ok(Some(Instance::Second))), "{time}");
            assert_eq!(raised.load(Ordering::SeqCst), time);
        }
        // From now on its window does not come.
        assert_eq!(take(&data).unwrap_err().code, "window_silent");
    }

    #[test]
    fn what_a_kill_left_behind_is_no_window() {
        let folder = tempfile::tempdir().unwrap();
        drop(first(folder.path()));
        assert!(folder.path().join(SOCKET).exists(), "this test would see nothing");
        drop(first(folder.path()));
        // One that ends while the second waits makes room.
        let seat = first(folder.path());
        let ending = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            drop(seat);
        });
        drop(first(folder.path()));
        ending.join().unwrap();
    }

    #[test]
    fn a_folder_that_takes_no_lock_is_left_to_the_window() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        std::fs::write(&file, "").unwrap();
        assert!(take(&file).unwrap().is_none());
    }

    #[test]
    fn a_path_too_long_for_a_socket_still_has_one_window_only() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("긴".repeat(60));
        let seat = first(&data);
        assert!(seat.listener.is_none());
        assert_eq!(take(&data).unwrap_err().code, "window_silent");
    }
}
