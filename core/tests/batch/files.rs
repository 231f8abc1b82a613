//! Which files a batch takes for its journal or backup.

use super::*;

#[test]
fn journals_that_are_refused() {
    let (folder, sandbox) = (Folder::new("refused"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let options = || BatchOptions::new().journal(folder.journal());
    run(&client, &sandbox.contacts(), options());
    let good = fs::read_to_string(folder.journal()).unwrap();
    let lines: Vec<_> = good.lines().collect();
    let before = sandbox.request_count();
    for (what, text) in [
        ("was written for the endpoint", good.replace(&sandbox.url(), "https://elsewhere.example")),
        (
            "was written with the app_key another, this is the app_key ",
            good.replace(&sandbox.app_key(), "another"),
        ),
        ("version", good.replace("\"version\":2", "\"version\":3")),
        ("damaged at line 2", format!("{}\n{{\"eve\n{}\n", lines[0], lines[2])),
        ("damaged at line 3", format!("{}\n{}\n{{}}\n{}\n", lines[0], lines[1], lines[2])),
        ("damaged at line 1", format!("{{\"app_key\":\"a\0\n{}\n", lines[1])),
    ] {
        fs::write(folder.journal(), &text).unwrap();
        let error = client.batch(options()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{what}");
        assert!(error.message().contains(what), "{what}: {error}");
        assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text, "it is left as it was");
    }
    fs::write(folder.journal(), "{\"endp").unwrap();
    drop(client.batch(options()).expect("a header that was being written"));
    fs::remove_file(folder.journal()).unwrap();
    let running = client.batch(options()).unwrap();
    let error = client.batch(options()).unwrap_err();
    assert!(error.message().contains("another run"), "{error}");
    drop(running);
    let itself = folder.0.to_str().unwrap();
    for (path, what) in [
        ("/nowhere/at/all", "cannot be opened"),
        ("/dev/full", "no ordinary"),
        (itself, "no ordinary"),
    ] {
        let error = client.batch(BatchOptions::new().journal(path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(!cfg!(target_os = "linux") || error.message().contains(what), "{error}");
    }
    assert_eq!(sandbox.request_count(), before, "nothing was called");
}

/// To open a pipe would wait for its other end, which nobody opens.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_journal() {
    let (folder, sandbox) = (Folder::new("pipe"), sandbox(0));
    assert!(std::process::Command::new("mkfifo").arg(folder.journal()).status().unwrap().success());
    let (client, path) = (builder(&sandbox).build().unwrap(), folder.journal());
    let (opened, result) = channel();
    std::thread::spawn(move || {
        opened.send(client.batch(BatchOptions::new().journal(path)).map(drop)).unwrap();
    });
    let error = result.recv_timeout(LONG).expect("it does not wait").unwrap_err();
    assert!(error.message().contains("is no ordinary file"), "{error}");
}

/// Each error about a file says what helps there, and of which file.
#[test]
fn what_is_advised_about_a_file_fits_it() {
    let (folder, sandbox) = (Folder::new("file-advice"), sandbox(0));
    let (english, chinese) = (builder(&sandbox), builder(&sandbox).language(Language::Chinese));
    let clients = [english.build().unwrap(), chinese.build().unwrap()];
    let (journal, backup) = (folder.0.join("journal"), folder.0.join("backup"));
    let version =
        |name: &str| json!({name: "dingtalk-extcontact", "version": 9}).to_string() + "\n";
    fs::write(&journal, version("journal")).unwrap();
    fs::write(&backup, version("backup")).unwrap();
    let missing = folder.0.join("none").join("file");
    let (by_journal, by_backup) = (
        |path: &PathBuf| BatchOptions::new().journal(path),
        |path: &PathBuf| BatchOptions::new().backup(path),
    );
    for (options, advice) in [
        (by_journal(&journal), ["a version of this library that is as new", "不早于"]),
        (by_backup(&backup), ["a version of this library that is as new", "不早于"]),
        (by_journal(&folder.0), ["Name a file, not a folder, a device or a pipe", "普通文件"]),
        (by_backup(&folder.0), ["Name a file, not a folder, a device or a pipe", "普通文件"]),
        (by_journal(&missing), ["Check the path of the journal,", "请检查日志的路径"]),
        (by_backup(&missing), ["Check the path of the backup,", "请检查备份的路径"]),
    ] {
        for (client, advice) in clients.iter().zip(advice) {
            let error = client.batch(options.clone()).unwrap_err();
            assert!(error.advice().contains(advice), "{error}");
        }
    }
}

/// A file that was named by mistake: the error says what it is not, and it stays as it was.
#[cfg(unix)]
#[test]
fn a_file_of_another_kind_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, sandbox) = (Folder::new("foreign"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let (journal, backup) = (folder.journal(), folder.0.join("backup"));
    let options = BatchOptions::new().journal(&journal).backup(&backup);
    run(&client, &sandbox.contacts(), options);
    let mut foreign = vec![
        (fs::read(&journal).unwrap(), "backup of a batch but a journal"),
        (fs::read(&backup).unwrap(), "journal of a batch but a backup"),
    ];
    for text in [
        "name,userid\nsome one,0125\n".as_bytes(),
        b"0125\n0126",
        b"{\"user_id\":\"0125\",\"status\":\"deleted\"}\n",
        b"{\"user_id\":\"0125\",\"status\":\"deleted\"}",
        b"{\"endpoint\":\"https://oapi.dingtalk.com\"}",
        b"{\n  \"journal\": \"dingtalk-extcontact\"\n}\n",
        b"{}\n",
        b"[]\n[]\n",
        b"\n",
        b"PK\x03\x04\0\0\0\n\0",
        &[0; 5000],
        &[b'x'; 2_000_000],
    ] {
        foreign
            .extend([(text.to_vec(), "journal of a batch"), (text.to_vec(), "backup of a batch")]);
    }
    let path = folder.0.join("foreign");
    for (text, kind) in foreign {
        fs::write(&path, &text).unwrap();
        let file = fs::File::open(&path).unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o644)).unwrap();
        // Any later write would change it.
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        // As another program would that uses the file.
        file.lock().unwrap();
        let options = match kind.starts_with("journal") {
            true => BatchOptions::new().journal(&path),
            false => BatchOptions::new().backup(&path),
        };
        let error = client.batch(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(error.message().ends_with(&format!("is not a {kind}")), "{error}");
        let now = file.metadata().unwrap();
        assert_eq!(now.modified().unwrap(), SystemTime::UNIX_EPOCH, "{error}");
        assert_eq!(now.permissions().mode() & 0o777, 0o644, "{error}");
        assert!(fs::read(&path).unwrap() == text, "{error}");
        // Not by dropping it: a child that another test is starting may have it open still.
        file.unlock().unwrap();
        fs::File::open(&path).unwrap().try_lock().expect("no lock is left");
    }
}

#[cfg(unix)]
#[test]
fn files_that_were_there_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, sandbox) = (Folder::new("mode"), sandbox(1));
    let backup = folder.0.join("backup.jsonl");
    let options = BatchOptions::new().journal(folder.journal()).backup(&backup);
    for file in [&folder.journal(), &backup] {
        fs::write(file, "").unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    run(&builder(&sandbox).build().unwrap(), &sandbox.contacts(), options);
    for file in [&folder.journal(), &backup] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
