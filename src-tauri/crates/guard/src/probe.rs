/// One way onto a network, and what the system said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The way, as a security officer names it: "TCP (IPv4)".
    pub way: &'static str,
    /// True where the system refused with `EACCES`.
    pub refused: bool,
    /// The system's answer.
    pub answer: String,
}

/// Tries to open each kind of socket that leads off the machine, and an `io_uring`. Nothing is sent.
///
/// Off Linux the list is empty: nothing is claimed where nothing was tried.
#[cfg(target_os = "linux")]
pub fn probe_network() -> Vec<Probe> {
    let sockets = [
        ("TCP (IPv4)", libc::AF_INET, libc::SOCK_STREAM, 0),
        ("UDP (IPv4)", libc::AF_INET, libc::SOCK_DGRAM, 0),
        ("TCP (IPv6)", libc::AF_INET6, libc::SOCK_STREAM, 0),
        ("UDP (IPv6)", libc::AF_INET6, libc::SOCK_DGRAM, 0),
        ("ICMP (raw)", libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP),
        ("netlink", libc::AF_NETLINK, libc::SOCK_RAW, 0),
        ("packet", libc::AF_PACKET, libc::SOCK_RAW, 0),
        ("vsock", libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        ("Bluetooth", libc::AF_BLUETOOTH, libc::SOCK_RAW, 0),
    ];
    let mut probes: Vec<Probe> = sockets
        .into_iter()
        .map(|(way, family, kind, protocol)| {
            // SAFETY: socket() takes three integers.
            answer(way, unsafe { libc::socket(family, kind, protocol) })
        })
        .collect();
    let mut parameters = [0u8; 120];
    // SAFETY: the buffer is as large as `struct io_uring_params` and outlives the call.
    let ring = unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) };
    probes.push(answer("io_uring", ring as i32));
    probes
}

/// See the Linux version.
#[cfg(not(target_os = "linux"))]
pub fn probe_network() -> Vec<Probe> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn answer(way: &'static str, descriptor: i32) -> Probe {
    if descriptor >= 0 {
        // SAFETY: the descriptor was opened just above and belongs to nobody else.
        unsafe { libc::close(descriptor) };
        return Probe { way, refused: false, answer: "열렸습니다".to_owned() };
    }
    let error = std::io::Error::last_os_error();
    Probe { way, refused: error.raw_os_error() == Some(libc::EACCES), answer: error.to_string() }
}
