use leptos::prelude::*;

/// An offer as WhatsApp shows it, with its button.
#[component]
pub fn OfferBubble(text: String) -> impl IntoView {
    view! {
        <div class="chat">
            <div class="bubble">
                <p>{text}</p>
                <p class="small"><strong>"BAJA"</strong>" (botón)"</p>
            </div>
        </div>
    }
}
