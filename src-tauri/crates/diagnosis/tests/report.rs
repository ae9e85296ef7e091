//! The report as a person reads it.

use std::collections::BTreeMap;

use diagnosis::{Documents, Engine, Machine, Model, Part, Policy, Report, Unlocked};

const GIB: u64 = 1 << 30;

fn locked() -> Report {
    Report {
        version: "0.1.0".to_owned(),
        made_at: 1_795_820_358_000,
        machine: Machine {
            system: "Ubuntu 24.04.1 LTS".to_owned(),
            kernel: Some("6.8.0-45-generic".to_owned()),
            architecture: "x86_64".to_owned(),
            cores: Some(8),
            memory_bytes: Some(16 * GIB),
            free_bytes: Some(9 * GIB),
        },
        network: vec![
            Part { name: "나랏말", tried: 66, open: Vec::new() },
            Part { name: "나랏말이 시작하는 다른 프로그램", tried: 66, open: vec!["UDP (IPv4)".to_owned()] },
        ],
        policy: Ok(Policy { source: "signed", name: "가온시 보안정책".to_owned(), serial: 3 }),
        unlocked: None,
        log: vec!["2026-11-27T22:59:18.123Z WARN library: a document failed code=document_damaged document=7".to_owned()],
    }
}

fn unlocked() -> Unlocked {
    Unlocked {
        engine: Engine {
            state: "ready",
            failure: None,
            model: Some(Model {
                name: Some("EXAONE 3.5 2.4B Instruct".to_owned()),
                bytes: Some(GIB + GIB / 2),
                sha256: Some("ab".repeat(32)),
                device: "CPU".to_owned(),
                variant: "haswell".to_owned(),
                threads: 4,
                layers: 31,
                gpu_layers: 0,
                context_tokens: 8192,
                kv_type: "f16".to_owned(),
                memory_bytes: 3 * GIB,
                notices: vec!["context_shortened".to_owned()],
            }),
        },
        library: ("ready", None),
        embedding: ("failed", Some("model_missing".to_owned())),
        documents: Documents {
            states: BTreeMap::from([
                (("hwp".to_owned(), "ready".to_owned()), 12),
                (("pdf".to_owned(), "failed".to_owned()), 1),
            ]),
            failures: BTreeMap::from([("document_scanned".to_owned(), 1)]),
        },
        conversations: 5,
        settings: vec![("빠른 답변", "꺼짐".to_owned()), ("자동 잠금(분)", "15".to_owned())],
    }
}

#[test]
fn all_that_is_known_while_the_data_is_unlocked() {
    insta::assert_snapshot!(Report { unlocked: Some(unlocked()), ..locked() });
}

#[test]
fn what_is_known_while_it_is_locked_or_cannot_be_opened() {
    let machine = Machine { system: "windows".to_owned(), architecture: "x86_64".to_owned(), ..Machine::default() };
    let network = vec![Part { name: "나랏말", tried: 0, open: Vec::new() }];
    insta::assert_snapshot!(Report { machine, network, policy: Err("policy_altered".to_owned()), log: Vec::new(), ..locked() });
}

#[test]
fn a_model_of_no_list_is_not_named() {
    let engine = Engine { state: "ready", failure: None, model: Some(Model::default()) };
    let text = Report { unlocked: Some(Unlocked { engine, ..unlocked() }), ..locked() }.to_string();
    assert!(text.contains("이름: 목록에 없는 모델(이름은 적지 않음)\n"), "{text}");
}
