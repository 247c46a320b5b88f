//! A template that the caller names, with what fills it.

use std::collections::BTreeMap;

use super::SendRequest;
use crate::{
    domain::template::{Definition, Filled, catalog},
    web::api::error::{ApiError, Language},
};

/// The template as it would arrive; `None`: the caller named none.
///
/// # Errors
/// A template that is none of ours, a place without a value, a value without a place, or a text beside it.
pub(super) fn template_of(sent: &SendRequest, language: Language) -> Result<Option<Filled>, ApiError> {
    let wrong = |field, code, spanish: &str, english: &str| {
        Err(ApiError::field(field, code, language.choose(spanish, english)))
    };
    let nothing = BTreeMap::new();
    let given = sent.variables.as_ref().unwrap_or(&nothing);
    let Some(name) = sent.template.as_deref().filter(|name| !name.is_empty()) else {
        if given.is_empty() {
            return Ok(None);
        }
        let spanish = "variables llena una plantilla: diga cuál en template, o quite variables.";
        let english = "variables fill a template: name it in template, or leave variables out.";
        return wrong("template", "invalid_template", spanish, english);
    };
    let Some(definition) = catalog().iter().find(|one| one.name == name) else {
        let names: Vec<&str> = catalog().iter().map(|one| one.name.as_str()).collect();
        let names = names.join(", ");
        let spanish = format!("template debe ser una de las plantillas de OKLA: {names}.");
        let english = format!("template must be one of OKLA's templates: {names}.");
        return wrong("template", "invalid_template", &spanish, &english);
    };
    if sent.message_body.as_deref().is_some_and(|body| !body.is_empty())
        || sent.image_url.as_deref().is_some_and(|url| !url.is_empty())
    {
        let spanish = "Con template el texto es el de la plantilla: quite messageBody e imageUrl.";
        let english = "With template the text is the template's: leave messageBody and imageUrl out.";
        return wrong("messageBody", "invalid_message_body", spanish, english);
    }
    let places = || definition.fields.iter().zip(1..);
    let value = |field: &str, place: i32| given.get(&place.to_string()).or_else(|| given.get(field));
    let lacking: Vec<String> = places()
        .filter(|(field, place)| value(field, *place).is_none_or(|value| value.trim().is_empty()))
        .map(|(field, place)| format!("{place} ({field})"))
        .collect();
    let is_known = |name: &String| places().any(|(field, place)| field == name || place.to_string() == *name);
    let strange: Vec<&str> = given.keys().filter(|name| !is_known(name)).map(String::as_str).collect();
    if !lacking.is_empty() || !strange.is_empty() {
        return Err(variables(definition, &lacking.join(", "), &strange.join(", "), language));
    }
    let values = places()
        .filter_map(|(field, place)| Some((field.as_str(), value(field, place)?.clone())))
        .collect::<BTreeMap<&str, String>>();
    let filled = definition.fill(&values, "");
    if filled.rest.is_some() {
        let spanish =
            "variables: el texto pasa de lo que cabe en la plantilla, unos 900 caracteres. Acórtelo.";
        let english = "variables: the words are longer than the template holds, about 900 characters.";
        return wrong("variables", "invalid_variables", spanish, english);
    }
    Ok(Some(filled))
}

fn variables(definition: &Definition, lacking: &str, strange: &str, language: Language) -> ApiError {
    let name = &definition.name;
    let sentence = match (lacking, strange) {
        ("", strange) => language.choose(
            &format!("variables: la plantilla {name} no tiene {strange}."),
            &format!("variables: the template {name} has no {strange}."),
        ),
        (lacking, _) => language.choose(
            &format!("variables: a la plantilla {name} le falta {lacking}."),
            &format!("variables: the template {name} lacks {lacking}."),
        ),
    };
    ApiError::field("variables", "invalid_variables", sentence)
}
