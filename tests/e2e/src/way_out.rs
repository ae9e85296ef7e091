//! A way off the machine that ends in the test's own hands: a pair of interfaces with routes for IPv4 and IPv6, and a
//! capture at its far end and on loopback.

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::capture::{Capture, Packet};
use crate::{Result, display, process};

/// Where tauri-driver listens, and the WebKitWebDriver that it starts.
const DRIVERS: [u16; 2] = [4444, 4445];

/// The TCP port of display 0.
const X11: u16 = 6000;

/// The near end has an address of each kind and is the default route of both. The neighbours are set by hand, so that
/// a packet leaves at once instead of waiting for an answer about where to. The far end is silent. The kernel's own
/// address configuration is off; what remains of its housekeeping is sorted out by [`Packet::Housekeeping`].
const SET_UP: &str = "
set -e
ip link add v0 type veth peer name v1
sysctl -q -w net.ipv6.conf.v1.disable_ipv6=1 net.ipv6.conf.v0.accept_ra=0 net.ipv6.conf.v0.router_solicitations=0
ip link set v0 addrgenmode none
ip address add 10.77.0.1/24 dev v0
ip address add fd77::1/64 dev v0 nodad
";

/// Only when the capture stands.
const OPEN: &str = "
set -e
ip link set v1 up
ip link set v0 up
far=$(cat /sys/class/net/v1/address 2>/dev/null || ip -o link show v1 | sed 's/.*ether \\([^ ]*\\).*/\\1/')
ip neighbour replace 10.77.0.2 lladdr $far dev v0 nud permanent
ip -6 neighbour replace fd77::2 lladdr $far dev v0 nud permanent
ip route add default via 10.77.0.2
ip -6 route add default via fd77::2
";

/// What was counted.
#[derive(Debug)]
pub struct Count {
    /// Packets off the machine that are not the kernel's housekeeping, each as it may be read.
    pub left: Vec<Packet>,
    /// The kernel's housekeeping.
    pub housekeeping: usize,
    /// What passed loopback to anything but WebDriver and the display: other ports, and whatever is not TCP.
    pub strangers: Vec<Packet>,
    /// Connections to WebDriver's ports.
    pub driver: usize,
    /// Connections to the display's TCP port, at which nobody listens: a helper of the WebView that outlives the test's
    /// display asks there once it is gone from its socket (`XOpenDisplay(3)` goes on to TCP).
    pub display: usize,
}

/// The way out and those who watch it.
pub struct WayOut {
    far: Capture,
    loopback: Capture,
    inspectors: Inspectors,
}

impl WayOut {
    /// Makes the way out in this network namespace and begins to count.
    ///
    /// # Errors
    /// Where an interface cannot be made or read.
    pub fn open() -> Result<Self> {
        shell(SET_UP)?;
        let (far, loopback) = (Capture::begin("v1")?, Capture::begin("lo")?);
        shell(OPEN)?;
        Ok(Self { far, loopback, inspectors: Inspectors::watch() })
    }

    /// Sends one packet to an address off the machine and gives how many were counted for it: the counter can count.
    ///
    /// # Errors
    /// The kernel's.
    pub fn control(&self, from: &str, to: &str) -> Result<usize> {
        let before = left(&self.far.seen()).len();
        UdpSocket::bind(from)?.send_to(b"control", to)?;
        let waited = std::time::Instant::now();
        loop {
            let counted = left(&self.far.seen()).len() - before;
            if counted > 0 || waited.elapsed() > Duration::from_secs(5) {
                return Ok(counted);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the count.
    ///
    /// # Errors
    /// As [`Capture::end`].
    pub fn close(self) -> Result<Count> {
        let inspectors = self.inspectors.end();
        let (far, loopback) = (self.far.end()?, self.loopback.end()?);
        let to = |packet: &Packet| if let Packet::Connection { to, .. } = packet { Some(*to) } else { None };
        let is_driver = |port: &u16| DRIVERS.contains(port) || inspectors.contains(port);
        let (driver, others): (Vec<_>, Vec<_>) =
            left(&loopback).into_iter().partition(|packet| to(packet).as_ref().is_some_and(is_driver));
        let (display, strangers): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|packet| to(packet) == Some(X11 + display()));
        let left = left(&far);
        let (housekeeping, driver, display) = (far.len() - left.len(), driver.len(), display.len());
        Ok(Count { left, housekeeping, strangers, driver, display })
    }
}

fn left(packets: &[Packet]) -> Vec<Packet> {
    packets.iter().filter(|packet| **packet != Packet::Housekeeping).cloned().collect()
}

fn shell(script: &str) -> Result<()> {
    let output = Command::new("sh").args(["-c", script]).output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
}

/// The ports at which WebKitWebDriver reaches the windows that it opens: it tells each by a variable of its
/// environment, a new port for a new window.
struct Inspectors {
    ports: Arc<Mutex<BTreeSet<u16>>>,
    done: Arc<AtomicBool>,
    watcher: JoinHandle<()>,
}

impl Inspectors {
    fn watch() -> Self {
        let (ports, done) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(AtomicBool::new(false)));
        let (to, until) = (ports.clone(), done.clone());
        let watcher = std::thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                to.lock().unwrap_or_else(PoisonError::into_inner).extend(inspectors_now());
                // A window is open for seconds.
                std::thread::sleep(Duration::from_millis(300));
            }
        });
        Self { ports, done, watcher }
    }

    fn end(self) -> BTreeSet<u16> {
        self.done.store(true, Ordering::Relaxed);
        // It only reads; what it has read stands.
        let _ = self.watcher.join();
        self.ports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn inspectors_now() -> Vec<u16> {
    process::all().filter_map(|process| inspector(&process.environment)).collect()
}

/// The port of `WEBKIT_INSPECTOR_SERVER=127.0.0.1:PORT` in a process's environment.
fn inspector(environment: &[u8]) -> Option<u16> {
    let server = std::str::from_utf8(process::variable(environment, "WEBKIT_INSPECTOR_SERVER")?).ok()?;
    server.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inspector_s_port_is_read_from_an_environment() {
        let table = [
            ("A=1\0WEBKIT_INSPECTOR_SERVER=127.0.0.1:40123\0B=2\0", Some(40123)),
            ("WEBKIT_INSPECTOR_SERVER=nothing\0", None),
            ("A=1\0", None),
            ("", None),
        ];
        for (environment, wanted) in table {
            assert_eq!(inspector(environment.as_bytes()), wanted, "{environment:?}");
        }
    }
}
