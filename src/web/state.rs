//! What a request may reach.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use leptos::{config::LeptosOptions, prelude::use_context};
use tokio_util::sync::CancellationToken;

use super::live::SharedParts;
use crate::{
    app::{
        error::{AppError, Result},
        state::App,
    },
    config::Config,
};

#[derive(Clone)]
pub struct AppState {
    pub app: App,
    pub config: Arc<Config>,
    pub leptos: LeptosOptions,
    /// Cancelled when the server stops: live parts end, so that it can.
    pub stop: CancellationToken,
    /// What many look at, rendered once.
    pub shared: Arc<SharedParts>,
    /// Short hash of the browser half; part of its URLs, so they can be cached for ever.
    pub assets: Arc<str>,
}

impl AppState {
    /// `assets_version`: the content of `<site_root>/pkg/VERSION`, or a fixed word where there is no browser half.
    pub fn new(app: App, config: Arc<Config>, stop: CancellationToken) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("okla")
            .site_root(config.site_root.clone())
            .site_pkg_dir("pkg")
            .site_addr(config.listen)
            .build();
        let version =
            std::fs::read_to_string(format!("{}/pkg/VERSION", config.site_root)).unwrap_or_default();
        let assets = if version.trim().is_empty() { "dev" } else { version.trim() };
        Self { app, config, leptos, stop, shared: Arc::default(), assets: Arc::from(assets) }
    }
}

impl AppState {
    /// The state that serves the page being rendered.
    ///
    /// # Errors
    /// A fault: called outside a request.
    pub fn of_request() -> Result<Self> {
        use_context().ok_or_else(|| AppError::Fault("a page was rendered without its state".to_owned()))
    }
}

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
