use leptos::prelude::*;

/// An offer as WhatsApp shows it, with its button. The island that follows what is typed writes into `data-text`.
#[component]
pub fn OfferBubble(
    text: String,
    /// There is nothing to show.
    #[prop(optional)]
    hidden: bool,
) -> impl IntoView {
    view! {
        <div class="chat" data-bubbles hidden=hidden>
            <div class="bubble">
                <p data-text>{text}</p>
                <p class="small"><strong>"BAJA"</strong>" (botón)"</p>
            </div>
        </div>
    }
}
