use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{
    icons::{self, Icon},
    notice::{Empty, Notice, Tone},
    status::Ticks,
};
use crate::{
    app::read_handset::{Handsets, Line, Telephone, Writer},
    domain::{
        message::Status,
        phone::Phone,
        time::{clock_in_santo_domingo, day_in_santo_domingo, full_stamp, spoken_day},
    },
};

/// Where a number's telephone is shown.
pub fn handset_path(number: &Phone) -> String {
    format!("{}#telefono", handset_again(number))
}

/// The same to be loaded anew: a link to a place within the page that is open loads nothing.
pub fn handset_again(number: &Phone) -> String {
    format!("/demo/telefono?numero={}", number_in_query(number))
}

/// The same, with one of its messages about to be answered.
pub fn answering_path(number: &Phone, sid: &str) -> String {
    let sid: String = sid.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("/demo/telefono?numero={}&responde={sid}#telefono", number_in_query(number))
}

/// In a query a bare `+` would be a space.
pub fn number_in_query(number: &Phone) -> String {
    number.as_str().replace('+', "%2B")
}

/// The numbers with messages, and what did not arrive at the shown one; of all that `None` says why not.
#[component]
pub fn Telephones<'a>(
    handsets: Option<Handsets>,
    shown: Option<&'a Phone>,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let Some(handsets) = handsets else {
        return view! {
            <Notice tone=Tone::Bad>
                <h2>"El simulador no responde"</h2>
                <p>"No se ve lo que llegó a los teléfonos. Esta página lo vuelve a intentar sola; si no cambia, pulse «Actualizar»."</p>
            </Notice>
        }
        .into_any();
    };
    if handsets.0.is_empty() {
        return view! {
            <Empty title="Todavía no ha llegado ningún mensaje">
                <p>"Escriba al vendedor desde la página de un vehículo y véalo llegar aquí."</p>
                <p><a class="button" href="/">"Ver los vehículos"</a></p>
            </Empty>
        }
        .into_any();
    }
    let missing = shown.map(|number| handsets.find(number));
    view! {
        <ul class="contacts">
            {handsets
                .0
                .into_iter()
                .map(|telephone| {
                    let current = shown == Some(&telephone.number);
                    view! { <li><Row telephone=telephone current=current now=now/></li> }
                })
                .collect_view()}
        </ul>
        {missing.map(|telephone| view! { <Missing telephone=telephone/> })}
    }
    .into_any()
}

#[component]
fn Row(telephone: Telephone, current: bool, now: DateTime<Utc>) -> impl IntoView {
    let number = telephone.number.national();
    let (initials, title) = match &telephone.name {
        Some(name) => (initials(name), name.clone()),
        None => (None, number.clone()),
    };
    let last = telephone.lines.last();
    let said = last.map_or_else(|| "Nada ha llegado a este número".to_owned(), preview);
    let unread = telephone.unread;
    view! {
        <a href=handset_path(&telephone.number) aria-current=current.then_some("page")>
            <span class="initials" aria-hidden="true">
                {match initials {
                    Some(initials) => initials.into_any(),
                    None => view! { <Icon path=icons::USER/> }.into_any(),
                }}
            </span>
            <span>
                <strong>{title}</strong>
                {telephone.name.is_some().then(|| view! { <span class="number">{number}</span> })}
                <span class="last">{said}</span>
            </span>
            <span class="when">
                {last.map(|line| view! { <time datetime=line.at.to_rfc3339() title=full_stamp(line.at)>{when(line.at, now)}</time> })}
                {(unread > 0).then(|| view! { <span class="count">{unread}<span class="unseen">" sin leer"</span></span> })}
            </span>
        </a>
    }
}

/// As the list of an inbox says it: the clock today, else the day.
fn when(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if day_in_santo_domingo(at) == day_in_santo_domingo(now) {
        clock_in_santo_domingo(at)
    } else {
        spoken_day(at, now)
    }
}

/// The first letters of a name's first two words.
fn initials(name: &str) -> Option<String> {
    let letters: String = name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    (!letters.is_empty()).then(|| letters.to_uppercase())
}

/// A line of the list: one can tell who wrote it and that there was a picture.
fn preview(line: &Line) -> String {
    let who = match line.by {
        Writer::Okla => "",
        Writer::Holder { .. } => "Usted: ",
    };
    let picture = if line.image_url.is_some() { "Archivo · " } else { "" };
    let start: String = line.body.chars().take(80).collect();
    format!("{who}{picture}{start}")
}

