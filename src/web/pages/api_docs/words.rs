//! A JSON schema in the words of a table.

use serde_json::Value;

/// A parameter, or a field of a body.
pub struct Field {
    pub name: String,
    pub required: bool,
    /// Where a parameter is put; nothing for a field.
    pub place: Option<&'static str>,
    pub schema: Value,
    pub description: Value,
}

impl Field {
    pub fn of_parameter(parameter: &Value) -> Self {
        let place = match parameter["in"].as_str() {
            Some("path") => "en el camino",
            Some("header") => "cabecera",
            _ => "en la consulta",
        };
        Self {
            name: parameter["name"].as_str().unwrap_or_default().to_owned(),
            required: parameter["required"] == true,
            place: Some(place),
            schema: parameter["schema"].clone(),
            description: parameter["description"].clone(),
        }
    }
}

/// What a reference stands for; anything else is itself.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// The fields of an object, the obligatory ones first; those of the objects in its lists follow as `list[].field`.
pub fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = resolve(document, schema);
    let required = |name: &String| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
    };
    // Of an answer all fields are there; to say so of each would say nothing.
    let all = schema["properties"].as_object().is_some_and(|all| all.keys().all(required));
    let mut found = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found.push(Field {
            name: name.clone(),
            required: required(name) && !all,
            place: None,
            schema: property.clone(),
            description: property["description"].clone(),
        });
        let inner = fields(document, &property["items"]);
        found.extend(
            inner.into_iter().map(|field| Field { name: format!("{name}[].{}", field.name), ..field }),
        );
    }
    found.sort_by_key(|field| !field.required);
    found
}

/// `texto, 1 a 4096 caracteres, o nulo`.
pub fn type_words(schema: &Value, place: Option<&'static str>) -> String {
    let mut words: Vec<String> = place.map(str::to_owned).into_iter().collect();
    let (kind, nullable) = match &schema["type"] {
        Value::Array(kinds) => (
            kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
            kinds.iter().any(|kind| kind == "null"),
        ),
        kind => (kind.as_str(), false),
    };
    if let Some(options) = schema["enum"].as_array() {
        words.push(options.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" · "));
    } else {
        let kind = match (kind, schema["format"].as_str()) {
            (_, Some("date-time")) => "instante (ISO 8601)",
            (_, Some("uuid")) => "UUID",
            (Some("integer"), _) => "entero",
            (Some("number"), _) => "número",
            (Some("boolean"), _) => "sí o no",
            (Some("array"), _) => "lista",
            (Some("object"), _) => "objeto",
            _ => "texto",
        };
        words.push(kind.to_owned());
    }
    match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
        (Some(least), Some(most)) => words.push(format!("{least} a {most} caracteres")),
        (None, Some(most)) => words.push(format!("hasta {most} caracteres")),
        _ => {}
    }
    match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(least), Some(most)) => words.push(format!("{least} a {most}")),
        (Some(least), None) => words.push(format!("{least} o más")),
        _ => {}
    }
    if nullable {
        words.push("o nulo".to_owned());
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_told_in_words() {
        let told = |schema: Value| type_words(&schema, None);
        assert_eq!(
            told(json!({ "type": "string", "minLength": 1, "maxLength": 4096 })),
            "texto, 1 a 4096 caracteres"
        );
        assert_eq!(told(json!({ "type": ["string", "null"], "format": "uuid" })), "UUID, o nulo");
        assert_eq!(told(json!({ "type": "integer", "minimum": 1, "maximum": 100 })), "entero, 1 a 100");
        assert_eq!(told(json!({ "type": ["string", "null"], "enum": ["a", "b", null] })), "a · b, o nulo");
    }
}
