use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode as Pattern};

use super::form::FieldError;

/// Where a code of the second factor is typed; its name is `codigo`.
#[component]
pub fn CodeField(hint: &'static str, problem: Option<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="codigo">"Código"</label>
            <p class="hint" id="codigo-hint">{hint}</p>
            <input
                id="codigo"
                name="codigo"
                autocomplete="one-time-code"
                autocapitalize="none"
                spellcheck="false"
                value=""
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby="codigo-hint codigo-error"
            />
            <FieldError field="codigo" message=problem/>
        </div>
    }
}

/// The standard's quiet zone, in modules.
const MARGIN: usize = 4;

/// A text as a QR code, dark on light in both themes: cameras want it so. A text too long for one shows nothing.
#[component]
pub fn QrCode<'a>(text: &'a str, label: &'static str) -> impl IntoView + use<> {
    Pattern::with_error_correction_level(text, EcLevel::M).ok().map(|pattern| {
        let width = pattern.width();
        let modules = pattern.to_colors().into_iter().enumerate();
        let dark = modules.filter(|(_, color)| *color == Color::Dark).map(|(at, _)| at);
        let squares =
            dark.map(|at| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN));
        let path = squares.collect::<Vec<_>>().concat();
        let side = width + 2 * MARGIN;
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
                <rect width="100%" height="100%" fill="#fff"></rect>
                <path d=path fill="#000"></path>
            </svg>
        }
    })
}
