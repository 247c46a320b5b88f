//! The closed vocabularies of a vehicle: the word that is stored, shown in addresses and written in an import file, and
//! the label a person reads.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::text::fold;

/// A word outside its vocabulary; `known` lists what would have been understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of: {known}")]
pub struct UnknownWord {
    pub word: String,
    pub known: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal, $label:literal $(, also $($also:literal)|+)?;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The word a person reads.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            /// Takes the stored word, the label and the trade's other names, without regard to case or accents.
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match fold(text.trim()).replace([' ', '_'], "-").as_str() {
                    $($word $($(| $also)+)? => Ok(Self::$variant),)+
                    _ => Err(UnknownWord {
                        word: text.trim().to_owned(),
                        known: [$($word),+].join(", "),
                    }),
                }
            }
        }
    };
}

words! {
    /// The shape, as Dominicans name it: an SUV is a «jeepeta», a pickup a «camioneta».
    BodyType {
        Sedan = "sedan", "Sedán", also "carro";
        Hatchback = "hatchback", "Hatchback";
        Suv = "jeepeta", "Jeepeta", also "suv" | "crossover";
        LargeSuv = "jeepeta-grande", "Jeepeta grande", also "suv-grande";
        Pickup = "camioneta", "Camioneta", also "pickup" | "pick-up";
        Minibus = "minibus", "Minibús", also "van" | "minivan" | "guagua";
        Coupe = "coupe", "Coupé", also "deportivo";
        Truck = "camion", "Camión", also "truck";
    }
}

words! {
    /// The paint, in the few names that buyers use.
    Color {
        White = "blanco", "Blanco", also "perla" | "crema";
        Black = "negro", "Negro";
        Gray = "gris", "Gris";
        Silver = "plateado", "Plateado", also "plata";
        Red = "rojo", "Rojo";
        Wine = "vino", "Vino", also "burdeos";
        Blue = "azul", "Azul";
        Green = "verde", "Verde";
        Gold = "dorado", "Dorado", also "beige" | "champagne" | "champan";
        Brown = "marron", "Marrón", also "bronce";
        Orange = "naranja", "Naranja", also "mamey";
        Yellow = "amarillo", "Amarillo";
    }
}

words! {
    /// How it changes gear.
    Transmission {
        Automatic = "automatica", "Automática", also "automatico" | "at";
        Manual = "mecanica", "Mecánica", also "mecanico" | "manual" | "mt";
        Cvt = "cvt", "CVT";
    }
}

words! {
    /// What it runs on.
    Fuel {
        Gasoline = "gasolina", "Gasolina";
        Diesel = "diesel", "Diésel", also "gasoil";
        Hybrid = "hibrido", "Híbrido", also "hibrida";
        Electric = "electrico", "Eléctrico", also "electrica";
        Lpg = "glp", "GLP", also "gas";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_and_every_label_is_understood_whatever_its_case_and_accents() {
        for body in BodyType::ALL {
            assert_eq!(body.as_str().parse(), Ok(*body));
            assert_eq!(body.label().parse(), Ok(*body));
            assert_eq!(body.label().to_uppercase().parse(), Ok(*body));
        }
        assert_eq!("SUV".parse(), Ok(BodyType::Suv));
        assert_eq!(" marrón ".parse(), Ok(Color::Brown));
        assert_eq!("AUTOMÁTICO".parse(), Ok(Transmission::Automatic));
        assert_eq!("Gasoil".parse(), Ok(Fuel::Diesel));
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_known_ones() {
        let unknown = "helicóptero".parse::<Transmission>().unwrap_err();
        assert_eq!(unknown.word, "helicóptero");
        assert_eq!(unknown.known, "automatica, mecanica, cvt");
    }
}
