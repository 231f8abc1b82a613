//! The built command, and sandboxes in this process for it.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use dingtalk_extcontact_sandbox::{Builder, Sandbox};
use serde_json::Value;

/// Longer than anything here takes, on a busy machine too.
pub const LONG: Duration = Duration::from_secs(60);

/// The command, without this process's credentials, in a folder for the files that it writes.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dingtalk-extcontact"));
    for name in ["ACCESS_TOKEN", "APP_KEY", "APP_SECRET", "REGION", "ENDPOINT", "JOURNAL"] {
        command.env_remove(format!("DINGTALK_{name}"));
    }
    // Lines are not wrapped, so that tests find sentences.
    command.env("COLUMNS", "10000").env_remove("DINGTALK_LOG").env("LC_ALL", "C");
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).args(args).stdin(Stdio::null());
    command
}

/// The command as a client of a sandbox, by the environment.
pub fn at(sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = command(args);
    command.env("DINGTALK_ENDPOINT", sandbox.url()).env("DINGTALK_ACCESS_TOKEN", sandbox.token());
    command
}

pub fn sandbox(contacts: usize) -> (Sandbox, Vec<String>) {
    started(Sandbox::builder().made_up(contacts))
}

/// A sandbox that does not throttle; calls need `--rate none` to use that.
pub fn quick_sandbox(contacts: usize) -> (Sandbox, Vec<String>) {
    started(Sandbox::builder().made_up(contacts).calls_per_second(None))
}

pub fn started(builder: Builder) -> (Sandbox, Vec<String>) {
    let sandbox = builder.start().unwrap();
    let ids = sandbox.contacts();
    (sandbox, ids)
}

/// The arguments that delete a list without a question.
pub const DELETE: [&str; 4] = ["delete", "--yes", "--rate=none", "--json"];

/// Deletes them: exit status, standard output, standard error.
pub fn delete(sandbox: &Sandbox, args: &[&str]) -> (i32, String, String) {
    ran(&mut at(sandbox, &[DELETE.as_slice(), args].concat()))
}

/// The requests that the sandbox got, in order.
pub fn paths(sandbox: &Sandbox) -> Vec<String> {
    sandbox.requests().into_iter().map(|request| request.path).collect()
}

/// Runs a command to its end: exit status, standard output, standard error.
pub fn ran(command: &mut Command) -> (i32, String, String) {
    end(command.output().unwrap())
}

/// The same with something to read on its standard input.
pub fn ran_with(command: &mut Command, input: &str) -> (i32, String, String) {
    let mut child = spawn(command.stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // It may end without reading all of it.
        let _ = stdin.write_all(input.as_bytes());
    });
    let ended = end(child.wait_with_output().unwrap());
    writer.join().unwrap();
    ended
}

/// Starts a command with pipes to its output.
pub fn spawn(command: &mut Command) -> Child {
    // A shell that starts the tests in the background has these ignored, and so would the child.
    #[cfg(unix)]
    static HEED: std::sync::Once = std::sync::Once::new();
    #[cfg(unix)]
    HEED.call_once(|| {
        use signal_hook::consts::{SIGHUP, SIGINT};
        for signal in [SIGINT, SIGHUP] {
            let always = std::sync::Arc::new(true.into());
            signal_hook::flag::register_conditional_default(signal, always).unwrap();
        }
    });
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn end(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let stderr = text(output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    let status = output.status.code().expect("ended by itself");
    (status, text(output.stdout), stderr)
}

pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The items and the summary of a run with `--json`.
pub fn items_and_summary(text: &str) -> (Vec<Value>, Value) {
    let mut lines = json_lines(text);
    let summary = lines.pop().unwrap()["summary"].take();
    assert!(summary.is_object(), "{text}");
    (lines, summary)
}

#[cfg(unix)]
pub fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// The writing end of a pipe whose reading end is closed.
pub fn nobody_reads() -> io::PipeWriter {
    let (_, writer) = io::pipe().unwrap();
    writer
}

/// A file that is removed after the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str, text: &str) -> Scratch {
        let name = format!("dingtalk-extcontact-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        Scratch(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A folder that is removed after the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let name = format!("dingtalk-extcontact-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The name of a file in it.
    pub fn name(&self, file: &str) -> String {
        self.0.join(file).to_str().unwrap().to_owned()
    }

    /// Writes a file and returns its name.
    pub fn file(&self, file: &str, text: &str) -> String {
        fs::write(self.0.join(file), text).unwrap();
        self.name(file)
    }

    /// Writes a list of ids, one a line.
    pub fn list(&self, file: &str, ids: &[String]) -> String {
        self.file(file, &(ids.join("\n") + "\n"))
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// The names of all files in it.
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
