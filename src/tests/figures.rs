//! What a dealer's panel says is what his messages come to: tiles, pills, charts and history agree.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use okla::{
    app::{
        actor::Actor,
        clock::Clock,
        deliver::Step,
        figures::{add_up_figures, check_figures},
        list_panel::{Count, list_panel},
        read_costs::read_costs,
        read_panel::read_panel,
        seed_load::{Load, seed_load},
        state::Tools,
        tidy_up::tidy_up,
    },
    domain::{
        message::Status,
        panel_filter::{PanelFilter, Writer},
        range::{Choice, Range},
        state_group::StateGroup,
        time::day_in_santo_domingo,
        user::Role,
    },
};
use reqwest::Method;
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, PgPool};

use crate::app::{Api, Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, Reply, TestApp};

struct Still(DateTime<Utc>);

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

async fn seed(app: &TestApp, messages: u32, days: u16, seed: u64) {
    let tools = Tools { pool: app.pool.clone(), clock: Arc::new(Still(app.clock.now())) };
    let load = Load { dealers: 6, messages, days, seed };
    seed_load(&tools, load, PASSWORD, |_| {}).await.unwrap();
}

/// A user of the dealer with the most messages.
async fn largest(app: &TestApp) -> Actor {
    app.add_user("panel@okla.test", Role::Dealer, Some(DEALER)).await;
    let (user_id, dealer_id) =
        sqlx::query_as("select id, dealer_id from users where email = 'panel@okla.test'")
            .fetch_one(&app.pool)
            .await
            .map(|(user, dealer): (uuid::Uuid, uuid::Uuid)| (user.into_id(), dealer.into_id()))
            .unwrap();
    Actor { user_id, name: "Panel".to_owned(), role: Role::Dealer, dealer_id: Some(dealer_id) }
}

trait IntoId {
    fn into_id<T: serde::de::DeserializeOwned>(self) -> T;
}

impl IntoId for uuid::Uuid {
    fn into_id<T: serde::de::DeserializeOwned>(self) -> T {
        serde_json::from_value(serde_json::json!(self)).unwrap()
    }
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).unwrap_or_else(|| panic!("no {from}")).0
}

async fn start(pool: PgPool) -> TestApp {
    TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await
}

#[sqlx::test]
async fn figures_are_what_the_history_comes_to_whatever_happened(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 800, 20, 3).await;
    assert_eq!(check_figures(&app.pool).await.unwrap(), []);

    let dealer = app.token_for(Role::Dealer).await;
    for ending in ["003", "016", "400", "500", "502"] {
        dealer.write_async(&format!("+18095550{ending}"), "Hola").await;
    }
    dealer.write_async(PLAIN, &"Una frase larga. ".repeat(200)).await;
    assert_eq!(check_figures(&app.pool).await.unwrap(), [], "as they were taken in");
    for _ in 0..4 {
        app.work().await;
        app.advance(TimeDelta::minutes(3)).await;
        assert_eq!(check_figures(&app.pool).await.unwrap(), [], "whatever Twilio said");
        add_up_figures(&app.app).await.unwrap();
        assert_eq!(check_figures(&app.pool).await.unwrap(), [], "added up");
    }
    let left: i64 =
        sqlx::query_scalar("select count(*) from figure_changes").fetch_one(&app.pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test]
async fn check_finds_a_single_message_that_is_not_counted(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 100, 5, 1).await;
    sqlx::query("update messages set status = 'read' where id = (select id from messages where status = 'delivered' limit 1)")
        .execute(&app.pool)
        .await
        .unwrap();
    assert_eq!(check_figures(&app.pool).await.unwrap().len(), 1);
}

#[sqlx::test]
async fn check_finds_a_figure_that_is_not_what_it_is_the_sum_of(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 100, 5, 1).await;
    for (figure, table) in [
        ("cost", "daily_figures"),
        ("contacts", "daily_totals"),
        ("failed", "daily_vehicle_figures"),
        ("told", "monthly_figures"),
        ("messages", "monthly_vehicle_figures"),
    ] {
        for (by, is_right) in [(1, false), (-1, true)] {
            let change = format!("update {table} set {figure} = {figure} + {by}");
            sqlx::query(AssertSqlSafe(change)).execute(&app.pool).await.unwrap();
            assert_eq!(check_figures(&app.pool).await.unwrap().is_empty(), is_right, "{figure} of {table}");
        }
    }
}

