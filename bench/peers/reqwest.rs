//! reqwest's blocking client used plainly: `bench-reqwest ENDPOINT N`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("ENDPOINT N")?;
    let calls: u32 = arguments.next().ok_or("ENDPOINT N")?.parse()?;
    let client = reqwest::blocking::Client::new();
    let url = format!("{endpoint}/topapi/extcontact/delete?access_token=token-4711");
    for _ in 0..calls {
        let response = client
            .post(&url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("user_id=0125400001")
            .send()?;
        let reply: serde_json::Value = serde_json::from_str(&response.text()?)?;
        assert_eq!(reply["errcode"], 0);
    }
    Ok(())
}
