use leptos::prelude::*;
use url::Url;

use super::{
    icons::{self, Icon},
    notice::{Notice, Tone},
};

/// A number is on the list of those who want nothing of OKLA's: that nothing reaches it, and the way back.
#[component]
pub fn HasLeft<'a>(
    /// `None`: it is not.
    way_back: Option<&'a Url>,
    words: &'static str,
) -> impl IntoView + use<> {
    way_back.map(Url::to_string).map(|link| {
        view! {
            <Notice tone=Tone::Warn>
                <p>{words}</p>
                <p><a class="button whatsapp" href=link rel="noreferrer"><Icon path=icons::WHATSAPP/>"Abrir WhatsApp con ALTA escrito"</a></p>
            </Notice>
        }
    })
}

/// The same of a dealer's business, whose buyers write in vain.
#[component]
pub fn BusinessHasLeft<'a>(way_back: Option<&'a Url>) -> impl IntoView + use<> {
    let words = "El número de su negocio pidió no recibir mensajes de OKLA: lo que le escriben los compradores no le llega. Para volver, escriba ALTA al WhatsApp de OKLA desde ese número.";
    view! { <HasLeft way_back=way_back words=words/> }
}
