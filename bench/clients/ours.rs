//! This library: `bench-ours ENDPOINT N`.

use dingtalk_extcontact::{Client, Status};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("ENDPOINT N")?;
    let calls: u32 = arguments.next().ok_or("ENDPOINT N")?.parse()?;
    let client =
        Client::builder().access_token("token-4711").endpoint(endpoint).rate(None).build()?;
    for _ in 0..calls {
        let deletion = client.delete("0125400001")?;
        assert_eq!(deletion.status, Status::Deleted);
    }
    Ok(())
}
