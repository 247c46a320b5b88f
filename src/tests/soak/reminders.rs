//! What is due at one minute on several servers, some of which die in the midst: each is said once, and none is lost.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use okla::kill_point::ERRAND;
use sqlx::PgPool;
use tokio::time::{sleep, timeout};

use super::{audit::all_is_true, fleet::Fleet, scale::scaled};
use crate::{app::approve_templates, binary::process::Environment};

const DONE_WITHIN: Duration = Duration::from_mins(5);

/// So many dealers with a vehicle each that interests somebody, of which all are to be told now.
async fn fill(pool: &PgPool, many: i32) {
    for statement in [
        "insert into dealers (id, slug, name, phone, created_at)
         select gen_random_uuid(), 'dealer-' || n, 'Concesionario ' || n, '+1829' || lpad(n::text, 4, '0') || '234', now()
         from generate_series(1, $1) as n",
        "insert into vehicles (id, dealer_id, reference, make, model, year, body_type, color, transmission, fuel, mileage_km,
           price_amount, price_currency, location, published_at, updated_at)
         select gen_random_uuid(), id, 'A', 'Toyota', slug, 2019, 'sedan', 'blanco', 'automatica', 'gasolina', 1, 1, 'USD', 'Santiago',
           now(), now() from dealers limit $1",
        "insert into interests (vehicle_id, user_id, dealer_id, created_at)
         select v.id, u.id, v.dealer_id, now() - interval '1 minute' from vehicles v cross join users u
         where u.email = 'admin@ejemplo.do' limit $1",
        "insert into reminders (id, errand, subject, due_at, useful_until, look_at)
         select gen_random_uuid(), 'new_interest', id, now(), now() + interval '1 day', now() from vehicles limit $1",
    ] {
        sqlx::query(statement).bind(many).execute(pool).await.unwrap();
    }
}

async fn open(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from reminders where done_at is null").fetch_one(pool).await.unwrap()
}

#[sqlx::test]
#[cfg_attr(not(feature = "kill-points"), ignore = "nobody dies without the feature kill-points")]
async fn reminders_due_at_once_are_each_sent_once_though_servers_die(pool: PgPool) {
    let many = scaled(200, 5_000);
    let fleet = Fleet::over(pool, 4).await;
    approve_templates(&fleet.pool).await;
    fill(&fleet.pool, many).await;
    // One dies between its first errand's message and the note of it; its lease is not waited for here.
    let mut doomed = fleet.environments[3].clone().with("OKLA_KILL_AT", ERRAND).serve().await;
    let died = async {
        while doomed.killed_by().is_none() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DONE_WITHIN, died).await.expect("it died at its errand");
    sqlx::query("update reminders set look_at = now() where done_at is null")
        .execute(&fleet.pool)
        .await
        .unwrap();
    let mut servers = join_all(fleet.environments[..3].iter().map(Environment::serve)).await;
    let doing = async {
        while open(&fleet.pool).await > i64::from(many) / 2 {
            sleep(Duration::from_millis(10)).await;
        }
        servers.remove(0).kill();
        // What it held comes back when its lease is over.
        while open(&fleet.pool).await > 0 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(DONE_WITHIN, doing).await.expect("every errand is done");
    fleet.hurried(fleet.healed()).await;
    let sent: Vec<(String, String)> =
        sqlx::query_as("select to_phone, status from messages").fetch_all(&fleet.pool).await.unwrap();
    let told: BTreeSet<&str> = sent.iter().map(|(phone, _)| phone.as_str()).collect();
    assert_eq!(
        (sent.len(), told.len()),
        (usize::try_from(many).unwrap(), usize::try_from(many).unwrap()),
        "each once"
    );
    assert!(sent.iter().all(|(_, status)| status == "read"), "{sent:?}");
    let others: i64 = sqlx::query_scalar("select count(*) from reminders where outcome <> 'sent'")
        .fetch_one(&fleet.pool)
        .await
        .unwrap();
    assert_eq!(others, 0);
    all_is_true(&fleet.pool, &fleet.sim).await;
    println!("{many} reminders, 2 servers killed");
}
