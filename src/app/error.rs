//! The one error of the use cases. A person's mistake carries its field and its sentence; a fault carries its cause,
//! is logged once at the edge and is never shown.

/// What is wrong with one field of a form or of a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form and in the API.
    pub field: &'static str,
    /// A stable word for programs.
    pub code: &'static str,
    /// A whole sentence in Spanish with the way out.
    pub message: String,
}

impl FieldError {
    pub fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Also what belongs to someone else: it is not even said to exist.
    #[error("not found")]
    NotFound,
    #[error("not allowed: {code}")]
    Forbidden { code: &'static str, message: &'static str },
    #[error("limit reached: {0:?}")]
    Limit(crate::domain::limits::Refusal),
    /// An admin has stopped sending.
    #[error("paused: {0:?}")]
    Paused(crate::domain::pause::Paused),
    #[error("too many attempts")]
    Throttled { retry_after: std::time::Duration },
    /// WhatsApp has closed the conversation, and Meta does not let the template for it go.
    #[error("no template for {0}")]
    NoTemplate(crate::domain::template::Purpose),
    /// The recipient wants nothing of ours.
    #[error("opted out")]
    OptedOut,
    /// An offer that its recipient may not get, or not now.
    #[error("withheld: {why:?}")]
    Withheld { why: crate::domain::offer::Withheld, retry_after: Option<std::time::Duration> },
    /// The key is bound to another request.
    #[error("idempotency key reused")]
    KeyReused,
    /// The key's first request is still under way.
    #[error("idempotency key in progress")]
    KeyInProgress,
    /// The visitor must sign in first.
    #[error("signed out")]
    SignedOut,
    #[error("wrong e-mail or password")]
    BadCredentials,
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Fault(String),
}

/// What a person reads who wrote to somebody that wants nothing.
pub const OPTED_OUT: &str = "Este número pidió no recibir mensajes de OKLA. No se envió ni se cobró nada; llame por \
                             teléfono. Si su dueño quiere volver, basta con que escriba ALTA al WhatsApp de OKLA.";

pub type Result<T> = std::result::Result<T, AppError>;

impl AppError {
    pub fn invalid(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// Whether somebody on our side has to look at it.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Fault(_))
    }
}
