//! Without the guard the same attempts succeed: what they prove with it is the guard's doing. A program of its own,
//! since a guard that one test sets up stays for all others of its process.
#![cfg(target_os = "linux")]

#[test]
fn without_the_guard_the_ordinary_sockets_open_and_no_call_says_refused() {
    let probes = guard::probe_network();
    for way in ["TCP (IPv4)", "UDP (IPv4)", "IPv4", "netlink"] {
        assert!(probes.iter().any(|probe| probe.way == way && !probe.refused), "{way}: {probes:#?}");
    }
    for call in ["ptrace", "process_vm_writev", "pidfd_getfd", "request_key", "socketpair (IPv4)", "io_uring_enter"] {
        assert!(probes.iter().any(|probe| probe.way == call && !probe.refused), "{call}: {probes:#?}");
    }
}

#[test]
fn every_way_has_a_name_of_its_own() {
    let mut ways: Vec<_> = guard::probe_network().into_iter().map(|probe| probe.way).collect();
    let all = ways.len();
    ways.sort_unstable();
    ways.dedup();
    assert_eq!(ways.len(), all);
    // Five by name, 44 families, two pairs, 13 calls; two x32 numbers where there are any.
    assert_eq!(all, if cfg!(target_arch = "x86_64") { 66 } else { 64 });
}
