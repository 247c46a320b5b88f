//! `okla serve`: pool → state → web and workers → graceful stop that finishes what is in flight.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::CliResult;
use crate::{
    app::{
        clock::{Clock, SystemClock},
        handset::Handset,
        heartbeat::Heartbeat,
        notices::Notices,
        passwords,
        set_limit::fill_first_values,
        state::{App, Ports, Settings, Tools},
        templates::ask_about_templates,
    },
    config::Config,
    store,
    twilio::{
        callback_test::SignedCall,
        client::{self, TwilioClient},
        handset::SimulatedHandset,
    },
    web::{
        router::router,
        serve::{Patience, serve},
        state::AppState,
    },
    worker,
};

/// What is under way when the stop comes gets so long to end; a call to Twilio takes 30 s at most.
const GRACE: Duration = Duration::from_secs(35);

/// More is no clock.
const MOST_SECONDS_APART: i64 = 5;

#[derive(clap::Args)]
pub struct Args {
    /// Sin repartidores: solo la web
    #[arg(long, conflicts_with = "no_web")]
    no_workers: bool,
    /// Sin web: solo los repartidores
    #[arg(long)]
    no_web: bool,
    /// Aplica antes las migraciones que falten
    #[arg(long)]
    migrate: bool,
}

pub async fn run(args: Args) -> CliResult {
    let config = Config::from_env()?;
    prepare_database(&config, args.migrate).await?;
    let pool = super::connect(20, store::connection::serving_options).await?;

    let stop = super::stop_signal();
    let now = SystemClock.now();
    let twilio = Arc::new(twilio_client(&config)?);
    let app = App::start(Ports {
        gateway: twilio.clone(),
        media: twilio,
        callback_test: Arc::new(callback_test(&config)),
        handset: handset(&config)?,
        notices: Notices::start(pool.clone(), stop.clone()),
        heartbeat: if args.no_workers { Heartbeat::without_workers() } else { Heartbeat::starting(now) },
        clock: Arc::new(SystemClock),
        settings: Arc::new(Settings::from_config(&config)),
        searches: super::connect(4, store::connection::searching_options).await?,
        pool,
    });

    tokio::task::spawn_blocking(passwords::warm_up);

    // The first message finds them.
    ask_about_templates(&app).await?;

    let tasks = TaskTracker::new();
    tasks.spawn(worker::be_known(app.clone(), stop.clone()));
    if !args.no_workers {
        worker::start(&app, &tasks, &stop);
    }
    if args.no_web {
        stop.cancelled().await;
    } else {
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| format!("LEPTOS_SITE_ADDR: no se pudo abrir {} ({error})", config.listen))?;
        tracing::info!(address = %config.listen, "serving");
        serve_web(listener, AppState::new(app.clone(), Arc::new(config), stop.clone()), stop.clone()).await?;
    }
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("a worker did not end in time; its lease will");
    }
    app.pool.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves until `stop`, then finishes the requests that are under way.
async fn serve_web(listener: TcpListener, state: AppState, stop: CancellationToken) -> std::io::Result<()> {
    let serving = serve(listener, router(state), Patience::default(), stop.clone());
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served,
        () = deadline => Ok(()),
    }
}

pub(super) fn twilio_client(config: &Config) -> Result<TwilioClient, client::SetUpError> {
    let twilio = &config.twilio;
    let mut settings =
        client::Settings::new(twilio.account_sid.clone(), first_token(config), twilio.api_base_url.clone());
    settings.concurrency = config.delivery.concurrency;
    settings.total_timeout = config.delivery.twilio_timeout();
    settings.messaging_url = twilio.messaging_base_url.clone();
    settings.content_url = twilio.content_base_url.clone();
    settings.api_key = twilio.api_key.as_ref().map(|(sid, secret)| (sid.clone(), secret.expose().to_owned()));
    TwilioClient::new(settings)
}

pub(super) fn callback_test(config: &Config) -> SignedCall {
    SignedCall::new(config.public_url.clone(), first_token(config))
}

/// It makes the calls, and Twilio signs by it.
fn first_token(config: &Config) -> String {
    config.twilio.auth_tokens.first().map(|token| token.expose().to_owned()).unwrap_or_default()
}

fn handset(config: &Config) -> Result<Option<Arc<dyn Handset>>, client::SetUpError> {
    let Some(demo) = &config.demo else { return Ok(None) };
    Ok(Some(Arc::new(SimulatedHandset::new(demo.simulator_url.clone())?)))
}

async fn prepare_database(config: &Config, migrate: bool) -> CliResult {
    let pool = super::connect_alone().await?;
    let mut conn = pool.acquire().await?;
    refuse_other_time(&mut conn).await?;
    if migrate {
        store::migrations::apply(&mut conn).await?;
    }
    let pending = store::migrations::pending(&mut conn).await?;
    if !pending.is_empty() {
        let names = pending.join(", ");
        return Err(format!(
            "La base de datos no está al día (falta {names}): corra «okla migrate», o «okla serve --migrate»."
        )
        .into());
    }
    drop(conn);
    fill_first_values(&Tools { pool, clock: Arc::new(SystemClock) }, config.limits.values()).await?;
    Ok(())
}

/// Limits and paces are shared by all servers, so their clocks must agree: each is held against the database's.
async fn refuse_other_time(conn: &mut sqlx::PgConnection) -> CliResult {
    let there = store::connection::get_time(conn).await?;
    let apart = (SystemClock.now() - there).num_seconds().abs();
    if apart > MOST_SECONDS_APART {
        return Err(format!(
            "El reloj de esta máquina y el de la base de datos difieren en {apart} s: póngalos en hora (NTP)."
        )
        .into());
    }
    Ok(())
}