/// What a look at the telephone cannot show.
#[component]
fn Missing(telephone: Telephone) -> impl IntoView {
    let on_its_way = match telephone.on_its_way {
        0 => None,
        1 => Some("1 mensaje va en camino a este número.".to_owned()),
        many => Some(format!("{many} mensajes van en camino a este número.")),
    };
    let mut codes: Vec<i32> = telephone.lost.iter().flatten().copied().collect();
    codes.sort_unstable();
    codes.dedup();
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let reason = match &codes[..] {
        [] => String::new(),
        [code] => format!(" (código {code})"),
        many => format!(" (códigos {})", many.join(", ")),
    };
    let lost = match telephone.lost.len() {
        0 => None,
        1 => Some(format!("1 mensaje a este número nunca llegó{reason}.")),
        many => Some(format!("{many} mensajes a este número nunca llegaron{reason}.")),
    };
    view! {
        {on_its_way.map(|words| view! { <p class="aside"><Icon path=icons::CLOCK/>{words}</p> })}
        {lost.map(|words| view! { <p class="aside bad"><Icon path=icons::BAD/>{words}</p> })}
    }
}

/// What is on the telephone, by day; `None` while the simulator does not answer.
#[component]
pub fn Conversation(telephone: Option<Telephone>, now: DateTime<Utc>) -> impl IntoView {
    let Some(telephone) = telephone else {
        return view! { <p class="day">"Sin conexión con el simulador"</p> }.into_any();
    };
    let number = telephone.number;
    let mut before: Option<(String, bool)> = None;
    let lines = telephone.lines.into_iter().map(|line| {
        let this = (spoken_day(line.at, now), line.by == Writer::Okla);
        let new_day = before.as_ref().is_none_or(|(day, _)| *day != this.0);
        let next = !new_day && before.as_ref().is_some_and(|(_, okla)| *okla == this.1);
        let day = new_day.then(|| this.0.clone());
        before = Some(this);
        view! {
            {day.map(|day| view! { <p class="day">{day}</p> })}
            <Balloon line=line next=next number=&number/>
        }
    });
    let lines = lines.collect_view();
    view! {
        <p class="system">"Teléfono simulado: aquí está lo que llegó a este número. Nada salió a WhatsApp."</p>
        {lines}
    }
    .into_any()
}

/// A message as its reader sees it; `next`: the same person goes on. A picture is a link: none is ever loaded.
#[component]
fn Balloon<'a>(line: Line, next: bool, number: &'a Phone) -> impl IntoView + use<> {
    let sid = line.sid.clone().unwrap_or_default();
    let quote = line.sid.as_ref().map(|sid| {
        let href = answering_path(number, sid);
        view! { <a href=href>"Responder"<span class="unseen">" a este mensaje"</span></a> }
    });
    let buttons: Vec<_> = line
        .buttons
        .iter()
        .map(|button| {
            view! {
                <form method="post" action="/fn/telefono" class="bubble-button">
                    <input type="hidden" name="number" value=number.as_str().to_owned()/>
                    <input type="hidden" name="responde" value=sid.clone()/>
                    <input type="hidden" name="text" value=button.title.clone()/>
                    <button name="boton" value=button.id.clone()>{button.title.clone()}</button>
                </form>
            }
        })
        .collect();
    let (side, who, status) = match line.by {
        Writer::Okla => ("bubble", "OKLA: ", None),
        Writer::Holder { taken: true } => ("bubble out", "Usted: ", Some(Status::Delivered)),
        Writer::Holder { taken: false } => ("bubble out", "Usted: ", Some(Status::Sent)),
    };
    let class = if next { format!("{side} next") } else { side.to_owned() };
    view! {
        <div class=class>
            <span class="unseen">{who}</span>
            {line.image_url.map(|url| view! {
                <a class="media" href=url rel="noopener noreferrer nofollow" target="_blank">
                    <Icon path=icons::PICTURE/>"Archivo (se abre aparte)"
                </a>
            })}
            <p>{line.body}</p>
            <span class="stamp">
                {quote}
                <time datetime=line.at.to_rfc3339() title=full_stamp(line.at)>{clock_in_santo_domingo(line.at)}</time>
                {status.map(|status| view! { <Ticks status=status/> })}
            </span>
        </div>
        {buttons}
    }
}
