//! What passes an interface, read from a packet socket (packet(7)) and sorted.

use std::ffi::CString;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::Result;

/// What a frame is, as far as the test has to tell frames apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The kernel's own IPv6 housekeeping: multicast listener reports (RFC 2710, RFC 3810) and neighbour discovery
    /// (RFC 4861). No program asks for it, and it carries nothing of one.
    Housekeeping,
    /// The first packet of a TCP connection, with its two ports.
    Connection {
        /// The port of who connects.
        from: u16,
        /// The port that is asked for.
        to: u16,
    },
    /// A later packet of a TCP connection.
    Stream,
    /// Anything else, as it may be read: "IPv4 UDP".
    Other(String),
}

/// Sorts an Ethernet frame, as loopback and veth have them.
pub fn sort(frame: &[u8]) -> Packet {
    let word = |at: usize| frame.get(at..at + 2).and_then(|word| word.try_into().ok()).map(u16::from_be_bytes);
    let byte = |at: usize| frame.get(at).copied().unwrap_or(0);
    match word(12) {
        // IPv4: the header's length in words of 4 bytes (RFC 791).
        Some(0x0800) => transport("IPv4", byte(23), frame.get(14 + usize::from(byte(14) & 15) * 4..)),
        Some(0x86dd) => ipv6(frame.get(14..).unwrap_or_default()),
        Some(0x0806) => Packet::Other("ARP".to_owned()),
        Some(other) => Packet::Other(format!("ethertype {other:#06x}")),
        None => Packet::Other(format!("{} bytes", frame.len())),
    }
}

/// RFC 8200; a hop-by-hop header stands before a multicast listener report.
fn ipv6(packet: &[u8]) -> Packet {
    const HOP_BY_HOP: u8 = 0;
    const ICMPV6: u8 = 58;
    let byte = |at: usize| packet.get(at).copied();
    let (next, body) = match byte(6) {
        Some(HOP_BY_HOP) => (byte(40), 40 + 8 + usize::from(byte(41).unwrap_or(0)) * 8),
        next => (next, 40),
    };
    match (next, byte(body)) {
        (Some(ICMPV6), Some(130..=137 | 143)) => Packet::Housekeeping,
        (Some(protocol), _) => transport("IPv6", protocol, packet.get(body..)),
        (None, _) => Packet::Other("IPv6".to_owned()),
    }
}

/// RFC 9293: ports, and the flags SYN and ACK at byte 13.
fn transport(network: &str, protocol: u8, segment: Option<&[u8]>) -> Packet {
    const SYN: u8 = 0x02;
    const ACK: u8 = 0x10;
    match (protocol, segment) {
        (6, Some(&[a, b, c, d, _, _, _, _, _, _, _, _, _, flags, ..])) => match flags & (SYN | ACK) {
            SYN => Packet::Connection { from: u16::from_be_bytes([a, b]), to: u16::from_be_bytes([c, d]) },
            _ => Packet::Stream,
        },
        (17, Some(&[_, _, c, d, ..])) => Packet::Other(format!("{network} UDP to port {}", u16::from_be_bytes([c, d]))),
        (1 | 58, _) => Packet::Other(format!("{network} ICMP")),
        (protocol, _) => Packet::Other(format!("{network} protocol {protocol}")),
    }
}

/// Everything that arrives on an interface, from now until it is stopped.
pub struct Capture {
    seen: Arc<Mutex<Vec<Packet>>>,
    done: Arc<AtomicBool>,
    reader: JoinHandle<io::Result<()>>,
    socket: Arc<OwnedFd>,
}

impl Capture {
    /// Begins. What the interface itself sends is left out: on a pair of interfaces the other end has it, and on
    /// loopback it arrives.
    ///
    /// # Errors
    /// The kernel's: it takes root in the namespace.
    pub fn begin(interface: &str) -> Result<Self> {
        let socket = Arc::new(listen(interface)?);
        let (seen, done) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (to, until, from) = (seen.clone(), done.clone(), socket.clone());
        let reader = std::thread::spawn(move || read(&from, &to, &until));
        Ok(Self { seen, done, reader, socket })
    }

    /// What has been read so far.
    pub fn seen(&self) -> Vec<Packet> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops and gives everything.
    ///
    /// # Errors
    /// Where the reader failed, or the kernel had to leave a packet out: a count that may be short is none.
    pub fn end(self) -> Result<Vec<Packet>> {
        self.done.store(true, Ordering::Relaxed);
        self.reader.join().map_err(|_| "the capture's reader panicked")??;
        match lost(&self.socket)? {
            0 => Ok(self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            lost => Err(format!("the capture lost {lost} packets").into()),
        }
    }
}

/// Room for a burst of packets while the reader waits for a processor, in bytes.
const ROOM: libc::c_int = 64 * 1024 * 1024;
/// How long the reader waits for a packet before it looks whether it is to stop.
const TICK: libc::timeval = libc::timeval { tv_sec: 0, tv_usec: 100_000 };

fn listen(interface: &str) -> Result<OwnedFd> {
    const EVERY: u16 = (libc::ETH_P_ALL as u16).to_be();
    let name = CString::new(interface)?;
    // SAFETY: socket() takes three integers.
    let socket = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    checked(socket)?;
    // SAFETY: the descriptor was opened just above and belongs to nobody else.
    let socket = unsafe { OwnedFd::from_raw_fd(socket) };
    option(&socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, &ROOM)
        // Without the right to more, what everybody may have; a packet that does not fit is told at the end.
        .or_else(|_| option(&socket, libc::SOL_SOCKET, libc::SO_RCVBUF, &ROOM))?;
    option(&socket, libc::SOL_SOCKET, libc::SO_RCVTIMEO, &TICK)?;
    // SAFETY: the name is a C string; the address is plain data, whose size is given, and outlives the call.
    unsafe {
        let index = libc::if_nametoindex(name.as_ptr());
        if index == 0 {
            return Err(io::Error::last_os_error().into());
        }
        let mut address: libc::sockaddr_ll = std::mem::zeroed();
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = EVERY;
        address.sll_ifindex = index as i32;
        checked(libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size_of::<libc::sockaddr_ll>() as u32))?;
    }
    Ok(socket)
}

