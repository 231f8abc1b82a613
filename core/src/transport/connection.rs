//! One exchange on one connection: a request goes out in one write, and ureq's state machine of
//! HTTP/1.1, `ureq_proto::client::Call`, reads the reply.

use std::io;
use std::sync::Arc;

use ureq::unversioned::transport::{NextTimeout, Transport};
use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call, RecvBodyResult, RecvResponseResult, SendRequestResult};

use super::context::CallContext;
use super::error::TransportError;
use super::reply::{LARGEST_BODY, check_framing, date, is_gzip, retry_after, unzip};
use super::socket::{INPUT_BUFFER, OUTPUT_BUFFER};
use crate::wire::response::Answer;

/// The largest head of a reply, with those of the 1xx kind before it; a little less than the
/// buffer that it must fit into.
const LARGEST_HEAD: usize = INPUT_BUFFER - 1024;
/// The most room for a body at first, and what is added when that is full.
const BODY_ROOM: usize = 4096;

/// A connection that stands, and the context of the call that uses it.
pub(super) struct Connection {
    stream: Box<dyn Transport>,
    context: Arc<CallContext>,
    /// The request to send, head and body.
    pub output: Vec<u8>,
}

/// A reply, and whether the connection serves another request.
pub(super) struct Reply {
    pub answer: Answer,
    pub reusable: bool,
}

/// A body as it came.
struct Body {
    bytes: Vec<u8>,
    reusable: bool,
}

impl Connection {
    pub fn new(stream: Box<dyn Transport>, context: Arc<CallContext>) -> Connection {
        Connection { stream, context, output: Vec::new() }
    }

    pub fn context(&self) -> Arc<CallContext> {
        self.context.clone()
    }

    /// Whether the peer has not closed, and has sent nothing that nobody asked for. It costs a
    /// system call, but right after a reply.
    pub fn is_open(&mut self) -> bool {
        self.stream.buffers().input().is_empty() && self.stream.is_open()
    }

    /// Sends the request: one write and one TLS record, where it fits the buffer.
    pub fn send(&mut self) -> Result<(), TransportError> {
        self.context.note_writing();
        for piece in self.output.chunks(OUTPUT_BUFFER) {
            if let Some(output) = self.stream.buffers().output().get_mut(..piece.len()) {
                output.copy_from_slice(piece);
            }
            self.stream
                .transmit_output(piece.len(), NextTimeout::default())
                .map_err(|error| self.context.error(error))?;
        }
        Ok(())
    }

    /// Reads the reply to what was sent.
    pub fn receive(&mut self) -> Result<Reply, TransportError> {
        let mut call = awaiting_reply().map_err(|error| TransportError::from_proto(error, None))?;
        let response = self.read_head(&mut call)?;
        let (status, headers) = (response.status().as_u16(), response.headers());
        let not_http = |text: &str| TransportError::NotHttp(text.to_owned(), Some(status));
        check_framing(&response).map_err(not_http)?;
        let (mut body, mode) = match call.proceed() {
            Some(RecvResponseResult::RecvBody(call)) => {
                let mode = call.body_mode();
                (self.read_body(call, status)?, mode)
            }
            Some(RecvResponseResult::Redirect(call)) => {
                (Body::none(!call.must_close_connection()), BodyMode::NoBody)
            }
            Some(RecvResponseResult::Cleanup(call)) => {
                (Body::none(!call.must_close_connection()), BodyMode::NoBody)
            }
            None => return Err(not_http("the reply has no end")),
        };
        if is_gzip(headers) {
            body.bytes = match unzip(&body.bytes) {
                Ok(bytes) if bytes.len() > LARGEST_BODY => return Err(too_large(status)),
                Ok(bytes) => bytes,
                // Nothing but the connection told where it ends.
                Err(error)
                    if mode == BodyMode::CloseDelimited
                        && error.kind() == io::ErrorKind::UnexpectedEof =>
                {
                    return Err(TransportError::cut());
                }
                Err(_) => return Err(not_http("the reply is not in the encoding that it claims")),
            };
        }
        let answer = Answer {
            status,
            retry_after: retry_after(headers),
            date: date(headers),
            body: body.bytes,
        };
        Ok(Reply { answer, reusable: body.reusable })
    }

