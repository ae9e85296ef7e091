//! Nothing leaves while a person works: the whole session, in the build that has no guard, on a machine with a way out.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use e2e::capture::Packet;
use e2e::session::main_job;
use e2e::way_out::WayOut;
use e2e::{Prerequisites, Result, enter_namespace, run};

#[test]
fn no_packet_leaves_the_machine_during_a_whole_session() {
    let Some(needs) = Prerequisites::find() else { return };
    if !enter_namespace("no_packet_leaves_the_machine_during_a_whole_session") {
        return;
    }
    let way_out = WayOut::open().unwrap();
    run(&needs, main_job);
    counted(way_out).unwrap();
}

/// The control comes last, when whatever the session has sent is counted already.
fn counted(way_out: WayOut) -> Result<()> {
    // What was sent a moment ago, and what a program sends as it ends.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let control = way_out.control("10.77.0.1:0", "10.77.0.2:9")?;
    let control_6 = way_out.control("[fd77::1]:0", "[2001:db8::1]:9")?;
    let mut count = way_out.close()?;
    assert_eq!((control, control_6), (1, 1), "the counter counts");
    let controls = [Packet::Other("IPv4 UDP to port 9".into()), Packet::Other("IPv6 UDP to port 9".into())];
    assert_eq!(count.left.split_off(count.left.len() - 2), controls);
    println!("packets off the machine: {} (control: {control})", count.left.len());
    println!("  over IPv6 the control counted {control_6}; {} were the kernel's housekeeping", count.housekeeping);
    let (driver, display) = (count.driver, count.display);
    println!("connections on loopback: {driver} to WebDriver, {display} to the display, {} others", count.strangers.len());
    assert!(count.left.is_empty(), "{:?}", count.left);
    assert!(count.driver > 0, "the capture on loopback sees WebDriver");
    assert!(count.strangers.is_empty(), "{:?}", count.strangers);
    Ok(())
}
