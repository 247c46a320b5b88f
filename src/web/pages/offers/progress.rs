use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::{ADMINS, LIST, StateWord, cost};
use crate::{
    app::{
        actor::Actor,
        error::Result,
        offers::{Detail, Names, read_names},
    },
    domain::{
        ids::CampaignId,
        limits::Limit,
        money::grouped,
        offer::{Hold, Skip, State},
        time::{spoken, spoken_ahead},
    },
    web::{
        parts::{Icon, Notice, StatusPill, Tone, icons},
        request::Current,
    },
};

/// Those who are still to get it, in the address.
const PENDING: &str = "pendientes";

/// Whose names the address asks for.
pub struct Asked {
    reason: Option<String>,
    after: i32,
}

/// Some of those who wait (`None`) or were left out for that reason.
pub struct AskedNames {
    reason: Option<Skip>,
    names: Names,
}

impl Asked {
    pub fn of(query: &ParamsMap) -> Self {
        Self {
            reason: query.get("motivo"),
            after: query.get("despues").and_then(|place| place.parse().ok()).unwrap_or(0),
        }
    }

    /// A word that is no reason asks for nothing.
    pub async fn names(
        &self,
        current: &Current,
        actor: &Actor,
        id: CampaignId,
    ) -> Result<Option<AskedNames>> {
        let reason = match self.reason.as_deref().map(|word| (word, word.parse::<Skip>())) {
            Some((PENDING, _)) => None,
            Some((_, Ok(reason))) => Some(reason),
            _ => return Ok(None),
        };
        let names = read_names(&current.state, actor, id, reason, self.after).await?;
        Ok(Some(AskedNames { reason, names }))
    }
}

/// How far it is and what became of it; sent again whenever that changes.
#[component]
pub fn OfferProgress<'a>(detail: &'a Detail, now: DateTime<Utc>) -> impl IntoView + use<> {
    let counts = &detail.counts;
    let number = |count: i64| grouped(count.into());
    let reach = counts.sent + counts.pending;
    let list = if detail.for_admin { ADMINS } else { LIST };
    let page = format!("{list}/{}", detail.campaign.id);
    let outcomes: Vec<_> = detail
        .outcomes
        .iter()
        .map(|outcome| view! { <li><StatusPill status=outcome.status/>" "<strong>{number(outcome.messages)}</strong></li> })
        .collect();
    let answered: i64 = detail.outcomes.iter().map(|outcome| outcome.answered).sum();
    let left: i64 = detail.outcomes.iter().map(|outcome| outcome.left).sum();
    let waiting = waiting(detail, now);
    let pending = (counts.pending > 0).then(|| {
        let words = pending_words(detail);
        view! { <Reason page=page.clone() word=PENDING label=words count=counts.pending named=true/> }
    });
    let reasons: Vec<_> = counts
        .skipped
        .iter()
        .map(|(skip, count)| {
            view! { <Reason page=page.clone() word=skip.as_str() label=skip.label() count=*count named=skip.names_people()/> }
        })
        .collect();
    let without = counts.pending + counts.left_out();
    let total = detail.total();
    let orders = (!detail.for_admin).then(|| view! { <Orders detail=detail/> });
    view! {
        <div class="stack">
            <p><StateWord campaign=&detail.campaign now=now/></p>
            {waiting.map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> })}
            <p><strong>{format!("Enviadas: {} de {}", number(counts.sent), number(reach))}</strong></p>
            <progress max=reach.max(1) value=counts.sent aria-label="Avance de la oferta"></progress>
            <ul class="cluster">{outcomes}</ul>
            <dl class="facts">
                <div><dt>"Costo"</dt><dd>{cost(detail.cost())}</dd></div>
                <div><dt>"Respondieron"</dt><dd>{number(answered)}</dd></div>
                <div><dt>"De baja después"</dt><dd>{number(left)}</dd></div>
            </dl>
            {(without > 0).then(|| view! {
                <table class="table">
                    <caption>{lacking(total, without)}</caption>
                    <thead><tr><th scope="col">"Por qué"</th><th scope="col" class="num">"Personas"</th></tr></thead>
                    <tbody>{pending}{reasons}</tbody>
                </table>
            })}
            {orders}
        </div>
    }
}

/// `De 3 personas, 1 no la ha recibido`
fn lacking(total: i64, without: i64) -> String {
    let people = if total == 1 { "persona" } else { "personas" };
    let have = if without == 1 { "ha" } else { "han" };
    format!("De {} {people}, {} no la {have} recibido", grouped(total.into()), grouped(without.into()))
}

