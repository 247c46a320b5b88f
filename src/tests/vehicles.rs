//! The list, one vehicle, and a dealer's import, on a real PostgreSQL.

use chrono::{DateTime, Utc};
use okla::{
    app::{
        add_dealer::add_dealer,
        demo_data::seed_catalogue,
        error::AppError,
        get_vehicle::get_vehicle,
        import_vehicles::{ImportReport, import_vehicles},
        list_vehicles::list_vehicles,
    },
    domain::{
        money::DOP_PER_USD,
        vehicle::{VehicleCard, filter::VehicleFilter, stock::Upserted},
    },
};
use rust_decimal::Decimal;
use sqlx::PgPool;

const HEADER: &str = "referencia,marca,modelo,version,año,tipo,color,kilometraje,transmisión,combustible,precio,moneda,ubicación,descripción";

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

async fn seed(pool: &PgPool) {
    seed_catalogue(&mut pool.acquire().await.unwrap(), now()).await.unwrap();
}

async fn list(pool: &PgPool, query: &[(&str, &str)]) -> Vec<VehicleCard> {
    let value = |name: &str| query.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    list_vehicles(pool, &VehicleFilter::parse(value).0, now()).await.unwrap().page.vehicles
}

async fn names(pool: &PgPool, query: &[(&str, &str)]) -> Vec<String> {
    list(pool, query).await.iter().map(VehicleCard::title).collect()
}

async fn import(pool: &PgPool, dealer: &str, lines: &[&str]) -> ImportReport {
    let file = format!("{HEADER}\n{}\n", lines.join("\n"));
    import_vehicles(pool, dealer, file.as_bytes(), now()).await.unwrap()
}

async fn add(pool: &PgPool, slug: &str) {
    add_dealer(pool, slug, slug, "+18095550101", now()).await.unwrap();
}

fn sentences(report: &ImportReport) -> Vec<String> {
    report
        .problems
        .iter()
        .map(|p| format!("{}: {}: {}", p.line, p.field.unwrap_or("línea"), p.sentence))
        .collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn the_whole_demo_catalogue_can_be_paged_through_and_seeding_twice_adds_nothing(pool: PgPool) {
    seed(&pool).await;
    seed(&pool).await;
    let mut seen = Vec::new();
    for page in 0..4 {
        let answer = list_vehicles(&pool, &VehicleFilter::default().on_page(page), now()).await.unwrap();
        assert_eq!(answer.page.has_next, page < 3, "page {page}");
        seen.extend(answer.page.vehicles.into_iter().map(|vehicle| vehicle.id));
    }
    assert_eq!(seen.len(), 40);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 40, "no vehicle shows on two pages");
    let makes = list_vehicles(&pool, &VehicleFilter::default(), now()).await.unwrap().makes;
    assert_eq!(makes.first().map(String::as_str), Some("Chevrolet"));
    assert_eq!(makes.len(), 15);
}

#[sqlx::test(migrations = "./migrations")]
async fn make_year_and_price_narrow_the_list_together(pool: PgPool) {
    seed(&pool).await;
    let toyotas = list(&pool, &[("marca", "Toyota")]).await;
    assert!(toyotas.len() > 3 && toyotas.iter().all(|vehicle| vehicle.make == "Toyota"));
    let found = names(&pool, &[("marca", "Toyota"), ("anio_min", "2019"), ("precio_max", "1,000,000")]).await;
    assert_eq!(found, ["Toyota Corolla LE 2019"]);
    assert_eq!(names(&pool, &[("marca", "Ferrari")]).await, [""; 0]);
}

