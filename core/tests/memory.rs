//! The memory of a batch is bounded: what grows with the number of ids is the set that knows
//! repeated ones. Not under the test harness: the program runs itself as the one whose memory
//! is looked at. Linux keeps the figure.

#[cfg(not(target_os = "linux"))]
fn main() {}

/// A tenth of a million, which has to fit into 128 MiB.
#[cfg(target_os = "linux")]
const IDS: u64 = 100_000;
/// Program, threads and connections, and a tenth of what a million may take.
#[cfg(target_os = "linux")]
const MOST_KIB: u64 = (16 + (128 - 16) / 10) * 1024;

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, endpoint, journal] => delete_them(endpoint, journal),
        _ => watch(),
    }
}

#[cfg(target_os = "linux")]
fn id(number: u64) -> String {
    format!("0125{number:09}")
}

#[cfg(target_os = "linux")]
fn watch() {
    use std::io::{BufWriter, Write};

    use dingtalk_extcontact_test_support::{OK, read_request, reply, serve};

    let server =
        serve(
            |connection| {
                while read_request(connection).is_some() && connection.send(&reply(OK)).is_ok() {}
            },
        );
    let endpoint = format!("http://{server}");
    // The journal of a run that has settled all of them.
    let journal = std::env::temp_dir().join(format!("dtx-memory-{}.jsonl", std::process::id()));
    let mut lines = BufWriter::new(std::fs::File::create(&journal).unwrap());
    writeln!(lines, r#"{{"journal":"dingtalk-extcontact","version":1,"endpoint":"{endpoint}"}}"#)
        .unwrap();
    for id in (0..IDS).map(id) {
        writeln!(
            lines,
            r#"{{"event":"ended","user_id":"{id}","status":"deleted","attempts":1,"maybe_deleted":false,"time":"2026-11-23T03:31:38.274Z"}}"#
        )
        .unwrap();
    }
    drop(lines);
    for journal in ["", journal.to_str().unwrap()] {
        let program = std::env::current_exe().unwrap();
        let status = std::process::Command::new(program).args([&endpoint, journal]).status();
        assert!(status.unwrap().success());
    }
    std::fs::remove_file(&journal).unwrap();
}

#[cfg(target_os = "linux")]
fn delete_them(endpoint: &str, journal: &str) {
    use dingtalk_extcontact::{BatchOptions, Client};

    let client = Client::builder().access_token("t").endpoint(endpoint).rate(None).build().unwrap();
    let (options, settled) = match journal {
        "" => (BatchOptions::new(), 0),
        journal => (BatchOptions::new().journal(journal), IDS),
    };
    let mut items = client.delete_many((0..IDS).map(id), options).unwrap();
    let count = items.by_ref().count() as u64;
    let summary = items.summary();
    assert_eq!((count, summary.deleted, summary.settled_before), (IDS, IDS, settled));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{IDS} ids, {settled} of them settled before: {peak} KiB at most");
    assert!(peak < MOST_KIB, "{peak} KiB, and {MOST_KIB} would be right");
}
