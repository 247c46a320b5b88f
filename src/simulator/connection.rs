//! Connections that can be told to break, which no HTTP framework lets a handler do.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

const CLOSE: u8 = 1;
const RESET: u8 = 2;

/// A handler's hold on the connection it answers: what it decides happens instead of the answer.
#[derive(Clone, Debug, Default)]
pub struct Fate(Arc<AtomicU8>);

impl Fate {
    /// The connection ends without an answer.
    pub fn close(&self) {
        self.0.store(CLOSE, Ordering::Relaxed);
    }

    /// The same, with a TCP reset.
    pub fn reset(&self) {
        self.0.store(RESET, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Doors>> for Fate {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.io().fate.clone()
    }
}

/// A TCP listener whose connections have a [`Fate`].
pub struct Doors(pub TcpListener);

impl Listener for Doors {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection without TCP_NODELAY");
        }
        (Line { stream, fate: Fate::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    fate: Fate,
}

impl Line {
    /// An error once the handler has condemned the connection; the server then drops it, and without lingering a dropped
    /// socket sends RST.
    fn condemned(&self) -> io::Result<()> {
        match self.fate.0.load(Ordering::Relaxed) {
            CLOSE => Err(io::ErrorKind::ConnectionAborted.into()),
            RESET => {
                self.stream.set_zero_linger()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.condemned()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.condemned()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }
}
