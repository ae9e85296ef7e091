//! Each test denies its own process, which cannot be undone: run them one a process (nextest does).
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

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

/// How a call whose every argument is senseless ends.
fn errno_of(call: libc::c_long) -> Option<i32> {
    const NONE: libc::c_long = -1;
    // SAFETY: no pointer among the arguments can be read or written.
    let got = unsafe { libc::syscall(call, NONE, NONE, NONE, NONE, NONE, NONE) };
    if got == -1 { std::io::Error::last_os_error().raw_os_error() } else { None }
}

#[test]
fn what_carries_bytes_off_without_a_socket_is_refused() {
    let table = [
        ("io_uring_setup", libc::SYS_io_uring_setup),
        ("io_uring_enter", libc::SYS_io_uring_enter),
        ("io_uring_register", libc::SYS_io_uring_register),
        ("ptrace", libc::SYS_ptrace),
        ("process_vm_readv", libc::SYS_process_vm_readv),
        ("process_vm_writev", libc::SYS_process_vm_writev),
        ("pidfd_getfd", libc::SYS_pidfd_getfd),
        ("bpf", libc::SYS_bpf),
        ("perf_event_open", libc::SYS_perf_event_open),
        ("open_by_handle_at", libc::SYS_open_by_handle_at),
        ("request_key", libc::SYS_request_key),
        ("mount", libc::SYS_mount),
        ("fsopen", libc::SYS_fsopen),
    ];
    guard::deny_network().unwrap();
    for (name, call) in table {
        assert_eq!(errno_of(call), Some(libc::EACCES), "{name}");
    }
}

#[test]
fn another_process_of_the_same_person_is_neither_read_nor_traced() {
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    guard::deny_network().unwrap();
    let pid = other.id() as libc::pid_t;
    // SAFETY: PTRACE_ATTACH reads no memory of this process.
    let traced = unsafe { libc::ptrace(libc::PTRACE_ATTACH, pid, 0, 0) };
    let error = std::io::Error::last_os_error().raw_os_error();
    let mut byte = 0u8;
    let here = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    // SAFETY: one vector on each side; the address in the other process is judged by the kernel.
    let written = unsafe { libc::process_vm_writev(pid, &raw const here, 1, &raw const here, 1, 0) };
    let write_error = std::io::Error::last_os_error().raw_os_error();
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!((traced, error), (-1, Some(libc::EACCES)));
    assert_eq!((written, write_error), (-1, Some(libc::EACCES)));
}

#[test]
fn a_pair_of_sockets_is_refused_for_every_family_but_unix() {
    guard::deny_network().unwrap();
    for family in (0..64).filter(|family| *family != libc::AF_UNIX) {
        let mut ends = [-1; 2];
        // SAFETY: the array has room for the two descriptors.
        let got = unsafe { libc::socketpair(family, libc::SOCK_STREAM, 0, ends.as_mut_ptr()) };
        let error = std::io::Error::last_os_error().raw_os_error();
        assert_eq!((got, error), (-1, Some(libc::EACCES)), "family {family}");
    }
}

#[test]
fn a_family_that_no_header_names_yet_is_refused() {
    guard::deny_network().unwrap();
    for family in [0, 46, 64, 255, -1] {
        // SAFETY: socket() takes three integers.
        let got = unsafe { libc::socket(family, libc::SOCK_STREAM, 0) };
        let error = std::io::Error::last_os_error().raw_os_error();
        assert_eq!((got, error), (-1, Some(libc::EACCES)), "family {family}");
    }
}

/// Runs `child` in a fork of this process; how it ended, as waitpid(2) tells it.
fn ended(child: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child runs only what it is given and leaves without unwinding.
    match unsafe { libc::fork() } {
        0 => unsafe { libc::_exit(child()) },
        pid => {
            let mut status = 0;
            // SAFETY: `status` outlives the call.
            assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
            status
        }
    }
}

