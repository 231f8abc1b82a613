//! This library's batch: `bench-bulk ENDPOINT IDS CONCURRENCY [JOURNAL]`. Prints the seconds that
//! the deletions took; the start of the process is not in them.

use std::time::Instant;

use dingtalk_extcontact::{BatchOptions, Client, Outcome, Status};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [endpoint, ids, concurrency, journal @ ..] = &arguments[..] else {
        return Err("ENDPOINT IDS CONCURRENCY [JOURNAL]".into());
    };
    let ids: u64 = ids.parse()?;
    let mut options = BatchOptions::new().concurrency(concurrency.parse()?);
    if let [journal] = journal {
        options = options.journal(journal);
    }
    let client =
        Client::builder().access_token("token-4711").endpoint(endpoint).rate(None).build()?;
    let start = Instant::now();
    let mut deleted = 0;
    for item in client.delete_many((0..ids).map(|number| format!("01254{number:08}")), options)? {
        match &item.outcome {
            Outcome::Deletion(deletion) if deletion.status == Status::Deleted => deleted += 1,
            _ => return Err(item.to_json().to_string().into()),
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(deleted, ids);
    println!("{seconds}");
    Ok(())
}
