//! Every path that the simulator answers.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{Method, StatusCode, Uri},
    middleware::from_fn_with_state,
    routing::{get, post, put},
};

use super::{
    Simulator, account, answer, auth, content, control, create, inbound, list, media,
    refusal::Refusal,
    resource, senders,
    usage::{self, Span},
};

const MESSAGES: &str = "/2010-04-01/Accounts/{account}/Messages";
const USAGE: &str = "/2010-04-01/Accounts/{account}/Usage/Records";

pub fn router(simulator: Arc<Simulator>) -> Router {
    let messages = get(list::list).post(create::create);
    let usage = Span::ALL.into_iter().fold(Router::new(), |usage, (name, span)| {
        let list = get(async move |State(simulator): State<Arc<Simulator>>, uri: Uri| {
            usage::list(&simulator, &uri, span)
        });
        usage.route(&format!("{USAGE}{name}"), list.clone()).route(&format!("{USAGE}{name}.json"), list)
    });
    let api = Router::new()
        .route("/2010-04-01/Accounts/{account}", get(account::fetch))
        .merge(usage)
        .route(MESSAGES, messages.clone())
        .route(&format!("{MESSAGES}.json"), messages)
        .route(
            &format!("{MESSAGES}/{{file}}"),
            get(resource::fetch).post(resource::update).delete(resource::delete),
        )
        .route(&format!("{MESSAGES}/{{message}}/Media/{{file}}"), get(media::fetch))
        .route("/v2/Channels/Senders", get(senders::list))
        .route("/v2/Channels/Senders/{sid}", get(senders::fetch))
        .route("/v1/Content", get(content::list).post(content::create))
        .route("/v1/ContentAndApprovals", get(content::list_with_approvals))
        .route("/v1/Content/{sid}", get(content::fetch).delete(content::delete))
        .route("/v1/Content/{sid}/ApprovalRequests", get(content::fetch_approval))
        .route("/v1/Content/{sid}/ApprovalRequests/whatsapp", post(content::submit))
        .method_not_allowed_fallback(async |method: Method| {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, 20004, format!("Method {method} not allowed"))
        })
        .fallback(async |uri: Uri| Refusal::absent(uri.path()))
        .layer(from_fn_with_state(Arc::clone(&simulator), auth::gate))
        .layer(from_fn_with_state(Arc::clone(&simulator), answer::envelope));
    Router::new()
        .route("/sim/messages", get(control::messages))
        .route("/sim/inbound", get(control::inbound).post(inbound::receive))
        .route("/sim/media", post(media::bring).layer(DefaultBodyLimit::disable()))
        .route("/media/{file}", get(media::bytes))
        .route("/sim/settings", get(control::settings).put(control::change_settings))
        .route("/sim/templates/{sid}", put(control::change_template))
        .route("/sim/clock", post(control::advance))
        .route("/sim", axum::routing::delete(control::forget))
        .merge(api)
        .with_state(simulator)
}
