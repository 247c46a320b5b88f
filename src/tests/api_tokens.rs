//! An operator's view of API tokens: what there is, when it was used, and its end.

use chrono::TimeDelta;
use okla::{
    app::tokens::{Token, list_tokens, revoke_token},
    domain::user::Role,
};
use sqlx::PgPool;

use crate::app::{PLAIN, TestApp};

const EMAIL: &str = "programa@ejemplo.do";

async fn only(app: &TestApp) -> Token {
    list_tokens(&app.tools(), EMAIL).await.unwrap().pop().unwrap()
}

/// Its use is noted beside the request, so a little later.
async fn used(app: &TestApp, after: impl Fn(&Token) -> bool) -> Token {
    for _ in 0..200 {
        let token = only(app).await;
        if after(&token) {
            return token;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the use was never noted: {:?}", only(app).await);
}

#[sqlx::test]
async fn last_use_is_kept_to_the_minute(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(EMAIL, Role::Admin, None).await;
    let program = app.token_of(EMAIL).await;
    assert_eq!(only(&app).await.last_used_at, None);
    program.status("x").await;
    let first = used(&app, |token| token.last_used_at.is_some()).await.last_used_at;
    app.advance(TimeDelta::seconds(50)).await;
    program.status("x").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(only(&app).await.last_used_at, first, "within the minute nothing is written");
    app.advance(TimeDelta::seconds(20)).await;
    program.status("x").await;
    used(&app, |token| token.last_used_at > first).await;
}

#[sqlx::test]
async fn revoked_token_opens_nothing_and_is_revoked_once(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(EMAIL, Role::Admin, None).await;
    let program = app.token_of(EMAIL).await;
    assert_eq!(program.write_async(PLAIN, "hola").await.status, 202);
    let id = only(&app).await.id;
    revoke_token(&app.tools(), id).await.unwrap();
    assert_eq!(program.write_async(PLAIN, "hola").await.status, 401);
    assert!(only(&app).await.revoked_at.is_some());
    assert!(revoke_token(&app.tools(), id).await.is_err());
    assert!(list_tokens(&app.tools(), "nadie@ejemplo.do").await.is_err());
}
