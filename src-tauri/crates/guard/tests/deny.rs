//! Each test denies its own process, which cannot be undone: run them one a process (nextest does).
#![cfg(target_os = "linux")]

use std::net::{TcpStream, UdpSocket};
use std::process::Command;

#[test]
fn every_way_out_is_refused_in_this_process_on_every_thread() {
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let early = std::thread::spawn(move || {
        gone.recv().unwrap();
        guard::probe_network()
    });
    guard::deny_network().unwrap();
    go.send(()).unwrap();
    for probe in guard::probe_network().into_iter().chain(early.join().unwrap()) {
        assert!(probe.refused, "{}: {}", probe.way, probe.answer);
    }
    assert!(TcpStream::connect("127.0.0.1:9").is_err_and(|error| error.raw_os_error() == Some(13)));
    assert!(UdpSocket::bind("127.0.0.1:0").is_err_and(|error| error.raw_os_error() == Some(13)));
}

#[test]
fn a_child_is_refused_too() {
    guard::deny_network().unwrap();
    let script = "import socket\nfor f in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):\n  \
                  try: socket.socket(f, socket.SOCK_DGRAM)\n  except PermissionError: continue\n  raise SystemExit(1)";
    assert!(Command::new("python3").args(["-c", script]).status().unwrap().success());
}

#[test]
fn a_unix_socket_still_opens() {
    guard::deny_network().unwrap();
    std::os::unix::net::UnixStream::pair().unwrap();
    std::os::unix::net::UnixDatagram::unbound().unwrap();
}

#[test]
fn the_x32_number_of_socket_is_refused() {
    guard::deny_network().unwrap();
    // SAFETY: socket() takes three integers, whichever number calls it.
    let got = unsafe { libc::syscall(0x4000_0000 | libc::SYS_socket, libc::AF_INET, libc::SOCK_STREAM, 0) };
    assert_eq!(got, -1);
    assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EACCES));
}

#[test]
fn a_confined_program_starts_no_process_by_any_number() {
    guard::confine_program(&[], &[]).unwrap();
    // SAFETY: none of them takes an argument that is read; a child that should not be ends at once.
    for call in [libc::SYS_fork, libc::SYS_vfork, 0x4000_0000 | libc::SYS_fork, 0x4000_0000 | libc::SYS_vfork] {
        let got = unsafe { libc::syscall(call) };
        if got == 0 {
            unsafe { libc::_exit(0) };
        }
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EACCES), "{call:#x}");
    }
}

#[test]
fn an_allocation_past_the_memory_limit_fails_and_does_not_take_the_machine() {
    guard::limit_memory(512 * 1024 * 1024).unwrap();
    let mut wanted: Vec<u8> = Vec::new();
    assert!(wanted.try_reserve_exact(600 * 1024 * 1024).is_err());
}
