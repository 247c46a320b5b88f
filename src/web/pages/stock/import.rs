//! Many vehicles from a file: it is chosen, looked at, loaded.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{LIST, failed};
use crate::{
    app::{
        error::{AppError, Result},
        import_vehicles::{Upload, read_upload},
        limits_now::{DealerBar, dealer_bar},
    },
    domain::{
        ids::ImportId,
        money::grouped,
        vehicle::{stock::NewVehicle, title},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{
            ErrorSummary, FieldError, Icon, LimitBar, Notice, PageTitle, PressProblems, Price, Tone, icons,
        },
        request::Current,
    },
};

/// So many problems are listed; who has more mends these first.
const MOST_LISTED: usize = 100;

/// `/panel/vehiculos/importar`
#[component]
pub fn UploadPage() -> impl IntoView {
    Suspend::new(async move {
        match load_form().await {
            Ok((flash, bar, now)) => view! { <Choose flash=flash bar=bar now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load_form() -> Result<(Flash, DealerBar, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok((flash::take(&current.session, forms::VEHICLE).await?, bar, current.state.clock.now()))
}

#[component]
fn Choose(flash: Flash, bar: DealerBar, now: DateTime<Utc>) -> impl IntoView {
    let problem = flash.problem("archivo");
    let columns = [
        ("referencia", "su número de inventario, sin repetir"),
        ("marca, modelo, año", "como Toyota, Corolla, 2019"),
        ("tipo", "sedan, hatchback, jeepeta, jeepeta-grande, camioneta, minibus, coupe o camion"),
        (
            "color",
            "blanco, negro, gris, plateado, rojo, vino, azul, verde, dorado, marron, naranja o amarillo",
        ),
        ("kilometraje", "en kilómetros; en millas si lo dice"),
        (
            "transmisión, combustible",
            "automatica, mecanica o cvt; gasolina, diesel, hibrido, electrico o glp",
        ),
        ("precio, moneda", "985,000 y DOP, o US$ 28,500 sin moneda aparte"),
        ("versión, ubicación, descripción, vence", "pueden faltar; vence es su último día, como 2026-12-31"),
    ];
    view! {
        <PageTitle text="Importar vehículos"/>
        <LimitBar bar=&bar now=now/>
        <div class="medium stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Sus vehículos"</a>
            <h1>"Importar vehículos"</h1>
            <form method="post" action="/panel/vehiculos/importar" enctype="multipart/form-data" class="panel stack">
                <ErrorSummary problems=flash.problems.clone()/>
                <div class="field">
                    <label for="archivo">"Archivo CSV"</label>
                    <p class="hint" id="archivo-hint">"Como lo guarda Excel o Google Sheets, de hasta 2 MB. Antes de cargarlo verá qué cambiaría."</p>
                    <input id="archivo" name="archivo" type="file" accept=".csv,text/csv,text/plain" required
                        aria-invalid=problem.is_some().then_some("true") aria-describedby="archivo-hint archivo-error"/>
                    <FieldError field="archivo" message=problem/>
                </div>
                <div class="actions">
                    <button type="submit" class="button">"Ver qué cambiaría"</button>
                    <a class="button second" href=LIST>"Cancelar"</a>
                </div>
            </form>
            <h2>"Columnas"</h2>
            <p>"La primera línea lleva los nombres, en cualquier orden. Un vehículo se reconoce por su referencia; los que no están en el archivo quedan como están."</p>
            <dl class="pairs">
                {columns.map(|(name, what)| view! { <dt><code>{name}</code></dt><dd>{what}</dd> }).collect_view()}
            </dl>
        </div>
    }
}

/// `/panel/vehiculos/importar/{id}`: what the file would do, or did.
#[component]
pub fn ImportPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<ImportId>().ok());
    Suspend::new(async move {
        let loaded = match id {
            Some(id) => load(id).await,
            None => Err(AppError::NotFound),
        };
        match loaded {
            Ok(loaded) => view! { <Preview loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    id: ImportId,
    upload: Upload,
    flash: Flash,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(id: ImportId) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let flash = flash::take(&current.session, forms::VEHICLE).await?;
    let upload = read_upload(&current.state, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok(Loaded { id, upload, flash, bar, now: current.state.clock.now() })
}

#[component]
fn Preview(loaded: Loaded) -> impl IntoView {
    let Loaded { id, upload, flash, bar, now } = loaded;
    let counts = upload.upserted;
    let loadable = counts.inserted + counts.updated;
    let numbers =
        [("Nuevos", counts.inserted), ("Cambian", counts.updated), ("Quedan igual", counts.unchanged)];
    let (heading, note) = if upload.is_done {
        ("Importado", view! { <div role="status"><Notice tone=Tone::Ok><p>"Sus vehículos están cargados."</p></Notice></div> }.into_any())
    } else {
        ("Qué cambiaría", ().into_any())
    };
    view! {
        <PageTitle text="Importar vehículos"/>
        <LimitBar bar=&bar now=now/>
        <a class="back" href="/panel/vehiculos/importar"><Icon path=icons::BACK/>"Elegir otro archivo"</a>
        <h1>{heading}</h1>
        <p class="soft">{upload.file_name.clone()}</p>
        <PressProblems problems=flash.problems/>
        {note}
        <dl class="facts">
            {numbers.map(|(name, count)| view! { <div><dt>{name}</dt><dd>{grouped(count.into())}</dd></div> }).collect_view()}
        </dl>
        <Problems upload=&upload/>
        <First vehicles=&upload.first/>
        {if upload.is_done {
            view! { <p><a class="button" href=LIST>"Ver sus vehículos"</a></p> }.into_any()
        } else {
            view! {
                <form method="post" action="/fn/vehiculos-importar" class="actions">
                    <input type="hidden" name="id" value=id.to_string()/>
                    {(loadable > 0).then(|| view! { <button class="button">{format!("Cargar {}", grouped(loadable.into()))}</button> })}
                    <a class="button second" href=LIST>"Cancelar"</a>
                </form>
            }
                .into_any()
        }}
    }
}

#[component]
fn Problems<'a>(upload: &'a Upload) -> impl IntoView + use<> {
    let mut lines: Vec<u64> = upload.problems.iter().map(|problem| problem.line).collect();
    lines.dedup();
    let unread = match lines.len() {
        1 => "Una línea no se carga".to_owned(),
        several => format!("{} líneas no se cargan", grouped(several.into())),
    };
    let rows: Vec<_> = upload
        .problems
        .iter()
        .take(MOST_LISTED)
        .map(|problem| (problem.line, problem.field.unwrap_or("línea"), problem.sentence.clone()))
        .collect();
    let more = upload.problems.len().saturating_sub(MOST_LISTED);
    let ignored = upload.ignored_columns.join(", ");
    view! {
        {(!ignored.is_empty()).then(|| view! {
            <Notice tone=Tone::Warn><p>"Columnas que no conocemos y no se leen: "{ignored}"."</p></Notice>
        })}
        {(!rows.is_empty()).then(|| view! {
            <section class="stack">
                <h2>{unread}</h2>
                <p>"Corríjalas en su archivo y elíjalo otra vez, o cargue ahora las demás."</p>
                <table class="table">
                    <thead><tr><th scope="col" class="num">"Línea"</th><th scope="col">"Campo"</th><th scope="col">"Qué corregir"</th></tr></thead>
                    <tbody>
                        {rows
                            .into_iter()
                            .map(|(line, field, sentence)| view! {
                                <tr>
                                    <td data-label="Línea" class="num">{line}</td>
                                    <td data-label="Campo">{field}</td>
                                    <td data-label="Qué corregir">{sentence}</td>
                                </tr>
                            })
                            .collect_view()}
                    </tbody>
                </table>
                {(more > 0).then(|| view! { <p class="soft">{format!("Y {} más.", grouped(more.into()))}</p> })}
            </section>
        })}
    }
}

#[component]
fn First<'a>(vehicles: &'a [NewVehicle]) -> impl IntoView + use<> {
    let rows: Vec<_> = vehicles
        .iter()
        .map(|vehicle| {
            let name = title(&vehicle.make, &vehicle.model, vehicle.trim.as_deref(), vehicle.year);
            view! {
                <tr>
                    <td data-label="Vehículo">{name}</td>
                    <td data-label="Referencia">{vehicle.reference.clone()}</td>
                    <td data-label="Precio" class="num"><Price money=vehicle.price/></td>
                    <td data-label="Ubicación">{vehicle.location.clone()}</td>
                </tr>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>"Los primeros, como los leímos"</h2>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Vehículo"</th>
                            <th scope="col">"Referencia"</th>
                            <th scope="col" class="num">"Precio"</th>
                            <th scope="col">"Ubicación"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}
