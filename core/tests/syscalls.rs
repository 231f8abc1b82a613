//! What a warm call asks of the system: at most three calls, one write, no thread, no
//! lookup; over TLS the same. An id of a batch with a journal: one sync. Counted by strace, so
//! Linux with strace only.
//!
//! Not under the test harness: the program runs itself as the one that is watched.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
#[path = "../../tools/left_out.rs"]
mod left_out;
#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, endpoint, ca_file] = arguments.as_slice()
        && word == "watched"
    {
        return watched(endpoint, ca_file);
    }
    if let [_, word, endpoint, journal] = arguments.as_slice()
        && word == "batch"
    {
        return batch(endpoint, journal);
    }
    watch();
}

/// Calls between the two marks, which stand in strace's output as failed look-ups of files.
#[cfg(target_os = "linux")]
const CALLS: usize = 100;
#[cfg(target_os = "linux")]
const MARKS: [&str; 2] = ["/mark-begin", "/mark-end"];

#[cfg(target_os = "linux")]
fn watched(endpoint: &str, ca_file: &str) {
    let builder =
        dingtalk_extcontact::Client::builder().access_token("t").endpoint(endpoint).rate(None);
    let builder = if ca_file.is_empty() { builder } else { builder.ca_file(ca_file) };
    let client = builder.build().unwrap();
    // The first calls connect, and take in what TLS sends after its handshake.
    for _ in 0..5 {
        client.delete("0125").unwrap();
    }
    let _ = std::fs::metadata(MARKS[0]);
    for _ in 0..CALLS {
        client.delete("0125").unwrap();
    }
    let _ = std::fs::metadata(MARKS[1]);
}

/// One id after the other, with a journal.
#[cfg(target_os = "linux")]
fn batch(endpoint: &str, journal: &str) {
    use dingtalk_extcontact::{BatchOptions, Call, Client};

    let client = Client::builder().access_token("t").endpoint(endpoint).rate(None).build().unwrap();
    let batch = client.batch(BatchOptions::new().concurrency(1).journal(journal)).unwrap();
    (0..CALLS).for_each(|number| batch.push(&format!("0125{number}")));
    batch.finish();
    while batch.next(&Call::new()).unwrap().is_some() {}
    assert_eq!(batch.summary().deleted, CALLS as u64);
}

#[cfg(target_os = "linux")]
fn watch() {
    use dingtalk_extcontact_test_support::*;
    use std::process::Command;

    if !Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        return left_out::left_out(
            "core: system calls of a call",
            "no strace, or it may not trace",
        );
    }
    let authority = Authority::new("syscalls");
    let (plain, _) = serve_ok();
    let tls = serve_tls(authority.server(&["localhost"], &[&rustls::version::TLS13]), plain);
    let ca_file = authority.file().display().to_string();
    for (what, endpoint, ca_file) in [
        ("plain", format!("http://127.0.0.1:{}", plain.port()), String::new()),
        ("TLS", format!("https://localhost:{}", tls.port()), ca_file),
    ] {
        let output = authority.write("strace", "");
        let status = Command::new("strace")
            .args(["-f", "-qq", "-o"])
            .arg(&output)
            .arg(std::env::current_exe().unwrap())
            .args(["watched", &endpoint, &ca_file])
            .status()
            .unwrap();
        assert!(status.success());
        let trace = std::fs::read_to_string(&output).unwrap();
        let (_, rest) = trace.split_once(MARKS[0]).unwrap();
        let (between, _) = rest.split_once(MARKS[1]).unwrap();
        // The first line is the rest of the first mark, the last the start of the second.
        let lines: Vec<&str> = between.lines().skip(1).collect();
        let lines = &lines[..lines.len() - 1];
        let count =
            |name: &str| lines.iter().filter(|line| line.contains(&format!(" {name}("))).count();
        let per_call = lines.len() as f64 / CALLS as f64;
        println!(
            "{what}: {per_call} system calls a call: {} sendto, {} recvfrom, {} clone, {} other",
            count("sendto"),
            count("recvfrom"),
            count("clone") + count("clone3"),
            lines.len() - count("sendto") - count("recvfrom"),
        );
        assert_eq!(count("sendto") + count("write"), CALLS, "{what}: one write a call");
        assert_eq!(count("clone") + count("clone3"), 0, "{what}: no thread");
        assert_eq!(count("openat") + count("connect") + count("socket"), 0, "{what}: no lookup");
        // One slow reply costs another read; on a busy machine that happens.
        assert!(
            per_call <= 3.1,
            "{what}: {per_call} system calls a call\n{}",
            lines[..12].join("\n")
        );
    }

    let journal = authority.file().with_file_name("journal.jsonl").display().to_string();
    let output = authority.write("strace", "");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fdatasync", "-o"])
        .arg(&output)
        .arg(std::env::current_exe().unwrap())
        .args(["batch", &format!("http://127.0.0.1:{}", plain.port()), &journal])
        .status()
        .unwrap();
    assert!(status.success());
    let trace = std::fs::read_to_string(&output).unwrap();
    let syncs = trace.lines().filter(|line| line.contains("fdatasync(")).count();
    println!("a batch with a journal: {syncs} syncs of {CALLS} ids");
    // One more for the header, and one for the first id; the first calls may end before the next
    // ids are there.
    assert!((CALLS + 2..CALLS + 10).contains(&syncs), "{syncs}");
}
