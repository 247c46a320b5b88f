//! Drawn pictures of vehicles: one drawing a body type, painted in the colour asked for. Ours to serve, so no page ever
//! loads a foreign picture; the browser keeps each for good.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::domain::vehicle::{BodyType, Color};

const FRAME: &str = include_str!("pictures/frame.svg");

/// `GET /vehiculos/imagen/{body}-{color}.svg`
pub async fn picture(Path(name): Path<String>) -> Response {
    let Some((body, color)) = parse(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=604800")];
    (headers, draw(body, color)).into_response()
}

fn parse(name: &str) -> Option<(BodyType, Color)> {
    let (body, color) = name.strip_suffix(".svg")?.rsplit_once('-')?;
    let body = BodyType::ALL.iter().find(|known| known.as_str() == body)?;
    let color = Color::ALL.iter().find(|known| known.as_str() == color)?;
    Some((*body, *color))
}

fn draw(body: BodyType, color: Color) -> String {
    let (light, base, dark) = paint(color);
    FRAME
        .replace("{body}", drawing(body))
        .replace("{light}", light)
        .replace("{base}", base)
        .replace("{dark}", dark)
}

fn drawing(body: BodyType) -> &'static str {
    match body {
        BodyType::Sedan => include_str!("pictures/sedan.svg"),
        BodyType::Hatchback => include_str!("pictures/hatchback.svg"),
        BodyType::Suv => include_str!("pictures/jeepeta.svg"),
        BodyType::LargeSuv => include_str!("pictures/jeepeta-grande.svg"),
        BodyType::Pickup => include_str!("pictures/camioneta.svg"),
        BodyType::Minibus => include_str!("pictures/minibus.svg"),
        BodyType::Coupe => include_str!("pictures/coupe.svg"),
        BodyType::Truck => include_str!("pictures/camion.svg"),
    }
}

/// The paint where the sky falls on it, in plain view, and in its own shadow.
fn paint(color: Color) -> (&'static str, &'static str, &'static str) {
    match color {
        Color::White => ("#ffffff", "#eef1f3", "#b4bdc4"),
        Color::Black => ("#5a626a", "#262b30", "#0f1215"),
        Color::Gray => ("#98a2aa", "#687179", "#3c434a"),
        Color::Silver => ("#eef1f3", "#b9c1c7", "#7d878f"),
        Color::Red => ("#f0625c", "#c8232c", "#7c0f1a"),
        Color::Wine => ("#a8485c", "#741c33", "#3d0b1a"),
        Color::Blue => ("#5b96d8", "#1f5fae", "#0e3468"),
        Color::Green => ("#6d9c80", "#356a4d", "#173b29"),
        Color::Gold => ("#ecdcb2", "#c6a96a", "#806636"),
        Color::Brown => ("#a88467", "#6d4a34", "#3a2519"),
        Color::Orange => ("#ffab5e", "#ec7217", "#97420a"),
        Color::Yellow => ("#ffe27a", "#f2bd1d", "#a57508"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_is_drawn_in_every_color_and_stays_small() {
        for body in BodyType::ALL {
            for color in Color::ALL {
                let name = format!("{body}-{color}.svg");
                let (body, color) = parse(&name).expect("the card's own address");
                let svg = draw(body, color);
                assert!(!svg.contains('{') && svg.len() < 6_000, "{name}: {} bytes", svg.len());
            }
        }
        for wrong in ["sedan.svg", "avion-rojo.svg", "sedan-rosado.svg", "sedan-rojo", "../sedan-rojo.svg"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
