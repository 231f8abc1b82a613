//! What the tests of this project talk to, one stack for all crates: servers, TLS, proxies, and a
//! client that shows what is on the wire. Not shipped.
//!
//! It stands on the server of the sandbox: [`serve`] has its threads, [`Connection`] is one of
//! its connections, and [`read_request`] reads with its HTTP. TLS and proxies are relays in front
//! of such a server. A test that only needs DingTalk's answers takes the sandbox itself.

#![forbid(unsafe_code)]

pub mod client;
pub mod literals;
mod proxy;
mod server;
mod tls;

pub use dingtalk_extcontact_sandbox::http::{Reply, Request};
pub use dingtalk_extcontact_sandbox::server::Connection;
pub use proxy::{connect_proxy, relay};
pub use server::{OK, Seen, read_request, reply, serve, serve_ok};
pub use tls::{Authority, serve_tls, terminate_tls};