/// What may be done with it.
#[component]
fn Orders<'a>(detail: &'a Detail) -> impl IntoView + use<> {
    let id = detail.campaign.id.to_string();
    let runs = detail.campaign.state == State::Running;
    let (act, label, icon) = match detail.campaign.state {
        State::Running => ("pausar", "Pausar", icons::CLOCK),
        _ => ("seguir", "Seguir", icons::SEND),
    };
    (!detail.campaign.state.is_over()).then(|| {
        view! {
            <form method="post" action="/fn/oferta-orden" class="actions">
                <input type="hidden" name="id" value=id/>
                <button class="button second" name="accion" value=act><Icon path=icon/>{label}</button>
                <button class="button danger" name="accion" value="detener"><Icon path=icons::BAD/>"Detener del todo"</button>
            </form>
            {runs.then(|| view! { <p class="hint">"Puede cerrar esta página: la oferta continúa."</p> })}
        }
    })
}

#[component]
fn Reason(page: String, word: &'static str, label: &'static str, count: i64, named: bool) -> impl IntoView {
    let label = if named {
        view! { <a href=format!("{page}?motivo={word}#personas")>{label}</a> }.into_any()
    } else {
        label.into_any()
    };
    view! { <tr><td data-label="Por qué">{label}</td><td data-label="Personas" class="num">{grouped(count.into())}</td></tr> }
}

fn pending_words(detail: &Detail) -> &'static str {
    match detail.campaign.state {
        State::Paused(Hold::Budget) => "Esperan: se agotó el presupuesto del mes",
        State::Paused(_) => "Esperan: la oferta está en pausa",
        _ => "Por enviar",
    }
}

/// Why nothing leaves just now, and until when; or who ended it.
fn waiting(detail: &Detail, now: DateTime<Utc>) -> Option<String> {
    let campaign = &detail.campaign;
    let until = |at: DateTime<Utc>| spoken_ahead(at, now);
    match campaign.state {
        State::Paused(hold) => Some(if detail.for_admin { hold.told() } else { hold.sentence() }.to_owned()),
        State::Running => {
            if let Some(begins) = campaign.begins_at.filter(|begins| *begins > now) {
                return Some(format!("Empieza {}.", until(begins)));
            }
            match &detail.paused {
                Some(_) if detail.for_admin => {
                    return Some("Sus envíos están en pausa. La oferta espera y sigue sola.".to_owned());
                }
                Some(paused) => return Some(paused.waits()),
                None => {}
            }
            if let Some(opens) = detail.quiet_until {
                return Some(format!("A esta hora no salen ofertas. Sigue {}.", until(opens)));
            }
            let (limit, at) = campaign.waits.as_ref().filter(|(_, at)| *at > now)?;
            let limit = limit.parse::<Limit>();
            let whose = match limit {
                Ok(limit) if detail.for_admin => format!("Se llenó «{}»", limit.label()),
                Ok(limit) if limit.is_per_dealer() => "Se llenó uno de sus límites".to_owned(),
                _ => "OKLA alcanzó su límite".to_owned(),
            };
            Some(format!("{whose}. La oferta espera y sigue sola {}.", until(*at)))
        }
        State::Stopped => {
            let stopped = campaign.stopped.as_ref()?;
            let when = campaign.ended_at.map(|at| format!(", {}", spoken(at, now))).unwrap_or_default();
            Some(match &stopped.reason {
                Some(reason) if detail.for_admin => {
                    format!("La detuvo OKLA ({}){when}. Motivo: {reason}", stopped.by)
                }
                Some(reason) => format!("La detuvo OKLA{when}. Motivo: {reason}"),
                None => format!("La detuvo {}{when}.", stopped.by),
            })
        }
        State::Draft | State::Done => None,
    }
}

#[component]
pub fn NameList<'a>(page: &'a str, names: AskedNames) -> impl IntoView + use<> {
    let AskedNames { reason, names } = names;
    let title = reason.map_or("Por enviar", Skip::label);
    let word = reason.map_or(PENDING, Skip::as_str);
    let next = names.next.map(|place| format!("{page}?motivo={word}&despues={place}#personas"));
    let items = names.names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view();
    view! {
        <section class="panel stack" id="personas">
            <h2>{title}</h2>
            <ul class="bullets">{items}</ul>
            {next.map(|href| view! { <p><a class="button second" href=href>"Siguientes"</a></p> })}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_said_as_one() {
        assert_eq!(lacking(1, 1), "De 1 persona, 1 no la ha recibido");
        assert_eq!(lacking(2, 1), "De 2 personas, 1 no la ha recibido");
        assert_eq!(lacking(1_200, 3), "De 1,200 personas, 3 no la han recibido");
    }
}
