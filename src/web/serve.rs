//! HTTP/1.1 on a listener, with a limit to how long a client may take to speak: `axum::serve` waits for ever, so that
//! half a header would cost an attacker one socket and us one for good.

use std::{io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
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

/// For the whole header, from when the connection is ready for it.
const HEADER: Duration = Duration::from_secs(10);
/// Between two pieces of a body.
const BODY: Duration = Duration::from_secs(15);
/// When no connection can be accepted (too many files are open), the next try waits.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// Serves until `stop`, then until what is under way has ended.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                stream.set_nodelay(true)?;
                speak(stream, peer, app.clone(), &connections);
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
fn speak(stream: TcpStream, peer: SocketAddr, app: Router, connections: &GracefulShutdown) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeoutBody::new(BODY, body)));
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}