#[sqlx::test]
async fn check_finds_a_day_and_its_month_that_are_wrong_alike(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 100, 5, 1).await;
    sqlx::raw_sql(
        "update daily_vehicle_figures set messages = messages + 1 where ctid =
           (select ctid from daily_vehicle_figures order by dealer_id, day, vehicle_id, kind limit 1);
         update monthly_vehicle_figures m set messages = m.messages + 1
         from (select * from daily_vehicle_figures order by dealer_id, day, vehicle_id, kind limit 1) as d
         where m.dealer_id = d.dealer_id and m.vehicle_id = d.vehicle_id and m.kind = d.kind
           and m.month = date_trunc('month', d.day::timestamp)::date",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    assert_eq!(check_figures(&app.pool).await.unwrap().len(), 1);
}

#[sqlx::test]
async fn each_status_is_counted_in_the_group_that_the_pages_know_it_by(pool: PgPool) {
    for status in Status::ALL {
        let query =
            "select array[waiting, verifying, sent, delivered, read, failed] from okla_by_group($1, 1)";
        let counted: Vec<i64> =
            sqlx::query_scalar(query).bind(status.as_str()).fetch_one(&pool).await.unwrap();
        let expected = StateGroup::ALL.map(|group| i64::from(group == StateGroup::of(status)));
        assert_eq!(counted, expected, "{status}");
    }
}

/// Everything that says what a period came to, against the list that each figure leads to: tiles, pills, the chart's table,
/// the CSV's last line, the API, the ledger.
async fn all_agree(pool: PgPool, seed: u64) {
    let app = start(pool).await;
    self::seed(&app, 900, 130, seed).await;
    let actor = largest(&app).await;
    let (browser, api) = (app.browser(), app.token_of("panel@okla.test").await);
    browser.sign_in("panel@okla.test", PASSWORD).await;
    // Some is added up, some is only noted.
    add_up_figures(&app.app).await.unwrap();
    api.write_async(PLAIN, "Hoy, y todavía no sumado").await;
    assert_eq!(check_figures(&app.pool).await.unwrap(), []);
    let today = day_in_santo_domingo(app.clock.now());
    let long = Range { choice: Choice::Own, from: today - chrono::Days::new(125), to: today };
    let named = [Choice::Week, Choice::ThirtyDays, Choice::Month].map(|choice| Range::named(choice, today));
    for range in named.into_iter().chain([long]) {
        let panel = read_panel(&app.app, &actor, range).await.unwrap();
        let totals = panel.totals;
        let mut cost = Decimal::ZERO;
        for group in StateGroup::ALL {
            let filter = PanelFilter { range: Some(range), groups: vec![group], ..PanelFilter::default() };
            let (counted, of_group) = list_all(&app, &actor, &filter, group, totals.of(group)).await;
            assert_eq!(counted, totals.of(group), "{group:?}");
            cost += of_group;
        }
        assert_eq!(cost, totals.sums.cost, "the list's costs are the spend");
        let buyers =
            PanelFilter { range: Some(range), writer: Some(Writer::Buyers), ..PanelFilter::default() };
        let page = list_panel(&app.app, &actor, &buyers, None, 1).await.unwrap();
        assert_eq!(page.all, Count::Exactly(totals.contacts), "what buyers wrote");
        for (cause, count) in &panel.causes {
            let filter = PanelFilter { range: Some(range), cause: Some(*cause), ..PanelFilter::default() };
            assert_eq!(
                list_all(&app, &actor, &filter, StateGroup::Failed, *count).await.0,
                *count,
                "{cause}"
            );
        }
        let by_day: i64 = panel.days.iter().map(|(_, counts)| counts.all()).sum();
        assert_eq!(by_day, totals.sums.messages);
        let before = read_panel(&app.app, &actor, range.before()).await.unwrap().totals;
        assert_eq!(panel.before.sums, before.sums);

        let query = format!("desde={}&hasta={}", range.from, range.to);
        let page = browser.get(&format!("/panel?{query}")).await.body;
        let in_table: i64 = page
            .split("data-label=\"Todos\"")
            .skip(1)
            .map(|cell| between(cell, ">", "<").replace(',', "").parse::<i64>().unwrap())
            .sum();
        assert_eq!(in_table, totals.sums.messages, "the chart's table");
        let lines = download(&browser, &format!("/panel/mensajes.csv?{query}")).await;
        let last = lines.last().unwrap();
        assert_eq!(&last[1], format!("{} mensajes", totals.sums.messages));
        assert_eq!((last[9].parse(), last[10].parse()), (Ok(totals.sums.parts), Ok(totals.sums.cost)));
        let by_api = list_by_api(&api, &format!("from={}&to={}", range.from, range.to)).await;
        assert_eq!(by_api, (totals.sums.messages, totals.sums.cost), "the API");
        let ledger: Decimal = sqlx::query_scalar(
            "select coalesce(sum(amount), 0) from ledger_entries l join messages m on m.id = l.message_id
             where m.dealer_id = (select id from dealers where slug = $1) and m.created_at >= $2",
        )
        .bind(DEALER)
        .bind(okla::domain::time::day_begins(range.from))
        .fetch_one(&app.pool)
        .await
        .unwrap();
        assert_eq!(ledger, totals.sums.cost, "the ledger");
    }
}

