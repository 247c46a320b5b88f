//! Listings that end: told a week and a day before and when it has happened, each once; renewed by button or page.

use chrono::{Days, NaiveDate, TimeDelta};
use okla::{
    app::clock::Clock as _,
    domain::{
        time::{day_in_santo_domingo, spoken_date},
        user::Role,
    },
};
use sqlx::PgPool;

use crate::{
    app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp},
    stock::with,
};

struct Stage {
    app: TestApp,
    dealer: Browser,
}

/// Early in the morning, so that the day's notices are still to come.
async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    app.advance_to(1, 6).await;
    let dealer = app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    Stage { app, dealer }
}

impl Stage {
    fn day(&self, from_today: u64) -> NaiveDate {
        day_in_santo_domingo(self.app.clock.now()) + Days::new(from_today)
    }

    async fn listing(&self, last_day: NaiveDate) -> String {
        self.dealer.post_form("/fn/vehiculo", &with(&[("vence", &last_day.to_string())])).await;
        self.app.value("select id::text from vehicles where reference = $1", "A-001").await
    }

    async fn notices(&self) -> Vec<String> {
        self.app.work().await;
        let arrived = self.app.sim_messages(DEALER_PHONE).await;
        arrived.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }

    async fn last_day(&self) -> NaiveDate {
        self.app.value("select expires_on from vehicles where reference = $1", "A-001").await
    }
}

#[sqlx::test]
async fn its_dealer_is_told_three_times_by_day_and_never_twice_of_the_same(pool: PgPool) {
    let stage = start(pool).await;
    let last_day = stage.day(8);
    let date = spoken_date(last_day);
    stage.listing(last_day).await;
    assert_eq!(stage.notices().await.len(), 0);
    stage.app.advance_to(1, 7).await;
    assert_eq!(stage.notices().await.len(), 0, "not before eight");
    stage.app.advance_to(0, 8).await;
    let told = stage.notices().await;
    assert!(told.len() == 1 && told[0].contains(&format!("vence en 7 días, el {date}")), "{told:?}");
    for hour in [10, 15] {
        stage.app.advance_to(0, hour).await;
        assert_eq!(stage.notices().await.len(), 1);
    }
    stage.app.advance_to(6, 10).await;
    let told = stage.notices().await;
    assert!(told.len() == 2 && told[1].contains(&format!("vence mañana, {date}")), "{told:?}");
    stage.app.advance_to(2, 10).await;
    let told = stage.notices().await;
    assert!(told.len() == 3 && told[2].contains(&format!("venció ayer, {date}")), "{told:?}");
    stage.app.advance(TimeDelta::days(20)).await;
    assert_eq!(stage.notices().await.len(), 3);
}

#[sqlx::test]
async fn what_could_not_be_told_in_time_is_told_late_or_not_at_all(pool: PgPool) {
    let stage = start(pool).await;
    let last_day = stage.day(8);
    let page = format!("/panel/vehiculos/{}/renovar", stage.listing(last_day).await);
    // Every server was off for four days.
    stage.app.advance_to(4, 12).await;
    let told = stage.notices().await;
    assert!(told.len() == 1 && told[0].contains("vence en 4 días"), "{told:?}");
    // A limit holds the next back until it is of no use; then the one after it speaks.
    stage.app.set_limit(okla::domain::limits::Limit::DealerHour, Some(0)).await;
    stage.app.advance_to(3, 12).await;
    assert_eq!(stage.notices().await.len(), 1);
    stage.dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let shown = stage.dealer.get(&page).await.body;
    let why = "sale por WhatsApp: sus mensajes llegaron al límite por hora. OKLA sigue intentándolo.";
    assert!(shown.contains(&format!("El aviso de que vence para usted todavía no {why}")), "{shown}");
    stage.app.advance_to(2, 7).await;
    assert_eq!(stage.notices().await.len(), 1);
    let shown = stage.dealer.get(&page).await.body;
    assert!(
        shown.contains("El aviso de que vence para usted no salió por WhatsApp: sus mensajes"),
        "{shown}"
    );
    stage.app.set_limit(okla::domain::limits::Limit::DealerHour, None).await;
    stage.app.advance_to(0, 10).await;
    let told = stage.notices().await;
    assert!(told.len() == 2 && told[1].contains("venció ayer"), "{told:?}");
    let late: i64 = stage
        .app
        .value("select count(*) from reminders where outcome = $1 and refused_with = 'hourly_limit'", "late")
        .await;
    assert_eq!(late, 1, "and a note says so");
}

