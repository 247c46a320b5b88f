//! What a month of so many dealers and messages would cost, and what of it today's limits let through.

use leptos::prelude::*;
use rust_decimal::Decimal;

use super::PAGE;
use crate::{
    app::read_platform::Allowance,
    domain::{
        limits::Limit,
        money::{dollars, grouped, parse},
        plan::Plan,
        range::Range,
        rates::parse_price,
    },
    web::{
        flash::{Flash, Problem},
        parts::{ErrorSummary, Field},
    },
};

/// Each whole number's field: what it is called, what it begins with (the owner's sum), and its most.
const NUMBERS: [(&str, &str, i64, i64); 3] = [
    ("concesionarios", "Concesionarios", 1_000, 1_000_000),
    ("mensajes", "Mensajes al mes, en total", 500_000, 1_000_000_000),
    ("dias", "Días del mes", 30, 31),
];

/// What the address says; nothing until the form is sent.
pub struct Typed(Option<Vec<(&'static str, String)>>);

impl Typed {
    pub fn of(said: impl Fn(&str) -> Option<String>) -> Self {
        let fields = NUMBERS.map(|(field, ..)| field).into_iter().chain(["precio"]);
        let typed: Vec<_> = fields.filter_map(|field| Some((field, said(field)?))).collect();
        Self((!typed.is_empty()).then_some(typed))
    }

    /// What is in the form, and the plan that it makes or what is wrong with it.
    fn read(self, price: Decimal) -> (Flash, Option<Plan>) {
        let begins = NUMBERS.map(|(field, _, begin, _)| (field, grouped(begin.into())));
        let begins = begins.into_iter().chain([("precio", price.normalize().to_string())]);
        let typed = self.0.unwrap_or_default();
        let said = |field: &str| typed.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone());
        let values: Vec<_> = begins.map(|(field, begin)| (field, said(field).unwrap_or(begin))).collect();
        let value = |field: &str| values.iter().find(|(name, _)| *name == field).map_or("", |(_, text)| text);
        let mut problems = Vec::new();
        let numbers = NUMBERS.map(|(field, label, _, most)| {
            let number = parse(value(field)).filter(|(_, currency)| currency.is_none());
            let number = number
                .and_then(|(number, _)| number.fract().is_zero().then(|| i64::try_from(number).ok())?);
            let number = number.filter(|number| (1..=most).contains(number));
            if number.is_none() {
                let most = grouped(most.into());
                problems.push(problem(field, format!("{label}: escriba un número entero de 1 a {most}.")));
            }
            number
        });
        let price = parse_price(value("precio"));
        if let Err(error) = price {
            problems.push(problem("precio", error.to_string()));
        }
        let plan = match (numbers, price) {
            ([Some(dealers), Some(messages), Some(days)], Ok(price)) => {
                Some(Plan { dealers, messages, price, days })
            }
            _ => None,
        };
        let values: Vec<_> = values.iter().map(|(field, text)| (*field, text.as_str())).collect();
        (Flash::new(&values, problems), plan)
    }
}

fn problem(field: &str, message: String) -> Problem {
    Problem { field: field.to_owned(), message }
}

#[component]
pub fn Calculator<'a>(allowance: &'a Allowance, typed: Typed, range: Range) -> impl IntoView + use<> {
    let (form, plan) = typed.read(allowance.price);
    let fields = NUMBERS.map(|(field, label, ..)| {
        view! { <Field field=field label=label complete="off" value=form.value(field) problem=form.problem(field)/> }
    });
    let kept = range.to_pairs();
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let result = plan.map(|plan| {
        view! {
            <p class="sum"><strong>{sum(&plan)}</strong></p>
            <p>{allowed(&plan, allowance)}" "<a href="/admin/limites">"Ver los límites"</a></p>
        }
    });
    view! {
        <section class="panel stack" id="calculadora">
            <h2>"¿Cuánto costaría un mes?"</h2>
            <ErrorSummary problems=form.problems.clone()/>
            {result}
            <form method="get" action=format!("{PAGE}#calculadora") class="stack">
                {kept.collect_view()}
                <div class="columns">
                    {fields.into_iter().collect_view()}
                    <Field field="precio" label="US$ por mensaje" complete="off" value=form.value("precio") problem=form.problem("precio")/>
                </div>
                <p class="hint">"Empieza con la tarifa vigente de un contacto en la República Dominicana."</p>
                <button class="button second">"Calcular"</button>
            </form>
        </section>
    }
}

/// `1,000 concesionarios · 500,000 mensajes × US$ 0.015 = US$ 7,500.00 al mes (US$ 7.50 por concesionario)`.
fn sum(plan: &Plan) -> String {
    let each = plan.cost_per_dealer().map(|each| format!(" ({} por concesionario)", dollars(each)));
    format!(
        "{} · {} × {} = {} al mes{}",
        counted(plan.dealers, "concesionario", "concesionarios"),
        counted(plan.messages, "mensaje", "mensajes"),
        dollars(plan.price),
        dollars(plan.cost()),
        each.unwrap_or_default()
    )
}

/// `A 1,000 al día: 30,000 al mes, US$ 450.00.`
fn allowed(plan: &Plan, allowance: &Allowance) -> String {
    let Some(a_day) = allowance.a_day else {
        return "Hoy ningún límite de toda OKLA lo impide.".to_owned();
    };
    let (messages, cost) = plan.allowed(a_day);
    let name = match allowance.limit {
        Limit::PlatformDay => String::new(),
        other => format!(" (manda «{}»)", other.label()),
    };
    let said = format!(
        "Con los límites de hoy{name}, a {} al día: {} al mes, {}.",
        grouped(a_day.into()),
        grouped(messages.into()),
        dollars(cost)
    );
    if messages >= plan.messages {
        format!("{said} Alcanza.")
    } else {
        format!(
            "{said} Para {} harían falta {} al día.",
            grouped(plan.messages.into()),
            grouped(plan.needed_a_day().into())
        )
    }
}

fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number.into()), if number == 1 { one } else { many })
}