/// Pages through a list whose pill must say `said`: how many there are, and what they cost.
async fn list_all(
    app: &TestApp,
    actor: &Actor,
    filter: &PanelFilter,
    group: StateGroup,
    said: i64,
) -> (i64, Decimal) {
    let (mut counted, mut cost, mut after) = (0, Decimal::ZERO, None);
    loop {
        let page = list_panel(&app.app, actor, filter, after, 20).await.unwrap();
        assert!(page.groups.contains(&(group, Count::Exactly(said))), "{group:?}: {:?}", page.groups);
        counted += i64::try_from(page.messages.len()).unwrap();
        cost += page.messages.iter().map(|message| message.cost).sum::<Decimal>();
        after = page.next;
        if after.is_none() {
            return (counted, cost);
        }
    }
}

async fn list_by_api(api: &Api, query: &str) -> (i64, Decimal) {
    let (mut counted, mut cost, mut cursor) = (0, Decimal::ZERO, String::new());
    loop {
        let path = format!("/api/whatsapp/messages?limit=100&{query}&cursor={cursor}");
        let page = Reply::of(api.request(Method::GET, &path)).await.json;
        let messages = page["messages"].as_array().unwrap();
        counted += i64::try_from(messages.len()).unwrap();
        cost += messages
            .iter()
            .map(|message| message["cost"].to_string().parse::<Decimal>().unwrap())
            .sum::<Decimal>();
        let Some(next) = page["nextCursor"].as_str() else { return (counted, cost) };
        cursor = next.to_owned();
    }
}

macro_rules! all_agree_on {
    ($($name:ident = $seed:literal),+ $(,)?) => {$(
        #[sqlx::test]
        async fn $name(pool: PgPool) {
            all_agree(pool, $seed).await;
        }
    )+};
}

all_agree_on!(
    tiles_lists_csv_api_and_ledger_agree_on_history_1 = 1,
    tiles_lists_csv_api_and_ledger_agree_on_history_2 = 22,
    tiles_lists_csv_api_and_ledger_agree_on_history_3 = 333,
    tiles_lists_csv_api_and_ledger_agree_on_history_4 = 4_444,
    tiles_lists_csv_api_and_ledger_agree_on_history_5 = 55_555,
    tiles_lists_csv_api_and_ledger_agree_on_history_6 = 666_666,
);

#[sqlx::test]
async fn each_tile_leads_to_exactly_the_messages_it_counts(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 400, 8, 5).await;
    largest(&app).await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    let page = browser.get("/panel?rango=30d").await.body;
    let tile = between(&page, "class=\"tiles\"", "</a>");
    let said: usize = between(tile, "<strong>", "</strong>").replace(',', "").parse().unwrap();
    let mut href = between(tile, "href=\"", "\"").replace("&amp;", "&");
    let mut rows = 0;
    loop {
        let list = browser.get(&href).await.body;
        rows += list.matches("<td data-label=\"Hora\"").count();
        let Some((before, _)) = list.split_once("\">Siguientes</a>") else { break };
        href = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    }
    assert!(said > 20);
    assert_eq!(rows, said);
}

