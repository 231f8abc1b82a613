//! ureq used plainly, with its default agent: `bench-ureq ENDPOINT N`; `bench-ureq timeout
//! ENDPOINT N` sets the one option that nobody should go without.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let timeout = arguments.next_if_eq("timeout").map(|_| Duration::from_secs(30));
    let endpoint = arguments.next().ok_or("ENDPOINT N")?;
    let calls: u32 = arguments.next().ok_or("ENDPOINT N")?.parse()?;
    let agent: Agent = match (timeout, std::env::var("SSL_CERT_FILE")) {
        (timeout, Ok(ca_file)) => {
            let pem = Certificate::from_pem(&std::fs::read(ca_file)?)?;
            let roots = RootCerts::new_with_certs(&[pem]);
            let tls = TlsConfig::builder().root_certs(roots).build();
            Agent::config_builder().timeout_global(timeout).tls_config(tls).build().into()
        }
        (None, Err(_)) => Agent::new_with_defaults(),
        (timeout, Err(_)) => Agent::config_builder().timeout_global(timeout).build().into(),
    };
    let url = format!("{endpoint}/topapi/extcontact/delete?access_token=token-4711");
    for _ in 0..calls {
        let mut response = agent.post(&url).send_form([("user_id", "0125400001")])?;
        let reply: serde_json::Value =
            serde_json::from_str(&response.body_mut().read_to_string()?)?;
        assert_eq!(reply["errcode"], 0);
    }
    Ok(())
}
