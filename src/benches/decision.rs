//! The limits' decision over a large history and over a small one: reading it, and taking within a transaction.

use std::{collections::BTreeSet, time::Instant};

use okla::{
    app::{
        clock::{Clock as _, SystemClock},
        take_limits::{Counters, Demand, Rules, in_force, read_limits, weigh},
    },
    domain::{
        ids::{DealerId, UserId},
        limits::Sender,
        user::Role,
    },
    store,
};
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use uuid::Uuid;

use crate::{
    Result, Settings,
    process::Okla,
    report::{Figure, Report, Target, median, say},
};

/// Rows of the small history; the number of dealers and users is the same in both.
const FEW: u32 = 10_000;
const SENDERS: u32 = 100;
/// Decisions in a round.
const DECISIONS: u32 = 300;
/// More than the other figures': a decision is short, and so are the disturbances.
const ROUNDS: u32 = 9;

const DEMAND: Demand =
    Demand { parts: 1, unit_price: Decimal::from_parts(15, 0, 0, false, 3), outside_window: true };

/// Messages over the last year, evenly, by two users of each of 500 dealers to a tenth as many numbers; a counter for as
/// many pairs; a number that wrote to us for each hundredth.
const FILL: &str = "
    set session_replication_role = replica;
    create temp table built as select indexname, indexdef from pg_indexes
      where schemaname = 'public' and tablename = 'messages' and indexname not like '%_pkey';
    do $$ declare index record; begin
      for index in select indexname from built loop execute 'drop index ' || index.indexname; end loop; end $$;
    insert into dealers (id, slug, name, phone, created_at)
      select lpad(to_hex(n), 32, '0')::uuid, 'd-' || n, 'D', '+18095550101', now() from generate_series(1, 500) as n;
    insert into users (id, email, name, password_hash, role, dealer_id, created_at)
      select lpad(to_hex(n), 32, '0')::uuid, n || '@okla.test', 'U', '', 'dealer', lpad(to_hex((n + 1) / 2), 32, '0')::uuid, now()
      from generate_series(1, 1000) as n;
    insert into messages (id, sender_id, sender_role, dealer_id, kind, to_phone, body, status, parts, places, unit_price,
        cost, outside_window, created_at)
      select lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(1 + n % 1000), 32, '0')::uuid, 'dealer',
        lpad(to_hex(1 + n % 1000 / 2), 32, '0')::uuid, 'contact', '+1809' || (2000000 + n * 7919::bigint % (ROWS / 10)), 'Hola',
        'read', 1, 1, 0.015, 0.015, true, now() - interval '365 days' * (1 - n / ROWS::float8)
      from generate_series(1, ROWS) as n;
    insert into limit_counters (name, subject, used, since)
      select 'pair_day', gen_random_uuid(), 1, now() - interval '1 day' from generate_series(1, ROWS);
    insert into inbound_messages (id, sid, from_address, body, fields, received_at)
      select gen_random_uuid(), 'SM' || n, '+1809' || (2000000 + n), 'Hola', '{}', now() - interval '2 days'
      from generate_series(1, ROWS / 100) as n;
    insert into limits values ('meta_tier', null, 10000000, now()), ('dealer_budget', null, 10000000, now()),
      ('dealer_day', null, 10000000, now()), ('platform_day', null, 10000000, now());
    do $$ declare index record; begin
      for index in select indexdef from built loop execute index.indexdef; end loop; end $$;
    set session_replication_role = origin;
    vacuum analyze messages, limit_counters, inbound_messages, limits;";

pub async fn measure(settings: &Settings, okla: &Okla, report: &mut Report) -> Result<()> {
    let mut small = filled(settings, okla, FEW).await?;
    let mut large = filled(settings, okla, settings.rows).await?;
    let mut reads = (Vec::new(), Vec::new());
    let mut takes = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (few, many) = (decide(&mut small).await?, decide(&mut large).await?);
        // The first brings everything into memory.
        if round > 0 {
            reads.0.push(few.0);
            reads.1.push(many.0);
            takes.0.push(few.1);
            takes.1.push(many.1);
        }
    }
    for (name, (few, many)) in
        [("limits read over a large history", reads), ("limits taken over a large one", takes)]
    {
        report.add(&Figure {
            name,
            unit: "ms",
            measured: median(many),
            yardstick: median(few),
            target: Target::AtMost(1.2),
            bottleneck: format!("round trips; {} rows against {FEW}", settings.rows),
        })?;
    }
    Ok(())
}