#[sqlx::test]
async fn message_at_midnight_of_santo_domingo_belongs_to_its_own_day(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    let actor = largest(&app).await;
    let dealer = app.token_of("panel@okla.test").await;
    let midnight = okla::domain::time::next_midnight(app.clock.now());
    app.clock.advance(midnight - TimeDelta::seconds(1) - app.clock.now());
    dealer.write_async(PLAIN, "A las 23:59:59").await;
    let before =
        read_panel(&app.app, &actor, Range::named(Choice::Today, day_in_santo_domingo(app.clock.now())))
            .await;
    assert_eq!(before.unwrap().totals.sums.messages, 1);
    app.clock.advance(TimeDelta::seconds(1));
    dealer.write_async(PLAIN, "A las 00:00:00").await;
    let after =
        read_panel(&app.app, &actor, Range::named(Choice::Today, day_in_santo_domingo(app.clock.now())))
            .await;
    let after = after.unwrap();
    assert_eq!((after.totals.sums.messages, after.before.sums.messages), (1, 1));
    assert_eq!(check_figures(&app.pool).await.unwrap(), []);
}

async fn download(browser: &Browser, path: &str) -> Vec<csv::StringRecord> {
    let file = browser.request(Method::GET, path).send().await.unwrap().bytes().await.unwrap();
    let text = file.strip_prefix(b"\xef\xbb\xbf").expect("a byte order mark, for Excel");
    csv::Reader::from_reader(text).records().collect::<Result<_, _>>().unwrap()
}

#[sqlx::test]
async fn statement_lists_every_entry_behind_a_months_cost(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 900, 70, 4).await;
    let actor = largest(&app).await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    let costs = read_costs(&app.app, &actor, None).await.unwrap();
    assert!(costs.months.len() >= 3);
    for (month, sums) in &costs.months {
        let lines = download(&browser, &format!("/panel/costos.csv?mes={}", month.format("%Y-%m"))).await;
        let (total, entries) = lines.split_last().unwrap();
        let amount = |line: &csv::StringRecord| line[5].parse::<Decimal>().unwrap();
        assert_eq!(entries.iter().map(amount).sum::<Decimal>(), sums.cost, "{month}");
        assert_eq!(amount(total), sums.cost);
        let charges = entries.iter().filter(|line| &line[2] == "Cobro").count();
        assert_eq!(i64::try_from(charges).unwrap(), sums.messages);

        let broken_down = read_costs(&app.app, &actor, Some(*month)).await.unwrap();
        let by_kind: Decimal = broken_down.kinds.iter().map(|(_, sums)| sums.cost).sum();
        let by_vehicle: Decimal = broken_down.vehicles.iter().map(|line| line.cost).sum();
        assert_eq!((by_kind, by_vehicle), (sums.cost, sums.cost), "{month}");
    }
}

#[sqlx::test]
async fn csv_is_the_list_with_the_same_filter_and_ends_with_its_totals(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 400, 8, 5).await;
    let actor = largest(&app).await;
    let dealer = app.token_of("panel@okla.test").await;
    dealer.write_async(PLAIN, "=HYPERLINK(\"https://x\")\nsegunda \"línea\"").await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    for states in ["", "&estado=fallidos"] {
        let lines = download(&browser, &format!("/panel/mensajes.csv?rango=30d{states}")).await;
        let (totals, messages) = lines.split_last().unwrap();

        let panel = read_panel(
            &app.app,
            &actor,
            Range::named(Choice::ThirtyDays, day_in_santo_domingo(app.clock.now())),
        );
        let panel = panel.await.unwrap().totals;
        let expected = if states.is_empty() { panel.sums.messages } else { panel.of(StateGroup::Failed) };
        assert_eq!(i64::try_from(messages.len()).unwrap(), expected);
        assert_eq!(&totals[1], format!("{expected} mensajes"));
        let cost: Decimal = messages.iter().map(|line| line[10].parse::<Decimal>().unwrap()).sum();
        assert_eq!(totals[10].parse::<Decimal>().unwrap(), cost);
        if states.is_empty() {
            assert_eq!(cost, panel.sums.cost);
            assert_eq!(
                &messages[0][6], "'=HYPERLINK(\"https://x\")\nsegunda \"línea\"",
                "it is text, not a formula"
            );
            assert_eq!(&messages[0][3], format!("'{PLAIN}"));
        } else {
            assert!(messages.iter().all(|line| ["Fallido", "No entregado", "Cancelado"].contains(&&line[7])));
        }
    }
}

