//! Our templates at Twilio: how each stands, making and submitting what is missing, and keeping what Twilio says.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio::time::{Instant, timeout};

use super::{
    deliver::Step,
    error::Result,
    gateway::{Gateway, GatewayError, ProviderTemplate},
    state::App,
};
use crate::{
    domain::template::{Approval, Definition, catalog},
    store::{self, templates::TemplateRow},
};

/// Between two questions that messages without a template give rise to.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// Whoever waits for a message waits no longer for that.
const LONGEST_ASK: Duration = Duration::from_secs(5);

/// One of ours beside what the account has.
pub struct Standing<'a> {
    pub definition: &'static Definition,
    /// The account's of that name and language; `None`: it has none.
    pub told: Option<&'a ProviderTemplate>,
}

impl<'a> Standing<'a> {
    /// All of ours. Of several of one name the one that got furthest with Meta.
    pub fn of_all(told: &'a [ProviderTemplate]) -> Vec<Self> {
        let is_ours = |definition: &Definition, one: &ProviderTemplate| {
            one.name == definition.name && one.language == definition.language
        };
        let rank = |one: &&ProviderTemplate| match Approval::parse(&one.status) {
            Approval::Approved => 2,
            Approval::Unsubmitted => 0,
            _ => 1,
        };
        let of = |definition: &'static Definition| Standing {
            definition,
            told: told.iter().filter(|one| is_ours(definition, one)).max_by_key(rank),
        };
        catalog().iter().map(of).collect()
    }

    /// Whether the account's says something else than ours: what would arrive is not what we show.
    pub fn differs(&self) -> bool {
        self.told.is_some_and(|told| told.body != self.definition.body)
    }

    /// `None`: the account has none with our text.
    pub fn approval(&self) -> Option<Approval> {
        self.told.filter(|_| !self.differs()).map(|told| Approval::parse(&told.status))
    }

    /// What a person reads.
    pub fn label(&self) -> &'static str {
        match self.approval() {
            Some(approval) => approval.label(),
            None if self.differs() => "Con otro texto en Twilio",
            None => "No está en Twilio",
        }
    }

    fn row(&self, now: DateTime<Utc>) -> Option<TemplateRow> {
        let (definition, told) = (self.definition, self.told.filter(|_| !self.differs())?);
        let category = told.category.as_deref().and_then(|word| word.to_ascii_lowercase().parse().ok());
        Some(TemplateRow {
            purpose: definition.purpose.to_string(),
            sid: told.sid.clone(),
            name: told.name.clone(),
            category: category.unwrap_or(definition.category).to_string(),
            status: told.status.clone(),
            rejection_reason: told.rejection_reason.clone().unwrap_or_default(),
            told_at: now,
        })
    }
}

/// Asks Twilio and keeps what it says.
///
/// # Errors
/// `GatewayError`: it could not be asked, and what was known stays; else a fault of the database.
pub async fn read_templates(
    gateway: &dyn Gateway,
    pool: &PgPool,
    now: DateTime<Utc>,
) -> Result<std::result::Result<Vec<ProviderTemplate>, GatewayError>> {
    let told = match gateway.templates().await {
        Ok(told) => told,
        Err(error) => return Ok(Err(error)),
    };
    let rows: Vec<TemplateRow> = Standing::of_all(&told).iter().filter_map(|one| one.row(now)).collect();
    let mut tx = store::connection::begin(pool).await?;
    store::templates::replace_templates(&mut tx, &rows).await?;
    tx.commit().await?;
    Ok(Ok(told))
}

/// Asks because a message could not go for want of its template: Meta may have approved it since. Not more often than every
/// [`ASK_AGAIN`]; `true`: what is known is fresh.
pub async fn ask_about_templates(app: &App) -> Result<bool> {
    let mut asked_at = app.templates_asked.lock().await;
    let now = Instant::now();
    if asked_at.is_some_and(|at| now - at < ASK_AGAIN) {
        return Ok(false);
    }
    *asked_at = Some(now);
    let Ok(done) = timeout(LONGEST_ASK, sync_templates(app)).await else {
        tracing::warn!("Twilio did not tell of our templates in time");
        return Ok(false);
    };
    done.map(|_| true)
}

/// The worker's step.
pub async fn sync_templates(app: &App) -> Result<Step> {
    if let Err(error) = read_templates(&*app.gateway, &app.pool, app.clock.now()).await? {
        tracing::warn!(%error, "Twilio could not be asked about our templates");
    }
    Ok(Step::Nothing)
}

/// What was done about a template, in words.
pub struct Done {
    pub name: &'static str,
    pub said: String,
    pub is_wrong: bool,
}

/// Makes at Twilio what is missing of ours and asks Meta to approve it. What is under way or approved is left alone; so is
/// what only a new name can mend.
pub async fn submit_templates(gateway: &dyn Gateway) -> std::result::Result<Vec<Done>, GatewayError> {
    let told = gateway.templates().await?;
    let mut done = Vec::new();
    for one in Standing::of_all(&told) {
        let (said, is_wrong) = match submit(gateway, &one).await {
            Ok(said) => (said.to_owned(), false),
            Err(why) => (why, true),
        };
        done.push(Done { name: &one.definition.name, said, is_wrong });
    }
    Ok(done)
}

async fn submit(gateway: &dyn Gateway, one: &Standing<'_>) -> std::result::Result<&'static str, String> {
    let definition = one.definition;
    let problems = definition.problems();
    if !problems.is_empty() {
        return Err(problems.join("; "));
    }
    let refused = |error: GatewayError| format!("Twilio no la tomó ({error})");
    let sid = match (one.told, one.approval()) {
        (Some(told), Some(Approval::Unsubmitted)) => told.sid.clone(),
        (Some(told), Some(Approval::Rejected)) => {
            let reason = told.rejection_reason.as_deref().unwrap_or("sin motivo");
            return Err(format!(
                "rechazada por Meta ({reason}); corrija su texto y dele otro nombre en templates.json"
            ));
        }
        (_, Some(Approval::Approved)) => return Ok("ya aprobada"),
        (_, Some(Approval::Pending)) => return Ok("ya en revisión"),
        (_, Some(approval)) => return Err(approval.label().to_lowercase()),
        (Some(_), None) => {
            return Err("en Twilio tiene otro texto; dele otro nombre en templates.json".to_owned());
        }
        (None, None) => gateway.create_template(&definition.content).await.map_err(refused)?,
    };
    gateway.submit_template(&sid, &definition.name, definition.category).await.map_err(refused)?;
    Ok("enviada a aprobación")
}