/// `getpid` by its i386 number, through the i386 gate.
#[cfg(target_arch = "x86_64")]
fn foreign_call() -> i32 {
    let pid: u64;
    // SAFETY: call 20 of the i386 table takes no argument and touches no memory.
    unsafe {
        std::arch::asm!(
            "int 0x80", inout("rax") 20u64 => pid, out("r8") _, out("r9") _, out("r10") _, out("r11") _
        );
    }
    i32::from(pid as u32 != std::process::id())
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_foreign_architecture_s_call_kills_the_process() {
    let free = ended(foreign_call);
    if !libc::WIFEXITED(free) {
        println!("SKIPPED: this kernel runs no 32-bit calls at all, or the guard stands already");
        return;
    }
    assert_eq!(libc::WEXITSTATUS(free), 0, "the call works without the guard");
    let guarded = ended(|| {
        guard::deny_network().unwrap();
        foreign_call()
    });
    assert!(libc::WIFSIGNALED(guarded) && libc::WTERMSIG(guarded) == libc::SIGSYS, "{guarded:#x}");
}

/// Every number by which an x32 program makes a denied call (`arch/x86/entry/syscalls/syscall_64.tbl`): the 64-bit
/// number with x32's bit, and for three of them a number of their own.
#[cfg(target_arch = "x86_64")]
#[test]
fn every_denied_call_is_refused_by_its_x32_numbers() {
    const X32: libc::c_long = 0x4000_0000;
    let numbers = [
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_ptrace,
        521,
        libc::SYS_process_vm_readv,
        539,
        libc::SYS_process_vm_writev,
        540,
        libc::SYS_pidfd_getfd,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_open_by_handle_at,
        libc::SYS_request_key,
        libc::SYS_mount,
        libc::SYS_fsopen,
    ];
    guard::deny_network().unwrap();
    for number in numbers {
        assert_eq!(errno_of(X32 | number), Some(libc::EACCES), "{number}");
    }
    // SAFETY: socket() takes three integers, whichever number calls it. Not even AF_UNIX has an x32 number here.
    let got = unsafe { libc::syscall(X32 | libc::SYS_socket, libc::AF_UNIX, libc::SOCK_STREAM, 0) };
    assert_eq!((got, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EACCES)));
}

/// Crashes as a fault in memory does.
fn crash() -> i32 {
    // SAFETY: the default action ends the process.
    unsafe {
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::raise(libc::SIGSEGV);
    }
    0
}

#[test]
fn a_crash_leaves_no_core_file() {
    let folder = std::env::temp_dir().join(format!("guard-core-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // What most systems set is no limit at all; where the hard limit forbids a core file the control says so.
    let control = ended(|| {
        let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: the structure outlives the call.
        let raised = unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const limit) };
        std::env::set_current_dir(&folder).unwrap();
        if raised == 0 { crash() } else { 1 }
    });
    let guarded = ended(|| {
        std::env::set_current_dir(&folder).unwrap();
        guard::no_core_dumps().unwrap();
        crash()
    });
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(libc::WIFSIGNALED(guarded) && libc::WTERMSIG(guarded) == libc::SIGSEGV, "{guarded:#x}");
    assert!(!libc::WCOREDUMP(guarded), "{guarded:#x}");
    if !libc::WIFSIGNALED(control) || !libc::WCOREDUMP(control) {
        println!("SKIPPED the control: this machine writes no core file for anyone ({control:#x})");
    }
}

/// Each half stands alone: a pipe for core dumps ignores the limit, and a program that is started is dumpable again.
#[test]
fn both_the_limit_and_the_mark_on_the_process_are_set() {
    let status = ended(|| {
        guard::no_core_dumps().unwrap();
        let mut limit = libc::rlimit { rlim_cur: 1, rlim_max: 1 };
        // SAFETY: the structure outlives the call.
        unsafe { libc::getrlimit(libc::RLIMIT_CORE, &raw mut limit) };
        // SAFETY: this prctl() reads nothing but its number.
        let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE) };
        i32::from((limit.rlim_cur, limit.rlim_max, dumpable) != (0, 0, 0))
    });
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status:#x}");
}

#[test]
fn a_process_without_core_dumps_still_finds_its_program_and_its_descriptors() {
    let status = ended(|| {
        guard::no_core_dumps().unwrap();
        let found = std::env::current_exe().is_ok() && std::fs::read_dir("/proc/self/fd").is_ok();
        i32::from(!found)
    });
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status:#x}");
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
