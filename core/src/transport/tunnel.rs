//! The way through a proxy: what both kinds of it, `connect` and `socks`, have in common.

use std::fmt;
use std::io;

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

/// Why a proxy opened no tunnel.
#[derive(Debug)]
pub(super) enum TunnelError {
    /// The connection to the proxy broke, or the wait for its answer ended.
    Io(io::Error),
    /// The proxy wants a login, or another one: the schemes that it offers.
    Login(Vec<String>),
    /// The proxy does not lead there: to ask again changes nothing.
    Refused(String),
    /// It could not this time.
    Failed(String),
}

impl From<io::Error> for TunnelError {
    fn from(error: io::Error) -> TunnelError {
        TunnelError::Io(error)
    }
}

/// What a proxy leads to. Whatever secures the way to the proxy does not secure this.
pub(super) struct Tunnel(pub Box<dyn Transport>);

impl Transport for Tunnel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, wait: NextTimeout) -> Result<(), ureq::Error> {
        self.0.transmit_output(amount, wait)
    }

    fn await_input(&mut self, wait: NextTimeout) -> Result<bool, ureq::Error> {
        self.0.await_input(wait)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }
}

impl fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tunnel").field(&self.0).finish()
    }
}
