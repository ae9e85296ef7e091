//! Adding files and folders, and what the person does with the queue.

mod desk;

use std::time::Duration;

use desk::{With, code, desk, named};
use library::{Change, IngestState};
use vault::DocumentState::{Cancelled, Failed, Ready, Waiting};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_fails_can_be_tried_again() {
    let Some(desk) = desk(With::Nothing, 1) else { return };
    let path = desk.file("규정.txt", "병가는 연 60일로 한다.");
    let rows = desk.add(&path).await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.name.as_str(), row.state, row.folder.as_ref()), ("규정.txt", Waiting, None));
    assert_eq!(row.bytes, std::fs::metadata(&path).unwrap().len());
    assert_eq!(desk.until_failed(row.id).await, "document_crashed");
    // The vault knows of the failure before the queue counts it: a retry in between joins the same batch.
    desk.until_idle().await;
    std::fs::remove_file(path).unwrap();
    desk.ingest.retry(row.id).await.unwrap();
    desk.until("the other failure", |desk| {
        desk.vault.document(row.id).unwrap().failure.is_some_and(|failure| failure.code == "document_missing")
    })
    .await;
    desk.until_idle().await;
    let status = desk.ingest.status();
    assert_eq!((status.state, status.files_done, status.files_total, status.failed), (IngestState::Idle, 1, 1, 1));
}