fn option<T>(socket: &OwnedFd, level: libc::c_int, name: libc::c_int, value: &T) -> io::Result<()> {
    let size = size_of::<T>() as libc::socklen_t;
    // SAFETY: the value outlives the call and its size is given.
    checked(unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const *value).cast(), size) })
}

fn checked(got: libc::c_int) -> io::Result<()> {
    if got < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn read(socket: &OwnedFd, seen: &Mutex<Vec<Packet>>, done: &AtomicBool) -> io::Result<()> {
    // The headers are what is sorted; the rest of a frame is left.
    let mut frame = [0u8; 128];
    loop {
        // SAFETY: the address is plain data.
        let mut from: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        let mut size = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
        // SAFETY: frame and address outlive the call, and their sizes are given.
        let got = unsafe {
            let into = (frame.as_mut_ptr().cast(), frame.len());
            libc::recvfrom(socket.as_raw_fd(), into.0, into.1, 0, (&raw mut from).cast(), &raw mut size)
        };
        let Ok(got) = usize::try_from(got) else {
            let error = io::Error::last_os_error();
            match error.kind() {
                // Nothing waits: what was sent before the end has been read.
                io::ErrorKind::WouldBlock if done.load(Ordering::Relaxed) => return Ok(()),
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => continue,
                // The interface is not up yet.
                _ if error.raw_os_error() == Some(libc::ENETDOWN) => continue,
                _ => return Err(error),
            }
        };
        if from.sll_pkttype != libc::PACKET_OUTGOING {
            let packet = sort(frame.get(..got).unwrap_or(&frame));
            // A stream's later packets say nothing more than its first, and are many.
            if packet != Packet::Stream {
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(packet);
            }
        }
    }
}

/// `struct tpacket_stats` (packet(7)): received, and dropped for want of room.
fn lost(socket: &OwnedFd) -> io::Result<u32> {
    let mut statistics = [0u32; 2];
    let mut size = size_of::<[u32; 2]>() as libc::socklen_t;
    // SAFETY: the array is as large as the structure and outlives the call.
    checked(unsafe {
        let into = (&raw mut statistics).cast();
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS, into, &raw mut size)
    })?;
    Ok(statistics[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(ethertype: u16, rest: &[u8]) -> Vec<u8> {
        [&[0; 12], ethertype.to_be_bytes().as_slice(), rest].concat()
    }

    fn ipv4(protocol: u8, segment: &[u8]) -> Vec<u8> {
        let mut header = [0; 20];
        (header[0], header[9]) = (0x45, protocol);
        frame(0x0800, &[&header, segment].concat())
    }

    fn ipv6(next: u8, rest: &[u8]) -> Vec<u8> {
        let mut header = [0; 40];
        (header[0], header[6]) = (0x60, next);
        frame(0x86dd, &[&header, rest].concat())
    }

    fn tcp(flags: u8) -> [u8; 20] {
        let mut segment = [0; 20];
        (segment[1], segment[2], segment[3], segment[13]) = (7, 0x11, 0x5c, flags);
        segment
    }

    #[test]
    fn frames_are_told_apart_and_only_housekeeping_is_the_kernel_s() {
        let connection = Packet::Connection { from: 7, to: 4444 };
        let other = |text: &str| Packet::Other(text.to_owned());
        let table = [
            (ipv4(6, &tcp(0x02)), connection.clone()),
            (ipv6(6, &tcp(0x02)), connection),
            (ipv4(6, &tcp(0x12)), Packet::Stream),
            (ipv4(6, &[0; 4]), other("IPv4 protocol 6")),
            (ipv4(17, &[0, 1, 0, 53, 0, 0]), other("IPv4 UDP to port 53")),
            (ipv6(17, &[0, 1, 0, 53, 0, 0]), other("IPv6 UDP to port 53")),
            (ipv4(1, &[8, 0]), other("IPv4 ICMP")),
            (ipv6(58, &[135, 0]), Packet::Housekeeping),
            // An echo is a program's.
            (ipv6(58, &[128, 0]), other("IPv6 ICMP")),
            (ipv6(0, &[58, 0, 5, 2, 0, 0, 0, 0, 143, 0]), Packet::Housekeeping),
            (frame(0x0806, &[]), other("ARP")),
            (frame(0x88cc, &[]), other("ethertype 0x88cc")),
            (Vec::new(), other("0 bytes")),
        ];
        for (bytes, wanted) in table {
            assert_eq!(sort(&bytes), wanted, "{bytes:02x?}");
        }
    }

    #[test]
    fn no_frame_however_short_is_a_panic() {
        for whole in [ipv4(6, &tcp(2)), ipv6(0, &[58, 255, 0, 0]), ipv6(6, &tcp(2))] {
            for length in 0..whole.len() {
                sort(&whole[..length]);
            }
        }
    }
}
