use leptos::prelude::*;

use super::{
    icons::{self, Icon},
    notice::{Notice, Tone},
};
use crate::web::flash::Problem;

/// What is wrong with a field, shown under it; hidden while nothing is, so that an island can show what it learns.
/// `field` is the input's id, whose `aria-describedby` names `{field}-error`.
#[component]
pub fn FieldError(field: &'static str, message: Option<String>) -> impl IntoView {
    let silent = message.is_none();
    view! {
        <p class="error" id=format!("{field}-error") data-problem=field hidden=silent>
            <Icon path=icons::BAD/>
            <span data-words>{message.unwrap_or_default()}</span>
        </p>
    }
}

/// A labelled input with its hint and its error.
#[component]
pub fn Field(
    /// Its id and its name.
    field: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    /// The `autocomplete` token (HTML, «Autofill»).
    complete: &'static str,
    #[prop(into)] value: String,
    problem: Option<String>,
    #[prop(optional)] hint: Option<&'static str>,
) -> impl IntoView {
    let described = hint.map_or_else(|| format!("{field}-error"), |_| format!("{field}-hint {field}-error"));
    view! {
        <div class="field">
            <label for=field>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{field}-hint")>{hint}</p> })}
            <input
                id=field
                name=field
                type=kind
                autocomplete=complete
                value=value
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described
            />
            <FieldError field=field message=problem/>
        </div>
    }
}

/// A labelled list of words to choose one from.
#[component]
pub fn Choice<'a>(
    /// Its id and its name.
    field: &'static str,
    label: &'static str,
    /// What is sent, and what a person reads.
    options: Vec<(&'static str, &'static str)>,
    value: &'a str,
    problem: Option<String>,
) -> impl IntoView + use<> {
    let options: Vec<_> = options
        .into_iter()
        .map(|(word, said)| view! { <option value=word selected=value == word>{said}</option> })
        .collect();
    view! {
        <div class="field">
            <label for=field>{label}</label>
            <select
                id=field
                name=field
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=format!("{field}-error")
            >
                {value.is_empty().then(|| view! { <option value="">"Elija"</option> })}
                {options}
            </select>
            <FieldError field=field message=problem/>
        </div>
    }
}

/// What went wrong with a press that had no fields.
#[component]
pub fn PressProblems(problems: Vec<Problem>) -> impl IntoView {
    let notice = |problem: Problem| view! { <Notice tone=Tone::Bad><p>{problem.message}</p></Notice> };
    problems.into_iter().map(notice).collect_view()
}

/// What is wrong with a form, on top of it, each problem leading to its field.
#[component]
pub fn ErrorSummary(problems: Vec<Problem>) -> impl IntoView {
    (!problems.is_empty()).then(|| {
        view! {
            <div role="alert" tabindex="-1" autofocus>
                <Notice tone=Tone::Bad>
                    <h2>"Revise lo siguiente"</h2>
                    <ul>
                        {problems
                            .into_iter()
                            .map(|Problem { field, message }| {
                                if field.is_empty() {
                                    view! { <li>{message}</li> }.into_any()
                                } else {
                                    view! { <li><a href=format!("#{field}")>{message}</a></li> }.into_any()
                                }
                            })
                            .collect_view()}
                    </ul>
                </Notice>
            </div>
        }
    })
}

/// The only text area of the site. Leptos 0.8 writes a text area's content raw, so it is escaped here; the day that a
/// newer Leptos does it, the test below sees it twice and this escaping goes. The first newline is the parser's.
#[component]
pub fn TextArea<'a>(
    /// Its id and its name.
    field: &'static str,
    value: &'a str,
    #[prop(default = 4)] rows: u8,
    #[prop(default = false)] required: bool,
    /// Whether its [`FieldError`] says something.
    #[prop(default = false)]
    invalid: bool,
    /// The id of its hint.
    #[prop(optional, into)]
    hint: Option<&'static str>,
) -> impl IntoView + use<> {
    let described = hint.map_or_else(|| format!("{field}-error"), |hint| format!("{hint} {field}-error"));
    let content = format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;"));
    view! {
        <textarea
            id=field
            name=field
            rows=rows.to_string()
            required=required
            aria-invalid=invalid.then_some("true")
            aria-describedby=described
        >
            {content}
        </textarea>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_out_of_a_text_area() {
        let html = view! { <TextArea field="mensaje" value="a</textarea><script>alert(1)</script>&amp;"/> }
            .to_html();
        assert!(
            html.contains(">\na&lt;/textarea>&lt;script>alert(1)&lt;/script>&amp;amp;</textarea>"),
            "{html}"
        );
    }
}
