//! Files that people send: kept as Twilio keeps them. The API names each under its message, asks for the account's
//! credentials, does not have it at the first asking, and then sends on to a store that asks for none.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Simulator, message::fresh_sid, refusal::Refusal};

/// A file of somebody's.
#[derive(Clone)]
pub struct Sample {
    pub content_type: String,
    pub bytes: Bytes,
}

/// What there is to send without bringing it.
const SAMPLES: [(&str, &str, &[u8]); 4] = [
    ("foto", "image/png", include_bytes!("samples/foto.png")),
    ("matricula", "image/png", include_bytes!("samples/matricula.png")),
    ("cotizacion", "application/pdf", include_bytes!("samples/cotizacion.pdf")),
    ("contacto", "text/vcard", include_bytes!("samples/contacto.vcf")),
];

/// What was brought, by its name, and how often each file was asked for; both only until the simulator ends. Samples are
/// known by the end of their sid, so that they outlive it.
#[derive(Default)]
pub struct Shelf {
    brought: Vec<Sample>,
    asked: HashMap<String, u32>,
}

impl Shelf {
    fn number(&self, name: &str) -> Option<usize> {
        let known = SAMPLES.iter().position(|(own, ..)| *own == name);
        known.or_else(|| {
            let place = SAMPLES.len() + name.strip_prefix("archivo-")?.parse::<usize>().ok()?;
            (place < SAMPLES.len() + self.brought.len()).then_some(place)
        })
    }

    fn sample(&self, number: usize) -> Option<Sample> {
        match SAMPLES.get(number) {
            Some((_, content_type, bytes)) => {
                Some(Sample { content_type: (*content_type).to_owned(), bytes: Bytes::from_static(bytes) })
            }
            None => self.brought.get(number - SAMPLES.len()).cloned(),
        }
    }

    /// A fresh sid for a file of that name, and what Twilio says it is; `None`: there is none.
    pub fn file(&self, name: &str) -> Option<(String, String)> {
        let number = self.number(name)?;
        let sid = fresh_sid("ME");
        Some((format!("{}{number:04x}", &sid[..sid.len() - 4]), self.sample(number)?.content_type))
    }

    /// The file of that sid.
    fn find(&self, sid: &str) -> Option<Sample> {
        let number = sid.get(sid.len().checked_sub(4)?..)?;
        self.sample(usize::from_str_radix(number, 16).ok()?)
    }
}

/// `POST /sim/media`: keeps a file of the request's type, to be sent by `POST /sim/inbound` with its name as `Sample`.
pub async fn bring(State(simulator): State<Arc<Simulator>>, headers: HeaderMap, bytes: Bytes) -> Response {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut shelf = simulator.shelf();
    let name = format!("archivo-{}", shelf.brought.len());
    shelf.brought.push(Sample { content_type: content_type.to_owned(), bytes });
    Json(json!({ "name": name })).into_response()
}

/// `GET …/Messages/{MM}/Media/{ME}`: not there at the first asking, then elsewhere.
pub async fn fetch(
    State(simulator): State<Arc<Simulator>>,
    Path((_, message, file)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Response, Refusal> {
    let absent = || Refusal::absent(uri.path());
    let is_its = {
        let books = simulator.books();
        let media = books.state().get(&message).map(|message| message.media.clone()).unwrap_or_default();
        media.iter().any(|url| url.ends_with(uri.path()))
    };
    let mut shelf = simulator.shelf();
    if !is_its || shelf.find(&file).is_none() {
        return Err(absent());
    }
    let asked = shelf.asked.entry(file.clone()).or_default();
    *asked += 1;
    if *asked == 1 {
        return Err(absent());
    }
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, format!("/media/{file}"))]).into_response())
}

/// `GET /media/{ME}`: the bytes, for whoever knows the address.
pub async fn bytes(State(simulator): State<Arc<Simulator>>, Path(file): Path<String>) -> Response {
    match simulator.shelf().find(&file) {
        Some(sample) => ([(header::CONTENT_TYPE, sample.content_type)], sample.bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
