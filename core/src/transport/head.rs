//! The head of a request. It is written here and not by ureq-proto, which prints at trace level
//! what it writes: the query holds the token.

use crate::options::endpoint::Base;
use crate::wire::request::Request;

pub(super) const USER_AGENT: &str = concat!("dingtalk-extcontact/", env!("CARGO_PKG_VERSION"));

/// What the heads of all requests to one base have in common.
pub(super) struct RequestHead {
    /// Up to the path of the request.
    start: String,
    /// From the end of the request line to the value of Content-Type.
    fields: String,
}

impl RequestHead {
    pub fn new(base: &Base) -> RequestHead {
        let name =
            if base.host.contains(':') { format!("[{}]", base.host) } else { base.host.clone() };
        let default_port = if base.https { 443 } else { 80 };
        let host = if base.port == default_port { name } else { format!("{name}:{}", base.port) };
        RequestHead {
            start: format!("POST {}", base.path),
            fields: format!(
                " HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nContent-Type: "
            ),
        }
    }

    /// Puts the whole request, head and body, into `output`.
    pub fn write(&self, request: &Request, output: &mut Vec<u8>) {
        output.clear();
        let mut put = |text: &str| output.extend_from_slice(text.as_bytes());
        put(&self.start);
        put(request.path);
        if let Some(token) = &request.token {
            put("?access_token=");
            put(token.expose_encoded());
        }
        put(&self.fields);
        put(request.content_type);
        put("\r\nContent-Length: ");
        put(itoa::Buffer::new().format(request.body.len()));
        put("\r\n\r\n");
        put(&request.body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::wire::request;

    fn base(https: bool, host: &str, port: u16, path: &str) -> Base {
        let authority = format!("{host}:{port}");
        Base { https, authority, host: host.to_owned(), port, path: path.to_owned() }
    }

    #[test]
    fn the_whole_request() {
        let head = RequestHead::new(&base(true, "oapi.dingtalk.io", 443, "/gate"));
        let mut output = b"what was there before".to_vec();
        head.write(&request::delete("0125+", &Secret::new("to/ken")), &mut output);
        let expected = format!(
            "POST /gate/topapi/extcontact/delete?access_token=to%2Fken HTTP/1.1\r\nHost: oapi.dingtalk.io\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nContent-Type: application/x-www-form-urlencoded;charset=utf-8\r\nContent-Length: 15\r\n\r\nuser_id=0125%2B"
        );
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    #[test]
    fn the_port_is_named_where_it_is_not_the_default() {
        for (base, host) in [
            (base(true, "a.example", 8443, ""), "a.example:8443"),
            (base(true, "a.example", 80, ""), "a.example:80"),
            (base(false, "127.0.0.1", 80, ""), "127.0.0.1"),
            (base(false, "::1", 8080, ""), "[::1]:8080"),
            (base(true, "::1", 443, ""), "[::1]"),
        ] {
            let fields = RequestHead::new(&base).fields;
            assert!(fields.contains(&format!("\r\nHost: {host}\r\n")), "{fields}");
        }
    }
}
