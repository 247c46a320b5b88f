//! What a restored copy believes to be pending is looked for first, or given up.

use std::time::Duration;

use chrono::TimeDelta;
use okla::{
    app::{deliver::deliver_next, settle_restored::settle_restored},
    domain::user::Role,
};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    app::{Options, TestApp},
    binary::process::Environment,
    offers::stage::{Stage, phone},
    simulator::rig::PATIENCE,
};

/// As if the database were again what it was before that message left.
async fn go_back(app: &TestApp, id: &str) {
    for forget in [
        "delete from message_events where part_id in (select id from message_parts where message_id = $1::uuid)",
        "update message_parts set sid = null, status = 'queued', attempt_count = 0, first_attempted_at = null,
           next_check_at = null, segments = null where message_id = $1::uuid",
        "update messages set status = 'queued', sent_at = null where id = $1::uuid",
        "insert into outbox select * from copied_outbox
           where part_id in (select id from message_parts where message_id = $1::uuid)",
    ] {
        sqlx::query(forget).bind(id).execute(&app.pool).await.unwrap();
    }
}

#[sqlx::test]
async fn of_what_a_copy_holds_back_only_what_twilio_has_not_is_sent(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    // The outbox alone must tell: no callback brings the truth.
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let (gone_to, waiting_to) = ("+18095551234", "+18095552234");
    let gone = dealer.write_async(gone_to, "salió tras la copia").await.id();
    let waiting = dealer.write_async(waiting_to, "no ha salido").await.id();
    sqlx::query("create table copied_outbox as table outbox").execute(&app.pool).await.unwrap();
    deliver_next(&app.app).await.unwrap();
    assert_eq!(app.sim_messages(gone_to).await.len(), 1);
    go_back(&app, &gone).await;

    let settled = settle_restored(&app.tools()).await.unwrap();
    assert_eq!(settled.doubtful, 2);
    assert_eq!(settle_restored(&app.tools()).await.unwrap(), settled, "it may be repeated");
    for seconds in [1, 21, 61] {
        app.advance(TimeDelta::seconds(seconds)).await;
        app.work().await;
    }
    app.sim.set(json!({ "dropRate": 0.0 })).await;
    app.advance(TimeDelta::seconds(61)).await;
    app.work().await;
    for (id, to) in [(&gone, gone_to), (&waiting, waiting_to)] {
        assert_eq!(app.sim_messages(to).await.len(), 1, "{to}");
        app.wait_for(id, "read").await;
    }
}

#[sqlx::test]
async fn offers_under_way_end_and_notices_that_are_due_are_given_up(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..3).await;
    let page = stage.draft("50,000 menos este sábado").await;
    stage.confirm(&page, 3).await;
    sqlx::query(
        "insert into reminders (id, errand, subject, due_at, useful_until, look_at)
         select gen_random_uuid(), 'new_interest', gen_random_uuid(), at, at + interval '1 day', at
         from (select now() - interval '1 minute' as at) as due",
    )
    .execute(&stage.app.pool)
    .await
    .unwrap();

    let settled = settle_restored(&stage.app.tools()).await.unwrap();
    assert_eq!((settled.late, settled.offers, settled.people), (1, 1, 3));
    stage.serve().await;
    stage.app.work().await;
    assert!(stage.app.sim_messages(&phone(0)).await.is_empty());
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("De 3 personas, 3 no la han recibido"), "{shown}");
}

#[sqlx::test]
async fn a_copy_is_not_settled_under_running_workers(pool: PgPool) {
    let environment = Environment::live(&pool);
    let server = environment.serve().await;
    let refused = async {
        while environment.run(&["restored"]).await.status.success() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    // A server says only a moment after it serves that it lives.
    tokio::time::timeout(PATIENCE, refused).await.unwrap();
    let told = String::from_utf8(environment.run(&["restored"]).await.stderr).unwrap();
    assert!(told.contains("detenga todos los servidores"), "{told}");
    server.ask_to_stop();
    assert!(server.ended_well().await);
    let settled = environment.run(&["restored"]).await;
    assert!(settled.status.success(), "{settled:?}");
    assert!(String::from_utf8(settled.stdout).unwrap().contains("Partes que se buscarán en Twilio: 0"));
}
