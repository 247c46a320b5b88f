//! A load generator that costs little: HTTP/1.1 written by hand over kept connections, requests made beforehand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::Result;

/// What a server answered.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// How it went.
#[derive(Default)]
pub struct Outcome {
    /// Answered as expected.
    pub done: usize,
    /// The last answer that was not, if any.
    pub wrong: Option<u16>,
    pub seconds: f64,
    /// From when each should have left, milliseconds, in order of size.
    pub latencies: Vec<f64>,
}

impl Outcome {
    pub fn per_second(&self) -> f64 {
        number(self.done) / self.seconds
    }

    /// Of a thousand this many were as fast, milliseconds.
    pub fn quantile(&self, thousandths: usize) -> f64 {
        let place = (self.latencies.len() * thousandths / 1000).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).copied().unwrap_or(f64::NAN)
    }
}

/// A count as a number to calculate with.
pub fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The requests to send and the place of the next one; rounds go on where the last one stopped.
pub struct Requests {
    all: Vec<Vec<u8>>,
    next: AtomicUsize,
    expected: u16,
}

impl Requests {
    pub fn new(all: Vec<Vec<u8>>, expected: u16) -> Arc<Self> {
        Arc::new(Self { all, next: AtomicUsize::new(0), expected })
    }
}

/// Sends for `seconds` over so many connections: each as soon as it has its last answer, or all together at `rate` a
/// second whether answers come or not.
pub async fn run(
    address: &str,
    requests: &Arc<Requests>,
    connections: usize,
    seconds: u64,
    rate: Option<f64>,
) -> Result<Outcome> {
    let begins = Instant::now();
    let ends = begins + Duration::from_secs(seconds);
    let place = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (requests, place) = (requests.clone(), place.clone());
        let stream = TcpStream::connect(address).await?;
        tasks.spawn(async move { speak(stream, &requests, &place, rate, begins, ends).await });
    }
    let mut outcome = Outcome::default();
    while let Some(spoken) = tasks.join_next().await {
        let spoken = spoken??;
        outcome.done += spoken.done;
        outcome.wrong = outcome.wrong.or(spoken.wrong);
        outcome.latencies.extend(spoken.latencies);
    }
    outcome.seconds = begins.elapsed().as_secs_f64();
    outcome.latencies.sort_by(f64::total_cmp);
    match outcome.wrong {
        Some(status) => Err(format!("{address} answered {status} under load").into()),
        None => Ok(outcome),
    }
}

async fn speak(
    mut stream: TcpStream,
    requests: &Requests,
    place: &AtomicUsize,
    rate: Option<f64>,
    begins: Instant,
    ends: Instant,
) -> Result<Outcome> {
    stream.set_nodelay(true)?;
    let mut outcome = Outcome::default();
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let due = match rate {
            Some(rate) => {
                let due =
                    begins + Duration::from_secs_f64(number(place.fetch_add(1, Ordering::Relaxed)) / rate);
                sleep_until(due).await;
                due
            }
            None => Instant::now(),
        };
        if due >= ends {
            return Ok(outcome);
        }
        let next = requests.next.fetch_add(1, Ordering::Relaxed) % requests.all.len().max(1);
        let Some(bytes) = requests.all.get(next) else { return Ok(outcome) };
        stream.write_all(bytes).await?;
        let status = read(&mut stream, &mut buffer).await?.0;
        if status == requests.expected {
            outcome.done += 1;
            outcome.latencies.push(due.elapsed().as_secs_f64() * 1000.0);
        } else {
            outcome.wrong = Some(status);
        }
    }
}

/// One request over a connection of its own.
pub async fn request(address: &str, bytes: &[u8]) -> Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    let mut buffer = Vec::new();
    let (status, body_at) = read(&mut stream, &mut buffer).await?;
    Ok(Answer { status, body: buffer.split_off(body_at) })
}

/// Reads one answer into the buffer; returns its status and where its body begins.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(u16, usize)> {
    buffer.clear();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed a connection".into());
        }
    };
    let text = std::str::from_utf8(buffer.get(..head).unwrap_or_default())?.to_ascii_lowercase();
    let status = text.split(' ').nth(1).ok_or("no status")?.parse()?;
    let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let Some(length) = header("content-length:") else {
        if header("transfer-encoding:").is_some() {
            return Err("a chunked answer was not expected".into());
        }
        return Ok((status, head));
    };
    let whole = head + length.parse::<usize>()?;
    while buffer.len() < whole {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed a connection".into());
        }
    }
    Ok((status, head))
}
