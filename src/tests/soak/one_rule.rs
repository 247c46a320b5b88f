//! What an admin tells one server, every other obeys with the very next message.

use std::net::{IpAddr, Ipv4Addr};

use futures::future::join_all;
use okla::app::clock::{Clock, SystemClock};
use sqlx::PgPool;

use super::{fleet::Fleet, scale::scaled};
use crate::{
    admin::{id_of, version_of},
    app::{Browser, PASSWORD, PLAIN},
    binary::process::Environment,
    second_factor::enrol_at,
};

const SERVERS: usize = 3;

#[sqlx::test]
async fn a_limit_and_a_pause_hold_on_the_next_send_at_every_other_server(pool: PgPool) {
    let fleet = Fleet::over(pool, SERVERS).await;
    let running = join_all(fleet.environments.iter().map(Environment::serve)).await;
    let mut admins = Vec::new();
    for (number, server) in fleet.environments.iter().enumerate() {
        let email = format!("admin{number}@ejemplo.do");
        fleet.add_admin(&email).await;
        let admin = Browser::new(server.url(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        admin.sign_in(&email, PASSWORD).await;
        enrol_at(&admin, SystemClock.now()).await;
        admins.push(admin);
    }
    for round in 0..scaled(4, 60) {
        let here = round % SERVERS;
        let there = [(here + 1) % SERVERS, (here + 2) % SERVERS];
        set(&admins[here], "0").await;
        for server in there {
            assert_eq!(
                fleet.api(server).write_async(PLAIN, "Hola").await.code(),
                "daily_limit",
                "round {round}"
            );
        }
        set(&admins[there[0]], "1000000").await;
        for server in [here, there[1]] {
            assert_eq!(
                fleet.api(server).write_async(&to(round, server), "Hola").await.status,
                202,
                "round {round}"
            );
        }
        admins[here].post_form("/fn/admin/pausar", &[("palabra", "PAUSAR"), ("motivo", "prueba")]).await;
        for server in there {
            assert_eq!(fleet.api(server).write_async(PLAIN, "Hola").await.code(), "paused", "round {round}");
        }
        let id = id_of(&admins[there[1]].get("/admin/limites").await.body);
        admins[there[1]].post_form("/fn/admin/reanudar", &[("id", &id)]).await;
        for server in [here, there[0]] {
            assert_eq!(
                fleet.api(server).write_async(&to(round, server), "Hola").await.status,
                202,
                "round {round}"
            );
        }
    }
    drop(running);
    println!("{} rounds at {SERVERS} servers", scaled(4, 60));
}

/// A number that no other limit knows yet.
fn to(round: usize, server: usize) -> String {
    format!("+1809{round:04}{server}21")
}

async fn set(admin: &Browser, value: &str) {
    let page =
        admin.get("/admin/limites/cambiar?limite=platform_day&probar=si&regla=sin&motivo=x").await.body;
    let version = version_of(&page);
    let fields = [
        ("limite", "platform_day"),
        ("regla", "valor"),
        ("valor", value),
        ("motivo", "prueba"),
        ("version", &version),
    ];
    assert_eq!(admin.post_form("/fn/admin/limite", &fields).await.location, "/admin/limites");
}
