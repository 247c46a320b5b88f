use leptos::prelude::*;

/// An offer as WhatsApp shows it, with its button.
#[component]
pub fn OfferBubble(
    text: String,
    /// There is nothing to show.
    #[prop(optional)]
    hidden: bool,
) -> impl IntoView {
    view! {
        <div class="chat" hidden=hidden>
            <div class="bubble">
                <p>{text}</p>
                <p class="small"><strong>"BAJA"</strong>" (botón)"</p>
            </div>
        </div>
    }
}

/// An offer that is being written, and what there is to say of it: the part that the island draws again.
#[component]
pub fn OfferArrives(
    /// `None`: it cannot be sent.
    text: Option<String>,
    said: String,
) -> impl IntoView {
    let hidden = text.is_none();
    view! {
        <OfferBubble text=text.unwrap_or_default() hidden=hidden/>
        // A stack is kept when what is in it is drawn again, so that it is read aloud.
        <div class="stack" aria-live="polite"><p class="hint">{said}</p></div>
    }
}
