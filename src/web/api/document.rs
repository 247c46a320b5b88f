//! The API's own description, `OpenAPI` 3.1, derived from the types that are read and sent. What every answer has in common
//! is added here; its words are Spanish because people read them at `/api/docs`.

use std::sync::LazyLock;

use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, ContentBuilder, HeaderBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{Object, ObjectBuilder, SchemaType, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{error::ErrorBody, messages, send, status};
use crate::domain::{kind::Kind, message::Status};

static DOCUMENT: LazyLock<openapi::OpenApi> = LazyLock::new(Document::openapi);

/// The whole document.
pub fn document() -> &'static openapi::OpenApi {
    &DOCUMENT
}

/// `GET /api/openapi.json`
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "Documento", security(()),
    summary = "Este documento",
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub async fn openapi_json() -> Json<&'static openapi::OpenApi> {
    Json(document())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "API de OKLA Contacto",
        description = "Mensajes de WhatsApp por el número de OKLA: se envían una sola vez, dentro de los límites, y se sabe qué fue de cada uno. Todo error es un JSON con una frase (`error`), una palabra estable para programas (`code`) y, si lo hay, el campo (`field`).",
        license(name = "OKLA")
    ),
    servers((url = "/")),
    paths(send::send, status::status, messages::messages, openapi_json),
    components(schemas(ErrorBody)),
    security(("token" = [])),
    modifiers(&CommonToAll)
)]
struct Document;

struct CommonToAll;

impl Modify for CommonToAll {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for path in document.paths.paths.values_mut() {
            for operation in [&mut path.get, &mut path.post].into_iter().flatten() {
                mend_parameters(operation);
                add_common(operation);
            }
        }
        let Some(components) = &mut document.components else { return };
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Un token de `okla token create`."))
            .build();
        components.security_schemes.insert("token".to_owned(), SecurityScheme::Http(bearer).into());
        // What is answered always has all its fields; only an error's `field` may be missing.
        for name in
            ["SendAnswer", "StatusAnswer", "PartAnswer", "EventAnswer", "MessagesAnswer", "MessageAnswer"]
        {
            if let Some(RefOr::T(Schema::Object(answer))) = components.schemas.get_mut(name) {
                answer.required = answer.properties.keys().cloned().collect();
            }
        }
    }
}

/// What the attributes cannot say of parameters: a header that may be missing is never null, and the parameter that takes
/// several statuses takes those there are.
fn mend_parameters(operation: &mut Operation) {
    let any = Status::ALL.map(Status::as_str).join("|");
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else { continue };
        if parameter.parameter_in == ParameterIn::Header {
            schema.schema_type = Type::String.into();
        }
        if parameter.name == "status" {
            schema.pattern = Some(format!("^(({any})(,({any}))*)?$"));
        }
    }
}

/// What any request may send and get.
fn add_common(operation: &mut Operation) {
    let open = operation.security.is_some();
    let language = ParameterBuilder::new()
        .name("Accept-Language")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "El idioma de las frases de error: español, o inglés si pesa más (`en`, `es;q=0.5`).",
        ))
        .schema(Some(Object::with_type(Type::String)));
    operation.parameters.get_or_insert_default().push(RefOr::T(language.build()));
    let mut add = |status: &str, description, header: Option<(&str, &str)>| {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Error"))).build();
        let mut answer = ResponseBuilder::new().description(description).content("application/json", body);
        if let Some((name, meaning)) = header {
            let value = Object::with_type(Type::String);
            answer = answer
                .header(name, HeaderBuilder::new().schema(Some(value)).description(Some(meaning)).build());
        }
        operation.responses.responses.insert(status.to_owned(), RefOr::T(answer.build()));
    };
    add(
        "405",
        "El camino existe, pero no con ese método (`method_not_allowed`).",
        Some(("Allow", "Los métodos que sí.")),
    );
    if !open {
        add("401", "Falta el token, o no vale (`unauthorized`).", Some(("WWW-Authenticate", "`Bearer`")));
        add("500", "Algo falló de nuestro lado (`unexpected`).", None);
    }
}

/// The statuses of a message and of its parts.
pub fn statuses() -> Object {
    let meaning = "El de la parte menos avanzada; una parte fallida lo hace `failed`.";
    words(Type::String, meaning, Status::ALL.map(Status::as_str).map(Some))
}

/// What a message is for, as it is answered.
pub fn kinds() -> Object {
    words(Type::String, "Para qué se escribió.", Kind::ALL.map(Kind::as_str).map(Some))
}

/// What a message is for, as it is asked: `null` is `contact`.
pub fn kinds_or_null() -> Object {
    let meaning = "Para qué se escribe; `contact` si no se dice. `offer` necesita el consentimiento registrado del destinatario.";
    let words_and_null = Kind::ALL.map(Kind::as_str).map(Some).into_iter().chain([None]);
    words(SchemaType::from_iter([Type::String, Type::Null]), meaning, words_and_null)
}

fn words(
    kind: impl Into<SchemaType>,
    meaning: &str,
    words: impl IntoIterator<Item = Option<&'static str>>,
) -> Object {
    ObjectBuilder::new().schema_type(kind).description(Some(meaning)).enum_values(Some(words)).build()
}
