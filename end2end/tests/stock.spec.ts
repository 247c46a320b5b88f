// A dealer's own vehicles; that each field and file is held to its rules proves src/tests/stock.rs.
import { expect, test } from "../fixtures.ts";

const unique = () => `E2E-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

test("a vehicle is added, seen by buyers, paused and published again", async ({ dealerPage, page, accessible }) => {
  const reference = unique();
  await dealerPage.goto("/panel/vehiculos");
  await accessible(dealerPage);
  await dealerPage.getByRole("link", { name: "Añadir vehículo" }).click();
  await dealerPage.getByLabel("Referencia").fill(reference);
  await dealerPage.getByRole("button", { name: "Guardar" }).click();
  await expect(dealerPage.getByRole("alert")).toContainText("Marca: Está vacío");
  await expect(dealerPage.getByLabel("Referencia")).toHaveValue(reference);
  await accessible(dealerPage);

  for (const [label, value] of [["Marca", "Toyota"], ["Modelo", reference], ["Año", "2019"], ["Kilometraje", "28,000 mi"], ["Precio", "985,000"], ["Ubicación", "Santiago"]]) {
    await dealerPage.getByLabel(label, { exact: true }).fill(value);
  }
  for (const [label, value] of [["Tipo", "Sedán"], ["Color", "Blanco"], ["Transmisión", "Automática"], ["Combustible", "Gasolina"]]) {
    await dealerPage.getByLabel(label, { exact: true }).selectOption(value);
  }
  await dealerPage.getByRole("button", { name: "Guardar" }).click();
  await expect(dealerPage.getByRole("status")).toContainText("El vehículo está añadido.");
  await dealerPage.getByLabel("Buscar entre sus vehículos").fill(reference);
  await dealerPage.getByRole("button", { name: "Buscar" }).click();
  const row = dealerPage.getByRole("row").filter({ hasText: reference });
  await expect(row).toContainText("Publicado");
  const own = (await row.getByRole("link", { name: /^Ver/ }).getAttribute("href"))!;
  await page.goto(own);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Toyota ${reference} 2019`);

  await row.getByRole("button", { name: /^Pausar/ }).click();
  await expect(dealerPage.getByRole("status")).toContainText("los compradores ya no lo ven");
  expect((await page.request.get(own)).status()).toBe(404);
  await dealerPage.goto(`/panel/vehiculos?buscar=${reference}&estado=pausados`);
  await dealerPage.getByRole("button", { name: /^Publicar/ }).click();
  await expect(dealerPage.getByRole("status")).toContainText("Publicado de nuevo");
  expect((await page.request.get(own)).status()).toBe(200);
});

test("a file is looked at before it is loaded", async ({ dealerPage, accessible }) => {
  const [first, second] = [unique(), unique()];
  const lines = [
    "referencia,marca,modelo,año,tipo,color,kilometraje,transmisión,combustible,precio,ubicación",
    `${first},Kia,Sportage,2021,jeepeta,rojo,30000,automatica,gasolina,RD$ 1450000,Santiago`,
    `${second},Kia,Rio,21,sedan,rojo,30000,automatica,gasolina,RD$ 650000,Santiago`,
  ];
  await dealerPage.goto("/panel/vehiculos/importar");
  await accessible(dealerPage);
  await dealerPage.getByLabel("Archivo CSV").setInputFiles({ name: "inventario.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
  await dealerPage.getByRole("button", { name: "Ver qué cambiaría" }).click();
  await expect(dealerPage.getByRole("heading", { name: "Una línea no se carga" })).toBeVisible();
  await expect(dealerPage.getByRole("row").filter({ hasText: "«21» no es un año" })).toContainText("3");
  await accessible(dealerPage);
  await dealerPage.getByRole("button", { name: "Cargar 1" }).click();
  await expect(dealerPage.getByRole("status")).toContainText("Sus vehículos están cargados.");
  await dealerPage.goto(`/panel/vehiculos?buscar=${first}`);
  await expect(dealerPage.getByRole("row").filter({ hasText: first })).toBeVisible();
});