#[sqlx::test(migrations = "./migrations")]
async fn prices_in_dollars_and_pesos_are_compared_at_the_reference_rate(pool: PgPool) {
    seed(&pool).await;
    let cheapest = list(&pool, &[("orden", "precio")]).await;
    let prices: Vec<Decimal> = cheapest.iter().filter_map(|vehicle| vehicle.price.in_dop()).collect();
    assert!(prices.is_sorted() && prices.len() == 12);
    let dearest = list(&pool, &[("orden", "precio-mayor")]).await;
    assert_eq!(dearest[0].title(), "Toyota Land Cruiser Prado VX 2019");
    // The page's rate and the column's are one.
    let limit = (Decimal::from(52_000) * Decimal::from(DOP_PER_USD)).to_string();
    assert_eq!(names(&pool, &[("precio_min", &limit)]).await, ["Toyota Land Cruiser Prado VX 2019"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn text_finds_words_by_their_beginning_without_accents_and_in_the_plural(pool: PgPool) {
    seed(&pool).await;
    assert!(names(&pool, &[("texto", "corolla ferrari")]).await.is_empty());
    assert_eq!(names(&pool, &[("texto", "COROL 2019")]).await, ["Toyota Corolla LE 2019"]);
    assert_eq!(names(&pool, &[("texto", "camión npr")]).await, ["Isuzu NPR Cama larga 2016"]);
    let suvs = list(&pool, &[("texto", "jeepetas"), ("orden", "anio")]).await;
    assert!(suvs.len() > 5 && suvs.iter().all(|vehicle| vehicle.body_type.as_str().starts_with("jeepeta")));
    for odd in ["'", "& | !", "a:*b <-> (", "\\", "%", "\0"] {
        list(&pool, &[("texto", odd), ("marca", odd)]).await;
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_draft_is_neither_listed_nor_shown(pool: PgPool) {
    seed(&pool).await;
    let card = list(&pool, &[("texto", "wrangler")]).await.remove(0);
    let vehicle = get_vehicle(&pool, card.id, now()).await.unwrap();
    assert_eq!(vehicle.seller.name, "Este Premium Motors");
    sqlx::query("update vehicles set published_at = null where id = $1")
        .bind(card.id.0)
        .execute(&pool)
        .await
        .unwrap();
    assert!(names(&pool, &[("texto", "wrangler")]).await.is_empty());
    assert!(matches!(get_vehicle(&pool, card.id, now()).await, Err(AppError::NotFound)));
}

#[sqlx::test(migrations = "./migrations")]
async fn an_import_loads_the_good_lines_and_says_what_is_wrong_with_each_bad_one(pool: PgPool) {
    add(&pool, "mi-lote").await;
    let report = import(
        &pool,
        "mi-lote",
        &[
            "A1,TOYOTA,Corolla,LE,2019,Sedán,blanco,\"28,000 mi\",Automático,gasolina,\"RD$ 985,000\",,Santiago,Como nuevo",
            "A2,Honda,,,19,avioneta,blanco,muchos,cvt,gasolina,gratis,USD,Santiago,",
            "",
            "A3,Kia,Rio,,2019,sedan,gris,\"10,000\",cvt,gasolina,\"700,000\",,Santiago,",
            "A1,Kia,Rio,,2019,sedan,gris,\"10,000\",cvt,gasolina,\"700,000\",DOP,,",
            "A1,Kia,Rio,,2019,sedan,gris,\"10,000\",cvt,gasolina,\"700,000\",DOP,Bonao,",
        ],
    )
    .await;
    assert_eq!(report.upserted.inserted, 1);
    assert_eq!(
        sentences(&report),
        [
            "3: modelo: Está vacío. Complételo.",
            "3: anio: «19» no es un año entre 1950 y 2027. Escríbalo con cuatro cifras, como 2019.",
            "3: tipo: No conocemos «avioneta». Use uno de: sedan, hatchback, jeepeta, jeepeta-grande, camioneta, minibus, coupe, camion.",
            "3: kilometraje: «muchos» no es un kilometraje. Escriba un número, como 45,000 o 28,000 mi.",
            "3: precio: «gratis» no es un precio. Escriba un número mayor que 0, como 1,250,000 o US$ 18,500.",
            "5: moneda: Falta la moneda. Escriba DOP o USD, o ponga RD$ o US$ en el precio.",
            "6: ubicacion: Escriba la ciudad: el concesionario no tiene una.",
            "7: referencia: «A1» ya está más arriba, en la línea 2. Dele a cada vehículo su propia referencia.",
        ]
    );
    let card = list(&pool, &[]).await.remove(0);
    assert_eq!((card.make.as_str(), card.mileage_km), ("Toyota", 45_062));
    assert_eq!(card.price.to_string(), "RD$\u{a0}985,000");
}

#[sqlx::test(migrations = "./migrations")]
async fn importing_again_changes_only_what_changed_and_keeps_the_vehicles_address(pool: PgPool) {
    add(&pool, "mi-lote").await;
    let first = "A1,Kia,Rio,,2019,sedan,gris,10000,cvt,gasolina,700000,DOP,Bonao,";
    let second = "A2,Kia,Picanto,,2020,hatchback,rojo,20000,cvt,gasolina,600000,DOP,Bonao,";
    import(&pool, "mi-lote", &[first, second]).await;
    let before = list(&pool, &[("texto", "rio")]).await.remove(0);

    let again = import(&pool, "mi-lote", &[first, second]).await.upserted;
    assert_eq!(again, Upserted { inserted: 0, updated: 0, unchanged: 2 });

    let cheaper = first.replace("700000", "RD$ 690.000");
    let changed = import(&pool, "mi-lote", &[&cheaper, second]).await.upserted;
    assert_eq!(changed, Upserted { inserted: 0, updated: 1, unchanged: 1 });
    let after = list(&pool, &[("texto", "rio")]).await.remove(0);
    assert_eq!(after.id, before.id);
    assert_eq!(after.price.to_string(), "RD$\u{a0}690,000");
}

#[sqlx::test(migrations = "./migrations")]
async fn another_dealers_vehicle_of_the_same_reference_is_left_alone(pool: PgPool) {
    add(&pool, "uno").await;
    add(&pool, "dos").await;
    import(&pool, "uno", &["A1,Kia,Rio,,2019,sedan,gris,10000,cvt,gasolina,700000,DOP,Bonao,"]).await;
    let report =
        import(&pool, "dos", &["A1,Ford,Fiesta,,2015,sedan,rojo,90000,cvt,gasolina,300000,DOP,Moca,"]).await;
    assert_eq!(report.upserted.inserted, 1);
    assert_eq!(names(&pool, &[("orden", "precio")]).await, ["Ford Fiesta 2015", "Kia Rio 2019"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_spreadsheets_file_is_read_with_bom_semicolons_crlf_and_windows_letters(pool: PgPool) {
    add(&pool, "mi-lote").await;
    let header = HEADER.replace(',', ";");
    let line = "B1;Kia;Río;;2019;sedan;gris;10,000;cvt;gasolina;700,000;DOP;Higüey;";
    let excel = format!("\u{feff}{header}\r\n{line}\r\n;;;\r\n");
    let report = import_vehicles(&pool, "mi-lote", excel.as_bytes(), now()).await.unwrap();
    assert_eq!((report.upserted.inserted, sentences(&report)), (1, vec![]));
    let windows: Vec<u8> = excel[3..].chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let report = import_vehicles(&pool, "mi-lote", &windows, now()).await.unwrap();
    assert_eq!(report.upserted.unchanged, 1, "the same words in another encoding");
}

#[sqlx::test(migrations = "./migrations")]
async fn ten_thousand_lines_are_loaded_in_seconds(pool: PgPool) {
    add(&pool, "mi-lote").await;
    let lines: Vec<String> = (0..10_000)
        .map(|i| format!("L{i},Kia,Rio,,2019,sedan,gris,{i},cvt,gasolina,700000,DOP,Bonao,Buen estado"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let begun = std::time::Instant::now();
    assert_eq!(import(&pool, "mi-lote", &lines).await.upserted.inserted, 10_000);
    assert!(begun.elapsed().as_secs() < 20, "took {:?}", begun.elapsed());
}

#[sqlx::test(migrations = "./migrations")]
async fn a_dealer_with_a_taken_name_or_a_wrong_phone_is_refused_in_words(pool: PgPool) {
    add(&pool, "uno").await;
    for (slug, phone, code) in [
        ("uno", "+18095550101", "slug_taken"),
        ("Uno Dos", "+18095550101", "slug_invalid"),
        ("tres", "8095550101", "phone_invalid"),
    ] {
        match add_dealer(&pool, slug, "Lote", phone, now()).await {
            Err(AppError::Invalid(errors)) => assert_eq!(errors[0].code, code),
            other => panic!("{slug}: {other:?}"),
        }
    }
    let nobody = import_vehicles(&pool, "nadie", HEADER.as_bytes(), now()).await;
    assert!(matches!(nobody, Err(AppError::Invalid(_))));
}

#[sqlx::test(migrations = "./migrations")]
async fn the_documented_example_file_loads_without_a_complaint(pool: PgPool) {
    add(&pool, "mi-lote").await;
    let example = include_bytes!("../../docs/ejemplo-inventario.csv");
    let report = import_vehicles(&pool, "mi-lote", example, now()).await.unwrap();
    assert_eq!((report.upserted.inserted, sentences(&report)), (3, vec![]));
    assert_eq!(report.ignored_columns, [""; 0]);
}