#[sqlx::test]
async fn panel_is_its_dealers_alone(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 200, 5, 2).await;
    app.add_user("otro@okla.test", Role::Dealer, Some("cibao-motors")).await;
    app.add_user("comprador@ejemplo.do", Role::Buyer, None).await;
    app.add_user("jefe@ejemplo.do", Role::Admin, None).await;
    let paths = [
        "/panel",
        "/panel/eventos",
        "/panel/mensajes",
        "/panel/mensajes/eventos",
        "/panel/mensajes.csv",
        "/panel/costos",
        "/panel/costos.csv",
    ];
    for email in ["comprador@ejemplo.do", "jefe@ejemplo.do"] {
        let browser = app.browser();
        browser.sign_in(email, PASSWORD).await;
        for path in paths {
            assert_eq!(browser.get(path).await.status, 404, "{email} {path}");
        }
    }
    let nobody = app.browser();
    for path in paths {
        let status = nobody.get(path).await.status.as_u16();
        assert!([302, 303, 401].contains(&status), "{path}: {status}");
    }
    let other = app.browser();
    other.sign_in("otro@okla.test", PASSWORD).await;
    let theirs: Vec<String> = sqlx::query_scalar(
        "select id::text from messages where dealer_id = (select id from dealers where slug = $1) limit 3",
    )
    .bind(DEALER)
    .fetch_all(&app.pool)
    .await
    .unwrap();
    for id in theirs {
        let found = other.get(&format!("/panel/mensajes?q={id}")).await;
        assert!(found.status.is_success() && found.body.contains("Ninguno con estos filtros"), "{id}");
        assert_eq!(other.get(&format!("/panel/mensajes/{id}")).await.status, 404);
    }
}

#[sqlx::test]
async fn words_that_are_too_old_are_erased_and_every_figure_stays(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 600, 420, 6).await;
    let actor = largest(&app).await;
    let costs = read_costs(&app.app, &actor, None).await.unwrap().months;
    while tidy_up(&app.app).await.unwrap() == Step::Worked {}
    let (kept, erased): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where body <> ''), count(*) filter (where body = '') from messages",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    assert!(kept > 400 && erased > 10, "{kept} kept, {erased} erased");
    let left: i64 = sqlx::query_scalar(
        "select count(*) from messages m join message_parts p on p.message_id = m.id
         where m.created_at < $1 and (m.body <> '' or p.body <> '' or m.image_url is not null)",
    )
    .bind(app.clock.now() - TimeDelta::days(400))
    .fetch_one(&app.pool)
    .await
    .unwrap();
    assert_eq!(left, 0);
    assert_eq!(check_figures(&app.pool).await.unwrap(), []);
    assert_eq!(read_costs(&app.app, &actor, None).await.unwrap().months, costs);
}

#[sqlx::test]
async fn dates_of_no_age_of_ours_are_refused_in_words(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    largest(&app).await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    for path in [
        "/panel?desde=-262143-01-01&hasta=-262143-01-01",
        "/panel?desde=%2B262142-12-31",
        "/panel/mensajes?desde=%2B262142-12-31",
        "/panel/mensajes.csv?desde=%2B262142-12-31",
        "/panel/costos?mes=%2B262142-12",
        "/panel/costos.csv?mes=-4800-01",
        "/panel/fallidos?hasta=0001-01-01",
    ] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
}

#[sqlx::test]
async fn a_list_that_is_narrowed_has_no_news(pool: PgPool) {
    let app = start(pool).await;
    seed(&app, 200, 5, 2).await;
    largest(&app).await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    assert!(browser.get("/panel/mensajes").await.body.contains("/panel/mensajes/eventos?tras="));
    for narrowed in ["?estado=verificacion", "?orden=costo", "?q=nadie+escribe+esto"] {
        let page = browser.get(&format!("/panel/mensajes{narrowed}")).await.body;
        assert!(!page.contains("/panel/mensajes/eventos"), "{narrowed}");
    }
}
