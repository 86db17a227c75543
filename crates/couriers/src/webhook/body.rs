//! The request's body, which remembers whether all of it was asked for. As long as it was not,
//! nobody can have got the whole request, and a cut is no reason for doubt.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

pub(super) struct Outgoing {
    left: Option<Bytes>,
    sent: Arc<AtomicBool>,
}

impl Outgoing {
    pub(super) fn new(bytes: Vec<u8>, sent: Arc<AtomicBool>) -> Self {
        Self { left: Some(Bytes::from(bytes)), sent }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.sent.store(true, Ordering::Release);
        Poll::Ready(self.left.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_ref().map_or(0, |b| b.len() as u64))
    }
}
