//! A dealer's list, searched by words.

use okla::{
    app::{deliver::Step, index_words::index_words},
    domain::user::Role,
};
use sqlx::PgPool;

use crate::app::{DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

#[sqlx::test]
async fn words_of_very_many_messages_are_counted_no_further_than_a_thousand(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("panel@okla.test", Role::Dealer, Some(DEALER)).await;
    let dealer = app.token_of("panel@okla.test").await;
    dealer.write_async(PLAIN, "Le espero para la prueba de manejo.").await;
    dealer.write_async("+18095550188", "Otra cosa").await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    // With words that more than two thousand hold, the list is walked instead.
    for (more, said) in [(0, "1"), (999, "1,000"), (1, "1,000+"), (1_500, "1,000+")] {
        app.repeat_message(PLAIN, more).await;
        for is_indexed in [false, true] {
            while is_indexed && index_words(&app.app).await.unwrap() == Step::Worked {}
            for query in ["q=prueba+de+manejo", "q=prueba+de+manejo&rango=hoy", "q=manejo&estado=cola"] {
                let page = browser.get(&format!("/panel/mensajes?{query}")).await.body;
                assert!(
                    page.contains(&format!("Todos<!> <span>{said}</span>")),
                    "{query}, {more} more: {page}"
                );
                let rows = page.matches("Le espero para la prueba de manejo.").count();
                assert_eq!(rows, if more == 0 { 1 } else { 50 }, "{query}, {more} more");
                assert!(!page.contains("Otra cosa"));
            }
        }
    }
}