/// On one thread the first look begins no sooner than at the first wait.
#[tokio::test]
async fn the_first_look_is_at_what_was_there_before_the_start_only() {
    let Some(mut desk) = desk(With::Nothing, 1) else { return };
    let add = |desk: &desk::Desk, name: &str| {
        desk.vault.add_document(name, &desk.file(name, "병가는 연 60일로 한다."), 1, 0).unwrap();
    };
    add(&desk, "나중.txt");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((desk.ingest.status().files_total, desk.states()), (0, named(&[("나중.txt", Waiting)])));
    desk.restart();
    desk.until("what was there", |desk| desk.states() == named(&[("나중.txt", Failed)])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_is_one_document_and_a_folder_gives_its_documents() {
    let Some(desk) = desk(With::Reader, 2) else { return };
    let one = desk.file("가.txt", "병가는 연 60일로 한다.");
    for (name, content) in [("나.txt", "병가는 연 60일로 한다."), ("안/다.MD", "연가는 연 15일로 한다."), ("그림.exe", "그림")] {
        desk.file(name, content);
    }
    let first = desk.ingest.add(vec![one.clone(), one.clone()]).await.unwrap();
    assert_eq!(first.len(), 1, "one path, one row");
    desk.until_idle().await;
    let rows = desk.add(&desk.files()).await;
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["가.txt", "나.txt", "다.MD"]);
    desk.until_idle().await;
    assert_eq!(desk.states(), named(&[("가.txt", Ready), ("다.MD", Ready)]));
    let folders: Vec<Option<String>> = desk.vault.documents().unwrap().into_iter().map(|row| row.folder).collect();
    assert_eq!(folders, [None, Some("files".to_owned())]);
    assert_eq!(desk.vault.places_of(first[0].id).unwrap().len(), 2);
    assert_eq!(desk.found("병가"), ["가.txt"]);

    let empty = desk.folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(desk.ingest.add(vec![empty]).await.unwrap_err().code, "documents_none");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_fails_by_itself_and_the_rest_is_read() {
    let Some(desk) = desk(With::Reader, 1) else { return };
    let gone = desk.folder.path().join("없음.hwp");
    let mut paths = vec![desk.file("앞.txt", "앞의 글"), gone.clone(), desk.file("뒤.txt", "뒤의 글")];
    let mut wanted = vec![("뒤.txt", Ready), ("앞.txt", Ready), ("없음.hwp", Failed)];
    #[cfg(unix)]
    {
        let pipe = desk.folder.path().join("관.txt");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        paths.push(pipe);
        wanted.insert(0, ("관.txt", Failed));
    }
    let rows = desk.ingest.add(paths.clone()).await.unwrap();
    assert_eq!(rows.len(), paths.len());
    assert_eq!((rows[1].state, code(&rows[1])), (Failed, Some("document_missing")));
    desk.until_idle().await;
    assert_eq!(desk.states(), named(&wanted));

    // The same path is the same row, also once it can be read.
    assert_eq!(desk.add(&gone).await[0].id, rows[1].id);
    std::fs::write(&gone, "이제 있다").unwrap();
    let found = desk.add(&gone).await;
    assert_eq!((found[0].id, found[0].state, code(&found[0])), (rows[1].id, Waiting, None));
    desk.until_idle().await;
    let row = desk.vault.document(rows[1].id).unwrap();
    assert_eq!((row.state, row.bytes), (Ready, "이제 있다".len() as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_document_comes_back_when_its_file_is_added_again() {
    let Some(desk) = desk(With::Reader, 1) else { return };
    let path = desk.file("규정.txt", "병가는 연 60일로 한다.");
    let id = desk.add(&path).await[0].id;
    desk.until_idle().await;
    desk.ingest.remove(id).await.unwrap();
    assert!(desk.states().is_empty() && desk.found("병가").is_empty());
    let rows = desk.add(&path).await;
    assert_eq!((rows[0].id, rows[0].state), (id, Ready));
    assert_eq!(desk.found("병가").len(), 1);

    // Also where it lies elsewhere by then.
    desk.until_idle().await;
    desk.ingest.remove(id).await.unwrap();
    let elsewhere = desk.files().join("새 이름.txt");
    std::fs::rename(&path, &elsewhere).unwrap();
    desk.add(&elsewhere).await;
    desk.until_idle().await;
    assert_eq!((desk.states(), desk.ids()["새 이름.txt"]), (named(&[("새 이름.txt", Ready)]), id));
    assert_eq!(desk.found("병가"), ["새 이름.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_was_removed_before_it_was_read_is_read_when_it_is_restored() {
    let Some(desk) = desk(With::Reader, 1) else { return };
    desk.ingest.pause();
    let id = desk.add(&desk.file("규정.txt", "병가는 연 60일로 한다.")).await[0].id;
    desk.ingest.remove(id).await.unwrap();
    desk.ingest.resume();
    desk.until_idle().await;
    assert_eq!(desk.vault.document(id).unwrap().state, Waiting);
    desk.ingest.restore(id).await.unwrap();
    desk.until_idle().await;
    assert_eq!(desk.states(), named(&[("규정.txt", Ready)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_left_unread_is_read_at_the_next_start() {
    let Some(mut desk) = desk(With::Reader, 1) else { return };
    desk.ingest.pause();
    desk.add(&desk.file("규정.txt", "병가는 연 60일로 한다.")).await;
    // A folder whose walk a kill ended.
    desk.file("폴더/안.txt", "연가는 연 15일로 한다.");
    desk.vault.set_walking(&desk.files().join("폴더"), true).unwrap();
    desk.restart();
    desk.until("both", |desk| desk.states() == named(&[("규정.txt", Ready), ("안.txt", Ready)])).await;
    assert!(desk.vault.walks().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clicked_comes_first_then_what_was_added_by_itself() {
    let Some(desk) = desk(With::Reader, 1) else { return };
    desk.ingest.pause();
    for name in ["가", "나", "다", "라"] {
        desk.file(&format!("폴더/{name}.txt"), &format!("{name}의 글"));
    }
    desk.add(&desk.files().join("폴더")).await;
    desk.add(&desk.file("하나.txt", "하나의 글")).await;
    desk.ingest.prioritise(desk.ids()["다.txt"]);
    assert_eq!(desk.ingest.status().state, IngestState::Paused);
    desk.ingest.resume();
    desk.until_idle().await;
    assert_eq!(desk.order(), ["다.txt", "하나.txt", "가.txt", "나.txt", "라.txt"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_side_by_side() {
    let Some(desk) = desk(With::Gate, 3) else { return };
    for number in 0..5 {
        desk.file(&format!("{number}.txt"), &format!("{number}번째 글"));
    }
    desk.add(&desk.files()).await;
    desk.until("three readers", |desk| desk.started().len() == 3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(desk.started().len(), 3);
    desk.open_gate();
    desk.until_idle().await;
    assert_eq!(desk.started().len(), 5);
    assert!(desk.states().iter().all(|(_, state)| *state == Ready), "{:?}", desk.states());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lets_the_one_that_is_being_read_finish() {
    let Some(desk) = desk(With::Gate, 1) else { return };
    for name in ["가", "나"] {
        desk.old_file(&format!("{name}.txt"), &format!("{name}의 글"));
    }
    desk.add(&desk.files()).await;
    desk.until("a reader", |desk| desk.started().len() == 1).await;
    desk.ingest.pause();
    desk.open_gate();
    desk.until("the first", |desk| desk.states() == named(&[("가.txt", Ready), ("나.txt", Waiting)])).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let status = desk.ingest.status();
    assert_eq!((status.state, status.files_done, status.files_total), (IngestState::Paused, 1, 2));
    assert_eq!(status.remaining_seconds, None);
    desk.ingest.resume();
    desk.until_idle().await;
    assert_eq!(desk.states(), named(&[("가.txt", Ready), ("나.txt", Ready)]));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn cancelling_stops_what_waits_and_kills_what_is_being_read() {
    let Some(mut desk) = desk(With::Gate, 1) else { return };
    for name in ["가", "나", "다"] {
        desk.file(&format!("{name}.txt"), &format!("{name}의 글"));
    }
    desk.add(&desk.files()).await;
    desk.until("a reader", |desk| desk.started().len() == 1).await;
    assert_eq!(desk.ingest.cancel().await.unwrap(), 3);
    let cancelled = named(&[("가.txt", Cancelled), ("나.txt", Cancelled), ("다.txt", Cancelled)]);
    assert_eq!(desk.states(), cancelled);
    desk.until_idle().await;
    let reader = std::path::PathBuf::from(format!("/proc/{}/exe", desk.started()[0]));
    desk.until("the reader's end", |_| std::fs::read_link(&reader).is_err()).await;
    assert_eq!(desk.ingest.status().files_total, 0);

    // It stays so, until the person says otherwise.
    desk.open_gate();
    desk.restart();
    desk.until_idle().await;
    assert_eq!(desk.states(), cancelled);
    desk.ingest.retry(desk.ids()["나.txt"]).await.unwrap();
    desk.until_idle().await;
    assert_eq!(desk.states(), named(&[("가.txt", Cancelled), ("나.txt", Ready), ("다.txt", Cancelled)]));
    desk.add(&desk.files()).await;
    desk.until_idle().await;
    assert_eq!(desk.states(), named(&[("가.txt", Ready), ("나.txt", Ready), ("다.txt", Ready)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_changes_are_told_as_one_and_the_last_status_is_told() {
    let Some(desk) = desk(With::Reader, 2) else { return };
    for number in 0..60 {
        desk.file(&format!("{number}.txt"), &format!("{number}번째 글"));
    }
    desk.add(&desk.files()).await;
    desk.until_idle().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let told = desk.told.lock().unwrap();
    let statuses: Vec<_> = told
        .iter()
        .filter_map(|(at, change)| match change {
            Change::Status(status) => Some((*at, status)),
            Change::Document(_) | Change::Documents => None,
        })
        .collect();
    assert_eq!(*statuses.last().unwrap().1, desk.ingest.status());
    assert_eq!((statuses.last().unwrap().1.files_done, statuses.last().unwrap().1.files_total), (60, 60));
    assert!(statuses.windows(2).all(|two| two[1].0 - two[0].0 >= Duration::from_millis(199)), "{statuses:?}");
    assert!(told.iter().any(|(_, change)| *change == Change::Documents));
    // The last that is told of a document is that it is ready, unless the list was to be read again after that.
    let last_list = told.iter().rposition(|(_, change)| *change == Change::Documents).unwrap();
    let mut unready = std::collections::HashSet::new();
    for (_, change) in &told[last_list..] {
        if let Change::Document(row) = change {
            if row.state == Ready { unready.remove(&row.id) } else { unready.insert(row.id) };
        }
    }
    assert!(unready.is_empty(), "{unready:?}");
}
