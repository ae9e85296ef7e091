//! Files that change, move, appear and go while the program runs, and while it does not.

mod desk;

use std::time::Duration;

use desk::{Desk, With, desk, named};
use vault::DocumentState::{Failed, Ready};

/// Three files in a watched folder, read.
async fn watched(with: With) -> Option<Desk> {
    let desk = desk(with, 1)?;
    for (name, content) in [("가.txt", "병가는 연 60일로 한다."), ("나.txt", "연가는 연 15일로 한다."), ("안/다.txt", "출장은 5일 안에 보고한다.")] {
        desk.old_file(name, content);
    }
    desk.ingest.watch(desk.files()).await.unwrap();
    desk.until("three documents", |desk| {
        desk.states() == named(&[("가.txt", Ready), ("나.txt", Ready), ("다.txt", Ready)])
    })
    .await;
    desk.until_idle().await;
    Some(desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_s_documents_are_in_step_with_it() {
    let Some(desk) = watched(With::Reader).await else { return };
    assert_eq!(desk.ingest.watched_folders().unwrap(), [desk.files()]);
    let before = desk.ids();
    let kept = desk.vault.passages_of(before["나.txt"]).unwrap();

    // Changed: read again, alone.
    desk.file("가.txt", "당직은 매주 순번대로 한다.");
    desk.until("the change", |desk| desk.found("당직") == ["가.txt"]).await;
    assert!(desk.found("병가").is_empty());
    assert_eq!(desk.ids(), before);
    assert_eq!(desk.vault.passages_of(before["나.txt"]).unwrap(), kept, "read again without need");

    // New, and what no one wants.
    desk.file("안/더 안/라.txt", "포상은 연말에 한다.");
    desk.file("~$가.docx", "잠금");
    desk.file(".숨김/마.txt", "숨긴 글");
    desk.until("the new one", |desk| desk.found("포상") == ["라.txt"]).await;
    desk.let_it_look().await;
    assert_eq!(desk.states().len(), 4, "{:?}", desk.states());

    // Moved: the same document, under its new name, not read again.
    std::fs::rename(desk.files().join("나.txt"), desk.files().join("안/연가 규정.txt")).unwrap();
    desk.until("the move", |desk| desk.ids().contains_key("연가 규정.txt")).await;
    assert_eq!(desk.ids()["연가 규정.txt"], before["나.txt"]);
    let moved = desk.vault.passages_of(before["나.txt"]).unwrap();
    assert!(moved.iter().zip(&kept).all(|(moved, kept)| moved.id == kept.id), "read again without need");
    desk.until("the new name", |desk| desk.found("연가 규정") == ["연가 규정.txt"]).await;

    // Deleted: off the list, and back when it is.
    let path = desk.files().join("안/다.txt");
    let aside = desk.folder.path().join("다.txt");
    std::fs::rename(&path, &aside).unwrap();
    desk.until("the removal", |desk| !desk.ids().contains_key("다.txt")).await;
    assert!(desk.found("출장").is_empty());
    std::fs::rename(&aside, &path).unwrap();
    desk.until("the return", |desk| desk.ids().get("다.txt") == before.get("다.txt")).await;
    desk.until("the return", |desk| desk.found("출장") == ["다.txt"]).await;

    // The folder as a whole, with all that is in it.
    std::fs::rename(desk.files().join("안"), desk.files().join("밖")).unwrap();
    desk.let_it_look().await;
    assert_eq!(desk.ids()["다.txt"], before["다.txt"]);
    assert!(desk.vault.document_path(before["다.txt"]).unwrap().ends_with("밖/다.txt"));

    // No longer watched: what happens there is not followed.
    desk.ingest.unwatch(desk.files()).await.unwrap();
    std::fs::remove_file(desk.files().join("밖/다.txt")).unwrap();
    desk.file("바.txt", "새 글");
    desk.let_it_look().await;
    assert!(desk.ids().contains_key("다.txt") && !desk.ids().contains_key("바.txt"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_changed_while_the_program_did_not_run_is_found_at_its_start() {
    let Some(mut desk) = ({
        let desk = desk(With::Gate, 1);
        if let Some(desk) = &desk {
            desk.open_gate();
        }
        desk
    }) else {
        return;
    };
    for (name, content) in [("가.txt", "병가는 연 60일로 한다."), ("나.txt", "연가는 연 15일로 한다."), ("다.txt", "출장은 5일 안에 보고한다.")] {
        desk.old_file(name, content);
    }
    desk.ingest.watch(desk.files()).await.unwrap();
    desk.until("three documents", |desk| desk.states().iter().filter(|(_, state)| *state == Ready).count() == 3).await;
    let before = desk.ids();
    assert_eq!(desk.started().len(), 3);

    desk.restart();
    desk.let_it_look().await;
    assert_eq!(desk.started().len(), 3, "unchanged files were read again");

    // The new queue would see it as well; that it looks at its start shows without events.
    desk.ingest.pause();
    desk.file("가.txt", "당직은 매주 순번대로 한다.");
    std::fs::rename(desk.files().join("나.txt"), desk.files().join("라.txt")).unwrap();
    std::fs::remove_file(desk.files().join("다.txt")).unwrap();
    // Touched: another time, the same content.
    desk.file("라.txt", "연가는 연 15일로 한다.");
    desk.restart();
    desk.until("the change", |desk| desk.found("당직") == ["가.txt"]).await;
    desk.let_it_look().await;
    assert_eq!(desk.states(), named(&[("가.txt", Ready), ("라.txt", Ready)]));
    assert_eq!(desk.ids()["라.txt"], before["나.txt"]);
    assert_eq!(desk.started().len(), 4, "only one changed");
    assert!(desk.vault.is_removed(before["다.txt"]).unwrap());
    assert_eq!(desk.ingest.restore(before["다.txt"]).await.unwrap().state, Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_away_while_it_is_walked_takes_nothing_off_the_list() {
    let Some(desk) = watched(With::Reader).await else { return };
    let (before, away) = (desk.ids(), desk.folder.path().join("away"));
    // The walk goes on behind the command: a drive is pulled before it, in it and after it.
    for pause in 0..40 {
        desk.ingest.watch(desk.files()).await.unwrap();
        // Tokio's timer counts milliseconds.
        std::thread::sleep(Duration::from_micros(pause * 25));
        std::fs::rename(desk.files(), &away).unwrap();
        desk.until_idle().await;
        assert_eq!(desk.ids(), before, "pulled {} µs behind", pause * 25);
        std::fs::rename(&away, desk.files()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_added_by_itself_is_followed_but_never_removed() {
    let Some(desk) = desk(With::Reader, 1) else { return };
    let path = desk.old_file("규정.txt", "병가는 연 60일로 한다.");
    desk.file("다른 글.txt", "연가는 연 15일로 한다.");
    let id = desk.add(&path).await[0].id;
    desk.until_idle().await;
    // The folder is watched once the file was added.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    desk.file("규정.txt", "당직은 매주 순번대로 한다.");
    desk.until("the change", |desk| desk.found("당직") == ["규정.txt"]).await;
    std::fs::rename(&path, desk.files().join("당직 규정.txt")).unwrap();
    desk.until("the move", |desk| desk.ids().get("당직 규정.txt") == Some(&id)).await;
    std::fs::remove_file(desk.files().join("당직 규정.txt")).unwrap();
    desk.let_it_look().await;
    assert_eq!(desk.states(), named(&[("당직 규정.txt", Ready)]));
    assert_eq!(desk.found("당직").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_removed_stays_removed_whatever_the_disk_says() {
    let Some(mut desk) = watched(With::Reader).await else { return };
    let id = desk.ids()["가.txt"];
    desk.ingest.remove(id).await.unwrap();
    desk.restart();
    desk.let_it_look().await;
    std::fs::rename(desk.files().join("가.txt"), desk.files().join("안/가.txt")).unwrap();
    desk.let_it_look().await;
    assert_eq!(desk.states(), named(&[("나.txt", Ready), ("다.txt", Ready)]));
    // Until the person adds it again.
    let rows = desk.add(&desk.files().join("안/가.txt")).await;
    assert_eq!((rows[0].id, rows[0].state), (id, Ready));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_read_takes_the_old_content_out() {
    let Some(desk) = watched(With::Reader).await else { return };
    desk.file("가.txt", "");
    desk.until("the failure", |desk| desk.states()[0] == ("가.txt".to_owned(), Failed)).await;
    assert!(desk.found("병가").is_empty());
    assert!(desk.vault.passages_of(desk.ids()["가.txt"]).unwrap().is_empty());
    desk.file("가.txt", "병가는 연 30일로 한다.");
    desk.until("the repair", |desk| desk.found("병가") == ["가.txt"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_places_of_one_document_until_they_change() {
    let Some(desk) = watched(With::Reader).await else { return };
    let id = desk.ids()["가.txt"];
    std::fs::copy(desk.files().join("가.txt"), desk.files().join("베낌.txt")).unwrap();
    desk.until("the copy", |desk| desk.vault.places_of(id).unwrap().len() == 2).await;
    desk.until_idle().await;
    assert_eq!(desk.states().len(), 3);
    // The one it was read from goes: the document lies where the copy is.
    std::fs::remove_file(desk.files().join("가.txt")).unwrap();
    desk.until("the move to the copy", |desk| desk.ids().get("베낌.txt") == Some(&id)).await;
    std::fs::copy(desk.files().join("베낌.txt"), desk.files().join("가.txt")).unwrap();
    desk.until("the copy", |desk| desk.vault.places_of(id).unwrap().len() == 2).await;
    desk.file("가.txt", "당직은 매주 순번대로 한다.");
    desk.until("two documents", |desk| desk.found("당직") == ["가.txt"] && desk.found("병가") == ["베낌.txt"]).await;
    assert_ne!(desk.ids()["가.txt"], id);
}
