//! «Me interesa»: pressed on a vehicle, told to its dealer in bundles.

use chrono::TimeDelta;
use okla::{app::clock::Clock as _, app::demo_data::seed_catalogue, domain::user::Role};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp};

struct Stage {
    app: TestApp,
    vehicle: String,
}

async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    let vehicle = app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.phone = $1 limit 1", DEALER_PHONE)
        .await;
    Stage { app, vehicle }
}

impl Stage {
    async fn buyer(&self, name: &str) -> Browser {
        let email = format!("{name}@ejemplo.do");
        self.app.add_user(&email, Role::Buyer, None).await;
        let browser = self.app.browser();
        browser.sign_in(&email, PASSWORD).await;
        browser
    }

    async fn presses(&self, browser: &Browser) {
        let page = format!("/vehiculos/{}", self.vehicle);
        assert_eq!(browser.post_form("/fn/me-interesa", &[("vehicle", &self.vehicle)]).await.location, page);
        self.app.work().await;
        self.app.advance(TimeDelta::seconds(1)).await;
    }

    async fn notices(&self) -> Vec<String> {
        let arrived = self.app.sim_messages(DEALER_PHONE).await;
        arrived.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }
}

#[sqlx::test]
async fn the_dealer_is_told_at_once_and_then_of_all_others_together_a_quarter_of_an_hour_later(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("ana").await;
    stage.presses(&ana).await;
    assert_eq!(stage.notices().await.len(), 1);
    assert!(
        stage.notices().await[0].contains("una persona se interesó en OKLA por "),
        "{:?}",
        stage.notices().await
    );
    assert!(stage.notices().await[0].contains("/panel/intereses"));
    stage.presses(&ana).await;
    for name in ["luis", "eva", "juan"] {
        stage.presses(&stage.buyer(name).await).await;
    }
    stage.app.advance(TimeDelta::minutes(14)).await;
    stage.app.work().await;
    assert_eq!(stage.notices().await.len(), 1, "not twice within a quarter of an hour");
    stage.app.advance(TimeDelta::minutes(1)).await;
    stage.app.work().await;
    assert_eq!(stage.notices().await.len(), 2);
    assert!(stage.notices().await[1].contains("3 personas se interesaron"), "{:?}", stage.notices().await);
    stage.app.advance(TimeDelta::hours(2)).await;
    stage.app.work().await;
    assert_eq!(stage.notices().await.len(), 2, "nobody new");
}

#[sqlx::test]
async fn whoever_presses_while_the_notice_is_written_is_in_the_next(pool: PgPool) {
    let stage = start(pool).await;
    stage.buyer("luis").await;
    // By the clock of another server, which is a second ahead.
    sqlx::query(
        "insert into interests (vehicle_id, user_id, dealer_id, created_at)
         select v.id, u.id, v.dealer_id, $2 from vehicles v, users u where v.id = $1::uuid and u.email = 'luis@ejemplo.do'",
    )
    .bind(&stage.vehicle)
    .bind(stage.app.clock.now() + TimeDelta::seconds(1))
    .execute(&stage.app.pool)
    .await
    .unwrap();
    stage.presses(&stage.buyer("ana").await).await;
    assert!(stage.notices().await[0].contains("una persona"), "{:?}", stage.notices().await);
    stage.app.advance(TimeDelta::minutes(15)).await;
    stage.app.work().await;
    assert_eq!(stage.notices().await.len(), 2, "Luis is told of as well");
}

#[sqlx::test]
async fn it_counts_on_the_dealers_account_and_waits_while_his_limit_is_reached(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.set_limit(okla::domain::limits::Limit::DealerHour, Some(0)).await;
    stage.presses(&stage.buyer("ana").await).await;
    assert_eq!(stage.notices().await.len(), 0);
    stage.app.set_limit(okla::domain::limits::Limit::DealerHour, Some(5)).await;
    stage.app.advance(TimeDelta::minutes(6)).await;
    stage.app.work().await;
    assert_eq!(stage.notices().await.len(), 1);
    let charged: bool = stage
        .app
        .value("select exists (select from messages m join dealers d on d.id = m.dealer_id where d.slug = $1 and m.kind = 'new_interest' and m.cost > 0)", DEALER)
        .await;
    assert!(charged);
}

#[sqlx::test]
async fn the_page_says_that_it_was_told_and_the_dealer_sees_who_it_was(pool: PgPool) {
    let stage = start(pool).await;
    let page = format!("/vehiculos/{}", stage.vehicle);
    assert!(stage.app.browser().get(&page).await.body.contains("Me interesa</button>"));
    let ana = stage.buyer("ana").await;
    stage.presses(&ana).await;
    let shown = ana.get(&page).await.body;
    assert!(
        shown.contains("El vendedor ve que le interesa") && !shown.contains("Me interesa</button>"),
        "{shown}"
    );
    stage.app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let dealer = stage.app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let list = dealer.get("/panel/intereses").await.body;
    assert!(list.contains("ana") && list.contains(&stage.vehicle), "{list}");
    assert!(!dealer.get(&page).await.body.contains("Me interesa</button>"), "a dealer has nothing to press");
    dealer.post_form("/fn/me-interesa", &[("vehicle", &stage.vehicle)]).await;
    assert_eq!(stage.app.count("interests").await, 1);
}

#[sqlx::test]
async fn an_opted_out_dealer_is_told_nothing(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.sim.receive(&[("From", DEALER_PHONE), ("Body", "BAJA")]).await;
    stage.app.work().await;
    let before = stage.notices().await.len();
    stage.presses(&stage.buyer("ana").await).await;
    assert_eq!(stage.notices().await.len(), before);
    let outcome: String =
        stage.app.value("select outcome from reminders where errand = $1", "new_interest").await;
    assert_eq!(outcome, "opted_out");
}
