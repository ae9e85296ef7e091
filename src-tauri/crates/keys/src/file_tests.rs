use std::sync::mpsc;

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What reading gives; a reader that does not come back is a failure, not a wait.
fn read_soon(path: &Path) -> Result<Option<Vec<u8>>> {
    let (path, (done, answer)) = (path.to_owned(), mpsc::channel());
    std::thread::spawn(move || done.send(read_bounded(&path)));
    answer.recv_timeout(Duration::from_secs(5)).expect("it is read, or refused, at once")
}

#[test]
fn a_file_is_read_whole_and_a_missing_one_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    assert_eq!(read_bounded(&path).unwrap(), None);
    for length in [0, 1, LONGEST as usize] {
        fs::write(&path, vec![b'x'; length]).unwrap();
        assert_eq!(read_bounded(&path).unwrap().unwrap().len(), length);
    }
}

#[test]
fn a_huge_file_and_a_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge");
    for length in [LONGEST + 1, 1 << 40] {
        File::create(&path).unwrap().set_len(length).unwrap();
        assert_eq!(read_soon(&path).unwrap_err().code(), "keys_damaged", "{length}");
    }
    assert_eq!(read_soon(folder.path()).unwrap_err().code(), "keys_damaged");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_directly_and_by_a_link() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let name = std::ffi::CString::new(pipe.as_os_str().as_bytes()).unwrap();
    // SAFETY: a string that ends with a zero, and lives.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    assert_eq!(read_soon(&pipe).unwrap_err().code(), "keys_damaged");
    for target in [&pipe, Path::new("/dev/zero"), Path::new("/dev/null"), Path::new("/nowhere"), Path::new("link")] {
        let link = folder.path().join("link");
        symlink(target, &link).unwrap();
        assert_eq!(read_soon(&link).unwrap_err().code(), "keys_damaged", "{}", target.display());
        fs::remove_file(&link).unwrap();
    }
    fs::write(folder.path().join("file"), "text").unwrap();
    symlink("file", folder.path().join("link")).unwrap();
    assert_eq!(read_soon(&folder.path().join("link")).unwrap().unwrap(), b"text", "a link to a file is as the file");
}

#[test]
fn what_is_written_is_there_alone_and_replaces_what_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    for text in ["a longer first text", "second"] {
        write_whole(&path, text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(names(folder.path()), ["keys.json"]);
    }
    assert_eq!(write_whole(&folder.path().join("no/such/folder"), b"text").unwrap_err().code(), "keys_unwritable");
    assert_eq!(write_whole(Path::new("/"), b"text").unwrap_err().code(), "keys_unwritable");
}

#[cfg(unix)]
#[test]
fn a_written_file_is_for_this_person_only_and_no_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let (path, victim) = (folder.path().join("keys.json"), folder.path().join("victim"));
    fs::write(&victim, "untouched").unwrap();
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&victim, &path).unwrap();
    // The name that an earlier program staged its files under.
    symlink(&victim, path.with_extension("new")).unwrap();
    write_whole(&path, b"text").unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    let metadata = fs::symlink_metadata(&path).unwrap();
    assert_eq!((metadata.is_file(), metadata.permissions().mode() & 0o777), (true, 0o600));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    write_whole(&path, b"text").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "an open one is closed");
}

#[test]
fn a_first_file_replaces_nothing_with_or_without_links() {
    type Link = fn(&Path, &Path) -> io::Result<()>;
    let table: [(&str, Link); 2] =
        [("links", |from, to| fs::hard_link(from, to)), ("none", |_, _| Err(io::ErrorKind::Unsupported.into()))];
    for (case, link) in table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        write_first_by(&path, b"first", link).unwrap();
        assert_eq!(write_first_by(&path, b"second", link).unwrap_err().code(), "vault_exists", "{case}");
        assert_eq!(fs::read(&path).unwrap(), b"first", "{case}");
        assert_eq!(names(folder.path()), ["keys.json"], "{case}");
    }
}

#[test]
fn one_holds_a_file_at_a_time_and_clears_up_what_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    for name in [".keys.json.new-0123", "keys.json.mine", ".attempts.json.new-0123"] {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    let held = hold(&path, PATIENCE).unwrap();
    assert_eq!(names(folder.path()), [".attempts.json.new-0123", "keys.json.mine", "keys.lock"]);
    assert_eq!(hold(&path, Duration::ZERO).err().unwrap().code(), "keys_busy");
    drop(hold(&folder.path().join("attempts.json"), Duration::ZERO).unwrap());
    drop(held);
    drop(hold(&path, Duration::ZERO).unwrap());
}
