//! HTTP/1.1 on a listener, with a limit to how long a client may take to speak: `axum::serve` waits for ever, so that
//! half a header would cost an attacker one socket and us one for good.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::StatusCode,
    response::IntoResponse,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

/// How long a client may take.
#[derive(Clone, Copy)]
pub struct Patience {
    /// For the whole header, from when the connection is ready for it.
    pub header: Duration,
    /// Between two pieces of a body.
    pub piece: Duration,
    /// From the header to the head of the answer: a body that comes piece by piece ends here.
    pub request: Duration,
}

impl Default for Patience {
    /// A file of 2 MB comes in time over 150 kbit/s.
    fn default() -> Self {
        let [header, piece, request] = [10, 15, 120].map(Duration::from_secs);
        Self { header, piece, request }
    }
}

/// Of a request's header, all lines together.
const MOST_HEADER_BYTES: usize = 64 * 1024;
/// When no connection can be accepted (too many files are open), the next try waits.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// Serves until `stop`, then until what is under way has ended.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    patience: Patience,
    stop: CancellationToken,
) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // A client that is gone already ends its own connection and not the server.
                stream.set_nodelay(true).ok();
                speak(stream, peer, app.clone(), patience, &connections);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
    Ok(())
}

/// Answers on one connection until it ends; a stop lets it finish its request.
fn speak(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    patience: Patience,
    connections: &GracefulShutdown,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeoutBody::new(patience.piece, body)));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answering = tokio::time::timeout(patience.request, app.clone().oneshot(request));
        async move {
            let late = |_| Ok::<_, Infallible>(StatusCode::REQUEST_TIMEOUT.into_response());
            answering.await.unwrap_or_else(late)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.header)
        .max_buf_size(MOST_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}