/// A connection to a database with so many rows, made where it is not there yet.
async fn filled(settings: &Settings, okla: &Okla, rows: u32) -> Result<PgConnection> {
    let name = format!("decision_{rows}");
    let (server, _) = settings.database_url.rsplit_once('/').ok_or("DATABASE_URL names no database")?;
    let url = format!("{server}/{name}");
    let mut main = PgConnection::connect(&settings.database_url).await?;
    let known: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut main)
        .await?;
    if known {
        return connect(&url).await;
    }
    let since = Instant::now();
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut main).await?;
    okla.over(&url).run(&["migrate"])?;
    let mut conn = connect(&url).await?;
    for statement in statements(&FILL.replace("ROWS", &rows.to_string())) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await?;
    }
    say(&format!("{rows} filas en {name}, en {} s", since.elapsed().as_secs()))?;
    Ok(conn)
}

/// As the application connects.
async fn connect(url: &str) -> Result<PgConnection> {
    Ok(PgConnection::connect_with(&store::connection::options(url)?).await?)
}

/// One by one, so that each commits and vacuum may run; one ends with a line that ends with a semicolon.
fn statements(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut inside = false;
    for line in text.lines() {
        if let Some(last) = all.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
        inside ^= line.matches("$$").count() % 2 == 1;
        if line.ends_with(';') && !inside {
            all.push(String::new());
        }
    }
    all.retain(|statement| !statement.trim().is_empty());
    all
}

/// Milliseconds of a decision that is read, and of one that is taken and rolled back; each the median of many.
async fn decide(conn: &mut PgConnection) -> Result<(f64, f64)> {
    let (mut reads, mut takes) = (Vec::new(), Vec::new());
    bring_up(conn).await?;
    for number in 0..DECISIONS {
        let phone = format!("+1809{}", 2_000_000 + number * 7);
        let sender = sender(number % SENDERS, &phone);
        let begun = Instant::now();
        read_limits(conn, &sender, DEMAND, SystemClock.now()).await?;
        reads.push(begun.elapsed().as_secs_f64() * 1000.0);

        let begun = Instant::now();
        let mut tx = conn.begin().await?;
        take(&mut tx, &sender).await?;
        takes.push(begun.elapsed().as_secs_f64() * 1000.0);
        tx.rollback().await?;
    }
    Ok((median(reads), median(takes)))
}

/// As if everybody had sent a moment ago: what expired since the last round is taken off, and stays so.
async fn bring_up(conn: &mut PgConnection) -> Result<()> {
    for number in 0..SENDERS {
        let phone = format!("+1809{}", 2_000_000 + number * 7);
        let mut tx = conn.begin().await?;
        take(&mut tx, &sender(number, &phone)).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn sender(number: u32, to: &str) -> Sender<'_> {
    let dealer = Some(DealerId(Uuid::from_u128(u128::from(1 + number / 2))));
    let user_id = UserId(Uuid::from_u128(u128::from(number) + 1));
    Sender { user_id, role: Role::Dealer, dealer_id: dealer, payer: dealer, to, unproved: false }
}

/// What taking a place asks of the database, until the message itself is written.
async fn take(conn: &mut PgConnection, sender: &Sender<'_>) -> Result<()> {
    store::limits::hold_values(conn).await?;
    let now = SystemClock.now();
    let rules = Rules::load(conn, sender.dealer_id.into_iter(), now).await?;
    let wanted: BTreeSet<_> =
        in_force(&rules, sender).into_iter().map(|(limit, subject, _)| (limit, subject)).collect();
    let mut counters = Counters::lock(conn, wanted, now).await?;
    counters.note_recipients(conn, &[sender.to.to_owned()]).await?;
    let decision = weigh(&counters, &rules, sender, DEMAND);
    if decision.standings.len() < 7 {
        return Err("a limit is not in force".into());
    }
    Ok(counters.save(conn).await?)
}
