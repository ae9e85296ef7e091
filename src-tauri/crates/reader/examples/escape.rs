//! Confined as the reader is, tries to get out: prints a line of `NAME refused|DONE` for each way. For the test of the
//! sandbox (`tests/sandbox.rs`); not shipped.

use std::io;
use std::os::unix::net::{UnixDatagram, UnixStream};

const GIB: usize = 1024 * 1024 * 1024;

fn say(way: &str, done: bool) {
    println!("{way} {}", if done { "DONE" } else { "refused" });
}

fn denied<T>(outcome: io::Result<T>) -> bool {
    matches!(outcome, Err(error) if error.raw_os_error() == Some(libc::EACCES))
}

fn main() {
    let folder = std::env::temp_dir();
    if naratmal_reader::enter_sandbox().is_err() {
        println!("no sandbox");
        std::process::exit(1);
    }
    say("open /etc/passwd", !denied(std::fs::File::open("/etc/passwd")));
    say("create a file", !denied(std::fs::File::create(folder.join("naratmal-escape"))));
    say("list a folder", !denied(std::fs::read_dir("/")));
    say("look at a file", !denied(std::fs::metadata("/etc/passwd")));
    say("remove a file", !denied(std::fs::remove_file("/etc/passwd-")));
    say("connect by TCP", !denied(std::net::TcpStream::connect("127.0.0.1:9")));
    say("open a Unix socket", !denied(UnixDatagram::unbound()));
    say("connect a Unix socket", !denied(UnixStream::connect("/run/dbus/system_bus_socket")));
    // SAFETY: fork() takes nothing; a child that should not be ends at once.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: ends the child without running anything of the parent's.
        unsafe { libc::_exit(0) };
    }
    say("fork", child > 0);
    say("start a program", std::process::Command::new("/bin/true").status().is_ok());
    // SAFETY: replaces this process on success, which the test then sees by the missing lines.
    let executed = unsafe { libc::execl(c"/bin/true".as_ptr(), c"true".as_ptr(), std::ptr::null::<libc::c_char>()) };
    say("become a program", executed != -1);
    say("allocate 4 GiB", Vec::<u8>::new().try_reserve_exact(4 * GIB).is_ok());
    // SAFETY: asks for a new mapping anywhere; nothing is written to it.
    let code = unsafe {
        libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
    };
    say("map memory to execute", code != libc::MAP_FAILED);
    // SAFETY: signal 0 only asks whether the parent could be signalled.
    say("signal the parent", unsafe { libc::kill(libc::getppid(), 0) } == 0);
    // SAFETY: asks to trace the parent.
    say("trace the parent", unsafe { libc::ptrace(libc::PTRACE_ATTACH, libc::getppid(), 0, 0) } == 0);
    // What a parser needs still works.
    let sum = std::thread::spawn(|| (0..1000u64).sum::<u64>()).join();
    println!("threads and memory {}", if matches!(sum, Ok(499_500)) { "work" } else { "FAIL" });
}
