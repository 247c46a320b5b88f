//! The account's message templates, as if made in Twilio's console: one for each reason OKLA writes, and one that Meta has
//! not approved yet.

use std::collections::BTreeMap;

use super::refusal::Refusal;

/// A template of the Content API.
pub struct Template {
    /// `HX` and 32 hex digits.
    pub sid: &'static str,
    pub name: &'static str,
    /// Meta's: `UTILITY` or `MARKETING`.
    pub category: &'static str,
    /// `approved` or `pending`.
    pub status: &'static str,
    /// With `{{name}}` where a variable goes.
    pub body: &'static str,
    /// Each variable's name and sample.
    pub variables: &'static [(&'static str, &'static str)],
    /// Titles of quick-reply buttons; none makes it plain text.
    pub buttons: &'static [&'static str],
}

pub static TEMPLATES: [Template; 6] = [
    Template {
        sid: "HX00000000000000000000000000000001",
        name: "okla_contacto",
        category: "UTILITY",
        status: "approved",
        body: "Hola {{1}}, un comprador pregunta en OKLA por su {{2}}: «{{3}}». Responda a este mensaje para contestarle.",
        variables: &[("1", "Ana"), ("2", "Toyota Corolla 2019"), ("3", "¿Sigue disponible?")],
        buttons: &[],
    },
    Template {
        sid: "HX00000000000000000000000000000002",
        name: "okla_nuevo_interes",
        category: "UTILITY",
        status: "approved",
        body: "Hola {{1}}, {{2}} se interesó por su {{3}} en OKLA. ¿Desea que le pongamos en contacto?",
        variables: &[("1", "Ana"), ("2", "José"), ("3", "Toyota Corolla 2019")],
        buttons: &["Sí, por favor", "Ahora no"],
    },
    Template {
        sid: "HX00000000000000000000000000000003",
        name: "okla_prueba_de_manejo",
        category: "UTILITY",
        status: "approved",
        body: "Hola {{1}}, su prueba de manejo del {{2}} quedó para el {{3}} en {{4}}. Si no puede asistir, avísenos por aquí.",
        variables: &[
            ("1", "José"),
            ("2", "Honda CR-V 2021"),
            ("3", "viernes 5 a las 10:00 a. m."),
            ("4", "Auto Feria"),
        ],
        buttons: &["Confirmo", "Cambiar la hora"],
    },
    Template {
        sid: "HX00000000000000000000000000000004",
        name: "okla_publicacion_por_vencer",
        category: "UTILITY",
        status: "approved",
        body: "Hola {{1}}, su publicación del {{2}} vence el {{3}}. Renuévela en OKLA para que siga visible.",
        variables: &[("1", "Ana"), ("2", "Toyota Corolla 2019"), ("3", "30 de junio")],
        buttons: &[],
    },
    Template {
        sid: "HX00000000000000000000000000000005",
        name: "okla_oferta",
        category: "MARKETING",
        status: "approved",
        body: "Hola {{1}}, {{2}} tiene una oferta para usted: {{3}}. Responda BAJA si no desea recibir más ofertas.",
        variables: &[("1", "José"), ("2", "Auto Feria"), ("3", "RD$50,000 menos en el Honda CR-V 2021")],
        buttons: &[],
    },
    Template {
        sid: "HX00000000000000000000000000000006",
        name: "okla_bienvenida",
        category: "UTILITY",
        status: "pending",
        body: "Le damos la bienvenida a OKLA, {{1}}. Por aquí le avisaremos de sus mensajes.",
        variables: &[("1", "Ana")],
        buttons: &[],
    },
];

impl Template {
    pub fn find(sid: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.sid == sid)
    }

    /// Whether it may open a conversation.
    pub fn approved(&self) -> bool {
        self.status == "approved"
    }

    /// The text with `variables` (JSON) in their places; a missing one silently gives its sample, as at Twilio.
    ///
    /// # Errors
    /// 21656 when the JSON is not an object of texts, names a variable that is not there, or holds a text WhatsApp refuses.
    pub fn render(&self, variables: Option<&str>) -> Result<String, Refusal> {
        let invalid = || Refusal::bad(21656, "The ContentVariables parameter is invalid.");
        let given: BTreeMap<String, String> =
            variables.map_or(Ok(BTreeMap::new()), serde_json::from_str).map_err(|_| invalid())?;
        let known = |name: &String| self.variables.iter().any(|(one, _)| one == name);
        if !given.keys().all(known) || !given.values().all(|text| is_acceptable(text)) {
            return Err(invalid());
        }
        Ok(self.variables.iter().fold(self.body.to_owned(), |body, (name, sample)| {
            body.replace(&format!("{{{{{name}}}}}"), given.get(*name).map_or(sample, String::as_str))
        }))
    }
}

/// WhatsApp takes neither an empty variable, nor line ends, tabs or more than four spaces in a row.
fn is_acceptable(text: &str) -> bool {
    !text.is_empty() && !text.contains(['\n', '\r', '\t']) && !text.contains("     ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_variables_are_filled_in_and_missing_ones_show_their_sample() {
        let text = TEMPLATES[3].render(Some(r#"{"1":"Luz","3":"mañana"}"#)).unwrap();
        assert!(
            text.starts_with("Hola Luz, su publicación del Toyota Corolla 2019 vence el mañana."),
            "{text}"
        );
    }

    #[test]
    fn variables_that_twilio_refuses_are_21656() {
        for bad in [
            "not json",
            "[]",
            r#"{"1":2}"#,
            r#"{"9":"no such"}"#,
            r#"{"1":""}"#,
            r#"{"1":"two\nlines"}"#,
            r#"{"1":"a     b"}"#,
        ] {
            assert_eq!(TEMPLATES[0].render(Some(bad)).unwrap_err().code, 21656, "{bad}");
        }
    }
}
