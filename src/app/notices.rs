//! Telling every server that something changed, without a NOTIFY inside a hot transaction: PostgreSQL would serialise
//! the commits. One task gathers what changed for 30 ms and notifies once; another listens and passes it on. A lost
//! notice costs time, never truth: whoever waits also polls.

use std::{collections::HashSet, fmt, sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::domain::ids::{DealerId, MessageId, ThreadId};

const CHANGED: &str = "okla_message_changed";
const WAITING: &str = "okla_outbox_waiting";
const GATHER: Duration = Duration::from_millis(30);
/// A NOTIFY payload holds 8,000 bytes; a change takes 74 with its comma.
const CHANGES_PER_NOTICE: usize = 100;

/// A message whose state was committed, and whose panel shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    pub message: MessageId,
    pub dealer: Option<DealerId>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.message)?;
        self.dealer.map_or(Ok(()), |dealer| dealer.fmt(f))
    }
}

impl Change {
    /// What [`Display`](fmt::Display) wrote.
    fn parse(text: &str) -> Option<Self> {
        let (message, dealer) = text.split_once('/')?;
        Some(Self { message: message.parse().ok()?, dealer: dealer.parse().ok() })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Notice {
    Changed(Change),
    Waiting,
}

/// Handle to the process's two notice tasks.
#[derive(Clone)]
pub struct Notices {
    outgoing: mpsc::UnboundedSender<Notice>,
    changed: broadcast::Sender<Change>,
    waiting: Arc<Notify>,
}

impl Notices {
    /// Starts the notifier and the listener; both end with `stop`.
    pub fn start(pool: PgPool, stop: CancellationToken) -> Self {
        let (outgoing, incoming) = mpsc::unbounded_channel();
        let (changed, _) = broadcast::channel(1024);
        let notices = Self { outgoing, changed, waiting: Arc::new(Notify::new()) };
        tokio::spawn(stop.clone().run_until_cancelled_owned(notify(pool.clone(), incoming)));
        tokio::spawn(stop.run_until_cancelled_owned(listen(pool, notices.clone())));
        notices
    }

    /// A message's state was committed: whoever shows it should look again.
    pub fn message_changed(&self, change: Change) {
        self.tell(Notice::Changed(change));
    }

    /// Something was said in a conversation: whoever shows it should look again. Ids of conversations and of messages never
    /// meet, so that one kind of notice serves for both.
    pub fn thread_changed(&self, thread: ThreadId, dealer: DealerId) {
        self.message_changed(Change { message: MessageId(thread.0), dealer: Some(dealer) });
    }

    /// Something was committed to the outbox.
    pub fn outbox_waiting(&self) {
        self.waiting.notify_one();
        self.tell(Notice::Waiting);
    }

    /// What changed, on any server. A lagging receiver must look again anyway.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changed.subscribe()
    }

    /// Until something waits in the outbox, or `at_most` has passed.
    pub async fn wait_for_outbox(&self, at_most: Duration) {
        // Elapsed is the polling that covers a lost notice.
        let _elapsed = tokio::time::timeout(at_most, self.waiting.notified()).await;
    }

    fn tell(&self, notice: Notice) {
        if self.outgoing.send(notice).is_err() {
            tracing::debug!("a notice came after the notifier had stopped");
        }
    }
}

async fn notify(pool: PgPool, mut incoming: mpsc::UnboundedReceiver<Notice>) {
    while let Some(first) = incoming.recv().await {
        tokio::time::sleep(GATHER).await;
        let mut gathered = HashSet::from([first]);
        while let Ok(notice) = incoming.try_recv() {
            gathered.insert(notice);
        }
        let changed: Vec<String> = gathered
            .iter()
            .filter_map(|notice| match notice {
                Notice::Changed(change) => Some(change.to_string()),
                Notice::Waiting => None,
            })
            .collect();
        let mut notices: Vec<(&str, String)> =
            changed.chunks(CHANGES_PER_NOTICE).map(|changes| (CHANGED, changes.join(","))).collect();
        if gathered.contains(&Notice::Waiting) {
            notices.push((WAITING, String::new()));
        }
        for (channel, payload) in notices {
            if let Err(error) = crate::store::notices::notify(&pool, channel, &payload).await {
                tracing::warn!(%error, "a notice was not sent; polling will cover it");
            }
        }
    }
}

async fn listen(pool: PgPool, notices: Notices) {
    loop {
        if let Err(error) = relay(&pool, &notices).await {
            tracing::warn!(%error, "listening for notices broke; trying again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn relay(pool: &PgPool, notices: &Notices) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all([CHANGED, WAITING]).await?;
    loop {
        let notice = listener.recv().await?;
        if notice.channel() == WAITING {
            notices.waiting.notify_one();
            continue;
        }
        for change in notice.payload().split(',').filter_map(Change::parse) {
            // An error only means that nobody watches at the moment.
            let _nobody = notices.changed.send(change);
        }
    }
}
