//! `/api/docs`: the API for people, drawn from the same document that programs read.

use leptos::prelude::*;
use serde_json::Value;

use self::words::{Field, fields, resolve, type_words};
use super::failed;
use crate::{
    app::error::AppError,
    web::{api::document, parts::PageTitle, state::AppState},
};

mod words;

#[component]
pub fn ApiDocsPage() -> impl IntoView {
    let public_url = AppState::of_request().map(|state| state.config.public_url.to_string());
    let document = serde_json::to_value(document());
    match (public_url, document) {
        (Ok(url), Ok(document)) => view! { <Document document=document url=url/> }.into_any(),
        (Err(error), _) => failed(&error),
        (_, Err(error)) => failed(&AppError::Fault(format!("the API's document: {error}"))),
    }
}

#[component]
fn Document(document: Value, url: String) -> impl IntoView {
    let url = url.trim_end_matches('/').to_owned();
    let items = document["paths"].as_object().into_iter().flatten();
    let mut operations: Vec<Operation> = items
        .flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |told| (path, told)))
        .map(|(path, (method, told))| Operation {
            document: &document,
            path,
            method: method.to_uppercase(),
            told,
        })
        .collect();
    // What one comes for first; what describes itself last.
    operations.sort_by_key(|operation| (operation.is_open(), operation.method != "POST"));
    let operations: Vec<AnyView> = operations.iter().map(|operation| operation.view(&url)).collect();
    view! {
        <PageTitle text="API"/>
        <div class="api stack">
            <h1>{text(&document["info"]["title"])}</h1>
            <p>{prose(&document["info"]["description"])}</p>
            <p>"Cada petición lleva "<code>"Authorization: Bearer TOKEN"</code>". Un token se crea con "
                <code>"okla token create --email CUENTA"</code>" y se muestra una sola vez. Para programas: "
                <a href="/api/openapi.json">"openapi.json"</a>"."</p>
            {operations}
        </div>
    }
}

struct Operation<'a> {
    document: &'a Value,
    path: &'a str,
    method: String,
    told: &'a Value,
}

impl Operation<'_> {
    fn view(&self, url: &str) -> AnyView {
        let told = self.told;
        let parameters =
            told["parameters"].as_array().map(|all| all.iter().map(Field::of_parameter).collect());
        let body = &told["requestBody"]["content"]["application/json"];
        let answer = &told["responses"]["200"]["content"]["application/json"]["schema"];
        view! {
            <section class="panel stack">
                <h2><span class="method">{self.method.clone()}</span>" "<code>{self.path.to_owned()}</code></h2>
                <p><strong>{text(&told["summary"])}"."</strong>" "{prose(&told["description"])}</p>
                <pre class="code" tabindex="0"><code>{self.curl(url)}</code></pre>
                {field_table("Parámetros y cabeceras", parameters.unwrap_or_default())}
                {field_table("Cuerpo", fields(self.document, &body["schema"]))}
                {self.answers()}
                {field_table("Lo que responde", fields(self.document, answer))}
            </section>
        }
        .into_any()
    }

    /// Whether it asks for no token.
    fn is_open(&self) -> bool {
        !self.told["security"].is_null()
    }

    /// A command that can be pasted into a terminal.
    fn curl(&self, url: &str) -> String {
        let body = &self.told["requestBody"]["content"]["application/json"]["example"];
        let example =
            self.told["parameters"].as_array().into_iter().flatten().find(|one| one["in"] == "path");
        let path = match example {
            Some(one) => self.path.replace(&format!("{{{}}}", text(&one["name"])), &text(&one["example"])),
            None => self.path.to_owned(),
        };
        let mut line = format!("curl {url}{path}");
        if !self.is_open() {
            line.push_str(" \\\n  -H \"Authorization: Bearer $TOKEN\"");
        }
        if !body.is_null() {
            line.push_str(" \\\n  -H 'Content-Type: application/json' \\\n  -d '");
            line.push_str(&body.to_string());
            line.push('\'');
        }
        line
    }

    fn answers(&self) -> AnyView {
        let rows = self.told["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
            let answer = resolve(self.document, answer);
            let headers = answer["headers"].as_object().map(|headers| {
                let lines = headers.iter().map(|(name, header)| {
                    view! { <li><code>{name.clone()}</code>" "{prose(&header["description"])}</li> }
                });
                view! { <ul>{lines.collect_view()}</ul> }
            });
            let example = &answer["content"]["application/json"]["example"];
            let example = (!example.is_null()).then(
                || view! { <pre class="code" tabindex="0"><code>{format!("{example:#}")}</code></pre> },
            );
            view! {
                <tr>
                    <th scope="row" data-label="Código"><code>{status.clone()}</code></th>
                    <td data-label="Qué dice"><div class="stack">
                        <p>{prose(&answer["description"])}</p>
                        {headers}
                        {example}
                    </div></td>
                </tr>
            }
        });
        view! {
            <h3>"Respuestas"</h3>
            <table class="table">
                <thead><tr><th scope="col">"Código"</th><th scope="col">"Qué dice"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
        .into_any()
    }
}

fn field_table(title: &'static str, fields: Vec<Field>) -> AnyView {
    if fields.is_empty() {
        return ().into_any();
    }
    let rows = fields.into_iter().map(|field| {
        view! {
            <tr>
                <th scope="row" data-label="Nombre"><div><code>{field.name}</code>{field.required.then_some(" obligatorio")}</div></th>
                <td data-label="Qué es">{type_words(&field.schema, field.place)}</td>
                <td data-label="Para qué"><div>{prose(&field.description)}</div></td>
            </tr>
        }
    });
    view! {
        <h3>{title}</h3>
        <table class="table">
            <thead><tr><th scope="col">"Nombre"</th><th scope="col">"Qué es"</th><th scope="col">"Para qué"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// A text in which what stands between backquotes is code.
fn prose(value: &Value) -> AnyView {
    let pieces = text(value).split('`').map(str::to_owned).enumerate().collect::<Vec<_>>();
    let pieces = pieces.into_iter().map(|(at, piece)| match at % 2 {
        0 => piece.into_any(),
        _ => view! { <code>{piece}</code> }.into_any(),
    });
    pieces.collect_view().into_any()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
