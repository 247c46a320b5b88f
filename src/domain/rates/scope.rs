//! What a rate is for.

use super::{Category, Kind, Market};

/// `None` is every kind, category or market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    pub kind: Option<Kind>,
    pub category: Option<Category>,
    pub market: Option<Market>,
}

impl Scope {
    /// What a person reads: `Oferta · Mercadeo · Resto de América Latina`, `Todos los mensajes`.
    pub fn label(self) -> String {
        let said =
            [self.kind.map(Kind::label), self.category.map(Category::label), self.market.map(Market::label)];
        let said: Vec<_> = said.into_iter().flatten().collect();
        if said.is_empty() { "Todos los mensajes".to_owned() } else { said.join(" · ") }
    }
}
