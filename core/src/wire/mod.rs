//! What goes over the line and what it means: requests, replies, codes. Pure: no clock and no
//! socket.

pub(crate) mod errcode;
pub(crate) mod object;
pub(crate) mod request;
pub(crate) mod response;
