//! What a person calls a market.

use super::Market;

impl Market {
    pub fn label(self) -> &'static str {
        match self.as_str() {
            "AR" => "Argentina",
            "BD" => "Bangladés",
            "BR" => "Brasil",
            "CL" => "Chile",
            "CO" => "Colombia",
            "EG" => "Egipto",
            "FR" => "Francia",
            "DE" => "Alemania",
            "HK" => "Hong Kong",
            "HU" => "Hungría",
            "IN" => "India",
            "ID" => "Indonesia",
            "IQ" => "Irak",
            "IL" => "Israel",
            "IT" => "Italia",
            "KZ" => "Kazajistán",
            "KW" => "Kuwait",
            "MY" => "Malasia",
            "MX" => "México",
            "MA" => "Marruecos",
            "NP" => "Nepal",
            "NL" => "Países Bajos",
            "NG" => "Nigeria",
            "OM" => "Omán",
            "PK" => "Pakistán",
            "PE" => "Perú",
            "PL" => "Polonia",
            "QA" => "Catar",
            "RO" => "Rumanía",
            "RU" => "Rusia",
            "SA" => "Arabia Saudita",
            "SG" => "Singapur",
            "ZA" => "Sudáfrica",
            "ES" => "España",
            "LK" => "Sri Lanka",
            "TR" => "Turquía",
            "UA" => "Ucrania",
            "AE" => "Emiratos Árabes Unidos",
            "GB" => "Reino Unido",
            "north_america" => "América del Norte",
            "rest_of_africa" => "Resto de África",
            "rest_of_asia_pacific" => "Resto de Asia y el Pacífico",
            "rest_of_central_and_eastern_europe" => "Resto de Europa central y oriental",
            "rest_of_latin_america" => "Resto de América Latina (con RD)",
            "rest_of_middle_east" => "Resto de Oriente Medio",
            "rest_of_western_europe" => "Resto de Europa occidental",
            _ => "Otros países",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_market_has_a_name_of_its_own() {
        let mut names: Vec<_> = Market::all().map(Market::label).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
