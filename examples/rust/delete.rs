//! Deletes the external contacts whose ids are given.
//!
//! ```text
//! export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//! cargo run -- 0125400001 0125400002
//! ```
//!
//! `DINGTALK_ACCESS_TOKEN` serves instead of key and secret. `DINGTALK_ENDPOINT` leads to a
//! sandbox, `DINGTALK_REGION` to the hosts in China.
//!
//! Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.

use std::process::ExitCode;

use dingtalk_extcontact::{Client, Deletion, Error, ErrorKind};

fn main() -> ExitCode {
    let ids: Vec<String> = std::env::args().skip(1).collect();
    if ids.is_empty() {
        eprintln!("usage: delete ID...");
        return ExitCode::from(2);
    }
    let client = match Client::from_env() {
        Ok(client) => client,
        Err(error) => {
            print_error("no client", &error);
            return ExitCode::from(2);
        }
    };
    // One client for all: it keeps its connection and its token, and heeds the rate limit.
    let mut failed = 0;
    let mut refused = 0;
    for id in &ids {
        match client.delete(id) {
            Ok(deletion) => print_deletion(&deletion),
            Err(error) => {
                print_error(id, &error);
                failed += 1;
                // Refused before anything was sent.
                refused += usize::from(error.kind() == ErrorKind::InvalidArgument);
            }
        }
    }
    ExitCode::from(match (failed, refused) {
        (0, _) => 0,
        (_, refused) if refused == ids.len() => 2,
        _ => 1,
    })
}

fn print_deletion(deletion: &Deletion) {
    // Absent is fine, but not the same: it does not prove that the id was ever right.
    let status = deletion.status.as_str();
    let request_id = deletion.request_id.as_deref().unwrap_or("not known");
    print!("{status}: {} (request id {request_id})", deletion.user_id);
    if deletion.maybe_deleted {
        print!(", perhaps deleted just now: the reply to an earlier request was lost");
    }
    println!();
}

fn print_error(what: &str, error: &Error) {
    eprintln!("failed: {what}");
    eprintln!("  kind: {}", error.kind().as_str());
    if let Some(code) = error.code() {
        eprintln!("  code: {code}");
    }
    eprintln!("  message: {}", error.message());
    eprintln!("  advice: {}", error.advice());
    if let Some(request_id) = error.request_id() {
        eprintln!("  request id: {request_id}");
    }
    eprintln!("  may be gone: {}", if error.maybe_deleted() { "yes" } else { "no" });
    if let Some(wait) = error.retry_after() {
        eprintln!("  retry after: {} ms", wait.as_millis());
    }
}