    fn read_head(
        &mut self,
        call: &mut Call<RecvResponse>,
    ) -> Result<http::Response<()>, TransportError> {
        let mut interim = 0;
        loop {
            // What stood there already made no whole head, or came behind one of the 1xx kind.
            if !self.stream.buffers().can_use_input() && !self.await_input()? {
                return Err(TransportError::cut());
            }
            self.context.note_replied();
            let input = self.stream.buffers().input();
            let (used, response) = call
                .try_response(input, false)
                .map_err(|error| TransportError::from_proto(error, None))?;
            let size = if response.is_some() { used } else { input.len() };
            if interim + size > LARGEST_HEAD {
                let text = format!("the head of the reply is over {LARGEST_HEAD} bytes");
                return Err(TransportError::NotHttp(text, None));
            }
            self.stream.buffers().input_consume(used);
            match response {
                Some(response) => return Ok(response),
                None => interim += used,
            }
        }
    }

    fn read_body(&mut self, mut call: Call<RecvBody>, status: u16) -> Result<Body, TransportError> {
        let mode = call.body_mode();
        let room = match mode {
            BodyMode::LengthDelimited(length) if length > LARGEST_BODY as u64 => {
                return Err(too_large(status));
            }
            BodyMode::LengthDelimited(length) => (length as usize).clamp(1, BODY_ROOM),
            _ => BODY_ROOM,
        };
        // Not `vec![0; room]`: that is calloc, which passes over the memory that glibc keeps ready for
        // each thread. It costs a call some 200 instructions more.
        let mut bytes = Vec::new();
        let mut filled = 0;
        while mode == BodyMode::CloseDelimited || !call.can_proceed() {
            if filled == bytes.len() {
                bytes.resize(filled + room, 0);
            }
            let buffers = self.stream.buffers();
            let room = bytes.get_mut(filled..).unwrap_or_default();
            let (used, read) = call
                .read(buffers.input(), room)
                .map_err(|error| TransportError::from_proto(error, Some(status)))?;
            buffers.input_consume(used);
            filled += read;
            if filled > LARGEST_BODY {
                return Err(too_large(status));
            }
            if used == 0 && read == 0 && !self.await_body(status)? {
                break;
            }
        }
        bytes.truncate(filled);
        // A server may say the last chunk and close before the line that ends it.
        let whole = call.can_proceed();
        if !whole && !call.is_ended_chunked() {
            return Err(TransportError::cut());
        }
        let reusable = match call.proceed() {
            Some(RecvBodyResult::Cleanup(call)) => !call.must_close_connection(),
            Some(RecvBodyResult::Redirect(call)) => !call.must_close_connection(),
            None => false,
        };
        Ok(Body { bytes, reusable })
    }

    /// More of a body, or its end by the end of the connection.
    fn await_body(&mut self, status: u16) -> Result<bool, TransportError> {
        if self.stream.buffers().input().len() >= INPUT_BUFFER {
            let text = "the reply is not HTTP: a line in its body does not end".to_owned();
            return Err(TransportError::NotHttp(text, Some(status)));
        }
        self.await_input()
    }

    /// More input; `false` at the end of the connection.
    fn await_input(&mut self) -> Result<bool, TransportError> {
        match self.stream.await_input(NextTimeout::default()) {
            // TLS ended without a word, as many servers do.
            Err(ureq::Error::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Ok(false)
            }
            result => result.map_err(|error| self.context.error(error)),
        }
    }
}

impl Body {
    fn none(reusable: bool) -> Body {
        Body { bytes: Vec::new(), reusable }
    }
}

/// The state machine where a request is sent and its reply awaited. It learns nothing of the
/// request: it would print it, and the reply to a POST is read like one to a GET.
fn awaiting_reply() -> Result<Call<RecvResponse>, ureq_proto::Error> {
    let mut call = Call::new(http::Request::new(()))?.proceed();
    call.write(&mut [0; 32])?;
    match call.proceed()? {
        Some(SendRequestResult::RecvResponse(call)) => Ok(call),
        _ => Err(ureq_proto::Error::BodyNotAllowed),
    }
}

fn too_large(status: u16) -> TransportError {
    TransportError::NotHttp(format!("the reply is over {LARGEST_BODY} bytes"), Some(status))
}
