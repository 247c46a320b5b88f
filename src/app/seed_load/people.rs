//! Who writes in an invented history: each dealer's users, and buyers.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::{
        demo_data::Lot,
        error::{AppError, Result},
    },
    domain::{
        ids::{DealerId, UserId},
        user::Role,
    },
    store::{self, users::NewUser},
};

const FIRST_USER: u128 = 0x0190_0000_0000_7000_8000_0000_00aa_0001;
const FIRST_BUYER: u128 = 0x0190_0000_0000_7000_8000_0000_00bb_0001;
const USERS_OF_A_DEALER: u32 = 2;
const NAMES: [&str; 12] = [
    "Ana Peña",
    "José Núñez",
    "María Rosario",
    "Luis Batista",
    "Carmen Guzmán",
    "Rafael Féliz",
    "Yesenia Polanco",
    "Julio Marte",
    "Rosa Almánzar",
    "Pedro Tavárez",
    "Wendy Cabrera",
    "Héctor Muñoz",
];

pub struct People {
    /// By dealer, in the dealers' order.
    pub users: Vec<Vec<UserId>>,
    pub buyers: Vec<UserId>,
}

/// Adds the accounts `vendedor-<dealer>-<n>@okla.test` and `comprador-<n>@okla.test`, all of them with this password.
pub async fn add(
    conn: &mut PgConnection,
    lots: &[Lot],
    messages: u32,
    password_hash: &str,
    since: DateTime<Utc>,
) -> Result<People> {
    let mut people = People { users: Vec::with_capacity(lots.len()), buyers: Vec::new() };
    let mut adding = Adding { conn, password_hash, since };
    for (lot, number) in lots.iter().zip(0_u32..) {
        let mut users = Vec::new();
        for nth in 0..USERS_OF_A_DEALER {
            let id = FIRST_USER + u128::from(number * USERS_OF_A_DEALER + nth);
            let email = format!("vendedor-{number:03}-{}@okla.test", nth + 1);
            users.push(adding.add(id, &email, Some(lot.dealer.id), number + nth).await?);
        }
        people.users.push(users);
    }
    for number in 0..(messages / 200).clamp(20, 5_000) {
        let email = format!("comprador-{:04}@okla.test", number + 1);
        people.buyers.push(adding.add(FIRST_BUYER + u128::from(number), &email, None, number).await?);
    }
    Ok(people)
}

struct Adding<'a> {
    conn: &'a mut PgConnection,
    password_hash: &'a str,
    since: DateTime<Utc>,
}

impl Adding<'_> {
    async fn add(&mut self, id: u128, email: &str, dealer: Option<DealerId>, number: u32) -> Result<UserId> {
        let id = UserId(Uuid::from_u128(id));
        let role = if dealer.is_some() { Role::Dealer } else { Role::Buyer };
        let name = NAMES.iter().cycle().nth(usize::try_from(number % 12).unwrap_or_default());
        let phone = dealer.is_none().then(|| format!("+1829{}", 6_000_000 + number * 100 + 34));
        let new = NewUser {
            id,
            email,
            name: name.copied().unwrap_or_default(),
            phone: phone.as_deref(),
            phone_proved_at: phone.is_some().then_some(self.since),
            password_hash: self.password_hash,
            role: role.as_str(),
            dealer_id: dealer,
            demo: true,
            created_at: self.since,
        };
        if store::users::insert_user(self.conn, &new).await? {
            Ok(id)
        } else {
            let problem =
                "Ya hay un historial de prueba cargado. Para otro, empiece con una base de datos nueva.";
            Err(AppError::invalid("messages", "loaded", problem))
        }
    }
}