#[sqlx::test]
async fn by_night_nothing_rings(pool: PgPool) {
    let stage = start(pool).await;
    stage.listing(stage.day(8)).await;
    stage.app.advance_to(1, 21).await;
    assert_eq!(stage.notices().await.len(), 0);
    stage.app.advance_to(1, 8).await;
    let told = stage.notices().await;
    assert!(told.len() == 1 && told[0].contains("en 6 días"), "{told:?}");
}

#[sqlx::test]
async fn renewed_by_the_button_it_stays_on_show_and_says_so_once(pool: PgPool) {
    let stage = start(pool).await;
    stage.listing(stage.day(7)).await;
    stage.app.advance_to(0, 9).await;
    stage.notices().await;
    let sid = stage.app.sim_messages(DEALER_PHONE).await[0]["sid"].as_str().unwrap().to_owned();
    let until = stage.day(37);
    let pressed = [
        ("From", DEALER_PHONE),
        ("Body", "Renovar"),
        ("ButtonText", "Renovar"),
        ("ButtonPayload", "publicacion-renovar"),
        ("OriginalRepliedMessageSid", &*sid),
    ];
    for _ in 0..2 {
        stage.app.sim.receive(&pressed).await;
        let told = stage.notices().await;
        assert!(
            told.last().unwrap().contains(&format!("sigue a la vista hasta el {}", spoken_date(until))),
            "{told:?}"
        );
        assert_eq!(stage.last_day().await, until);
    }
    let not_his = [
        ("From", "+18095559999"),
        ("ButtonPayload", "publicacion-renovar"),
        ("OriginalRepliedMessageSid", &*sid),
    ];
    stage.app.sim.receive(&not_his).await;
    stage.app.work().await;
    assert_eq!(stage.last_day().await, until);
    assert_eq!(stage.app.sim_messages("+18095559999").await.len(), 0);
    let before = stage.notices().await.len();
    stage.app.advance(TimeDelta::days(8)).await;
    assert_eq!(stage.notices().await.len(), before, "of the old last day nothing is said any more");
}

#[sqlx::test]
async fn the_link_only_shows_and_its_form_renews_once(pool: PgPool) {
    let stage = start(pool).await;
    let vehicle = stage.listing(stage.day(3)).await;
    let page = format!("/panel/vehiculos/{vehicle}/renovar");
    let (before, until) = (stage.day(3), stage.day(33));
    let shown = stage.dealer.get(&page).await.body;
    assert!(shown.contains(&spoken_date(before)) && shown.contains(&spoken_date(until)), "{shown}");
    assert_eq!(stage.last_day().await, before, "looking renews nothing");
    for _ in 0..2 {
        let fields = [("id", vehicle.as_str()), ("last_day", &before.to_string())];
        assert_eq!(stage.dealer.post_form("/fn/renovar", &fields).await.location, page);
        assert!(stage.dealer.get(&page).await.body.contains(&format!("hasta el {}", spoken_date(until))));
        assert_eq!(stage.last_day().await, until);
    }
}

#[sqlx::test]
async fn renewed_while_paused_it_is_said_to_be_paused(pool: PgPool) {
    let stage = start(pool).await;
    let vehicle = stage.listing(stage.day(7)).await;
    stage.app.advance_to(0, 9).await;
    stage.notices().await;
    let sid = stage.app.sim_messages(DEALER_PHONE).await[0]["sid"].as_str().unwrap().to_owned();
    stage.dealer.post_form("/fn/vehiculo-pausa", &[("id", &*vehicle), ("pausar", "si")]).await;
    let (before, until) = (stage.day(7), stage.day(37));
    let pressed = [
        ("From", DEALER_PHONE),
        ("Body", "Renovar"),
        ("ButtonPayload", "publicacion-renovar"),
        ("OriginalRepliedMessageSid", &*sid),
    ];
    stage.app.sim.receive(&pressed).await;
    let told = stage.notices().await.pop().unwrap();
    assert!(
        told.contains(&format!("hasta el {}, pero está en pausa", spoken_date(until)))
            && told.contains(&format!("{}/panel/vehiculos", stage.app.url)),
        "{told}"
    );
    assert!(!told.contains("sigue a la vista"), "{told}");
    assert_eq!(stage.last_day().await, until);

    let page = format!("/panel/vehiculos/{vehicle}/renovar");
    let fields = [("id", vehicle.as_str()), ("last_day", &before.to_string())];
    stage.dealer.post_form("/fn/renovar", &fields).await;
    let shown = stage.dealer.get(&page).await.body;
    assert!(shown.contains(&format!("Renovada hasta el {}, pero en pausa", spoken_date(until))), "{shown}");
    assert!(!shown.contains("a la vista") && !shown.contains("Se ve hasta"), "{shown}");
}
