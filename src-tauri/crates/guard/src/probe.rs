//! The attempts behind the claim that nothing leaves.

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

/// Tries every way that [`crate::deny_network`] closes: each kind of socket that leads off the machine, every address
/// family but `AF_UNIX`, pairs of sockets, the calls that get round a socket, and the x32 numbers. Nothing is sent: no
/// socket is connected, and what else is called is given arguments that no kernel accepts.
///
/// Off Linux the list is empty: nothing is claimed where nothing was tried.
#[cfg(target_os = "linux")]
pub fn probe_network() -> Vec<Probe> {
    linux::probes()
}

/// See the Linux version.
#[cfg(not(target_os = "linux"))]
pub fn probe_network() -> Vec<Probe> {
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;

    use libc::{AF_INET, AF_INET6, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM, c_int, c_long};

    use super::Probe;
    #[cfg(target_arch = "x86_64")]
    use crate::seccomp::X32;
    use crate::seccomp::DENIED;

    /// What an officer asks about first, by name.
    const NAMED: [(&str, c_int, c_int, c_int); 5] = [
        ("TCP (IPv4)", AF_INET, SOCK_STREAM, 0),
        ("UDP (IPv4)", AF_INET, SOCK_DGRAM, 0),
        ("TCP (IPv6)", AF_INET6, SOCK_STREAM, 0),
        ("UDP (IPv6)", AF_INET6, SOCK_DGRAM, 0),
        ("ICMP (raw)", AF_INET, SOCK_RAW, libc::IPPROTO_ICMP),
    ];

    /// The family that stays: `AF_UNIX`.
    const FIRST: c_int = 2;

    /// Every family from [`FIRST`] to `AF_MAX` (`include/linux/socket.h`), in the order of its number.
    const FAMILIES: [&str; 44] = [
        "IPv4", "AX.25", "IPX", "AppleTalk", "NET/ROM", "bridge", "ATM (PVC)", "X.25", "IPv6", "ROSE", "DECnet",
        "NetBEUI", "security", "IPsec (key)", "netlink", "packet", "ASH", "Econet", "ATM (SVC)", "RDS", "SNA", "IrDA",
        "PPPoX", "Wanpipe", "LLC", "InfiniBand", "MPLS", "CAN", "TIPC", "Bluetooth", "IUCV", "RxRPC", "ISDN", "Phonet",
        "IEEE 802.15.4", "CAIF", "AF_ALG", "NFC", "vsock", "KCM", "Qualcomm IPC", "SMC", "XDP", "MCTP",
    ];

    const KINDS: [c_int; 4] = [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW];

    pub(super) fn probes() -> Vec<Probe> {
        let named = NAMED.into_iter().map(|(way, family, kind, protocol)| socket(way, family, kind, protocol));
        let families = (FIRST..).zip(FAMILIES).map(|(family, way)| {
            // The first kind that was not refused says how the family stands.
            let kinds = KINDS.map(|kind| socket(way, family, kind, 0));
            let [first, ..] = &kinds;
            kinds.iter().find(|probe| !probe.refused).unwrap_or(first).clone()
        });
        let pairs = [("socketpair (IPv4)", AF_INET), ("socketpair (TIPC)", libc::AF_TIPC)];
        let pairs = pairs.map(|(way, family)| pair(way, family));
        let calls = DENIED.map(|(way, call)| senseless(way, call));
        let mut probes: Vec<Probe> = named.chain(families).chain(pairs).chain(calls).collect();
        #[cfg(target_arch = "x86_64")]
        probes.extend([
            // SAFETY: socket() takes three integers, whichever number calls it.
            answer("socket (x32)", unsafe { libc::syscall(X32 | libc::SYS_socket, AF_INET, SOCK_STREAM, 0) }),
            senseless("io_uring_setup (x32)", X32 | libc::SYS_io_uring_setup),
        ]);
        probes
    }

    fn socket(way: &'static str, family: c_int, kind: c_int, protocol: c_int) -> Probe {
        // SAFETY: socket() takes three integers.
        let got = unsafe { libc::socket(family, kind, protocol) };
        let probe = answer(way, got.into());
        close(got);
        probe
    }

    fn pair(way: &'static str, family: c_int) -> Probe {
        let mut ends = [-1; 2];
        // SAFETY: the array has room for the two descriptors and outlives the call.
        let got = unsafe { libc::socketpair(family, SOCK_STREAM, 0, ends.as_mut_ptr()) };
        let probe = answer(way, got.into());
        ends.into_iter().for_each(close);
        probe
    }

    /// Makes a call whose every argument is -1: an address that cannot be read, no process, no descriptor.
    fn senseless(way: &'static str, call: c_long) -> Probe {
        const NONE: c_long = -1;
        // SAFETY: the kernel checks what it is given, and no pointer among it can be read or written.
        answer(way, unsafe { libc::syscall(call, NONE, NONE, NONE, NONE, NONE, NONE) })
    }

    fn close(descriptor: c_int) {
        if descriptor >= 0 {
            // SAFETY: the caller opened the descriptor just now and nobody else has it.
            unsafe { libc::close(descriptor) };
        }
    }

    /// Reads `errno` where the call failed, so nothing may come between the two.
    fn answer(way: &'static str, got: c_long) -> Probe {
        if got >= 0 {
            return Probe { way, refused: false, answer: "열렸습니다".to_owned() };
        }
        let error = io::Error::last_os_error();
        Probe { way, refused: error.raw_os_error() == Some(libc::EACCES), answer: error.to_string() }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn each_family_stands_at_its_number() {
            let table = [
                (libc::AF_INET, "IPv4"),
                (libc::AF_INET6, "IPv6"),
                (libc::AF_NETLINK, "netlink"),
                (libc::AF_PACKET, "packet"),
                (libc::AF_IB, "InfiniBand"),
                (libc::AF_CAN, "CAN"),
                (libc::AF_BLUETOOTH, "Bluetooth"),
                (libc::AF_ALG, "AF_ALG"),
                (libc::AF_VSOCK, "vsock"),
                (libc::AF_XDP, "XDP"),
                // AF_MCTP, the last before AF_MAX.
                (45, "MCTP"),
            ];
            for (family, name) in table {
                let found = (FIRST..).zip(FAMILIES).find(|(number, _)| *number == family);
                assert_eq!(found, Some((family, name)));
            }
        }
    }
}
