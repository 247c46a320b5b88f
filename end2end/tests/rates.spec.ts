// Rates, pesos and the platform's costs; that rates price the sends src/tests/rates_admin.rs proves.
import { expect, test } from "../fixtures.ts";

/** A day that no other run of this story uses, so far ahead that no send meets its rate. */
function someDay(): string {
  const day = new Date();
  day.setDate(day.getDate() + 100 + Math.floor(Math.random() * 10_000));
  return day.toISOString().slice(0, 10);
}

test("an admin sees what a rate would do, saves it for a day to come, and takes it back", async ({ adminPage, accessible }, info) => {
  // A market of each project's own.
  const market = info.project.name === "js" ? "Chile" : "Perú";
  await adminPage.goto("/admin/tarifas");
  await adminPage.getByRole("link", { name: "Nueva tarifa" }).click();
  await adminPage.getByLabel("Mercado").selectOption({ label: market });
  await adminPage.getByLabel("US$ por parte").fill("quince");
  await adminPage.getByLabel("Motivo").fill("Tarifa nueva de Meta");
  await adminPage.getByRole("button", { name: "Ver qué cambia" }).click();
  await expect(adminPage.locator("#precio-error")).toContainText("escriba un precio menor que 10");
  await expect(adminPage.getByLabel("Motivo")).toHaveValue("Tarifa nueva de Meta");
  await accessible(adminPage);
  await adminPage.getByLabel("US$ por parte").fill("0.0163");
  await adminPage.getByLabel("Desde la medianoche").check();
  await adminPage.locator("#dia").fill(someDay());
  await adminPage.getByRole("button", { name: "Ver qué cambia" }).click();
  await expect(adminPage.getByRole("region", { name: "Antes de guardar" })).toContainText("Este mes");
  await accessible(adminPage);
  await adminPage.getByRole("button", { name: "Guardar la tarifa" }).click();
  await expect(adminPage.locator(".notice").first()).toContainText("La tarifa está guardada.");
  const row = adminPage.locator("tr", { hasText: market }).filter({ hasText: "Tarifa nueva de Meta" }).first();
  await expect(row).toContainText("0.0163");
  await row.getByRole("button", { name: "Retirar" }).click();
  await expect(adminPage.locator(".notice").first()).toContainText("La tarifa está retirada");
  await adminPage.goto("/admin/auditoria?de=tarifas");
  await expect(adminPage.getByText(`retiró la tarifa «${market}»`).first()).toBeVisible();
});

test("the pesos of a dollar stand beside a dealer's spend, and an odd rate is refused in words", async ({ adminPage, dealerPage, accessible }, info) => {
  await adminPage.goto("/admin/tarifas");
  await adminPage.getByLabel("RD$ por US$ 1").fill("sesenta");
  await adminPage.getByRole("button", { name: "Guardar la tasa" }).click();
  await expect(adminPage.locator("#pesos-error")).toContainText("escriba la tasa, como 61.25");
  await expect(adminPage.getByLabel("RD$ por US$ 1")).toHaveValue("sesenta");
  // The other project may save its own between our look and our press.
  const source = `Banco Central ${info.project.name}`;
  await expect(async () => {
    await adminPage.goto("/admin/tarifas");
    await adminPage.getByLabel("RD$ por US$ 1").fill("61.25");
    await adminPage.getByLabel("Fuente").fill(source);
    await adminPage.getByRole("button", { name: "Guardar la tasa" }).click();
    await expect(adminPage.locator(".notice").first()).toContainText("La tasa está guardada", { timeout: 2_000 });
  }).toPass();
  await accessible(adminPage);
  for (const path of ["/panel", "/panel/costos"]) {
    await dealerPage.goto(path);
    await expect(dealerPage.getByLabel("Sus límites")).toContainText(/US\$\s[\d.,]+ · RD\$\s[\d.,]+/);
    await expect(dealerPage.getByLabel("Sus límites")).toContainText("RD$ a 61.25 del");
  }
  await accessible(dealerPage);
});

test("the platform's costs: dealers, months, and the owner's sum with today's limits beside it", async ({ adminPage, accessible }) => {
  await adminPage.goto("/admin/costos?rango=mes");
  const calculator = adminPage.locator("#calculadora");
  await expect(calculator).toContainText(/1,000 concesionarios · 500,000 mensajes × US\$\s0\.015 = US\$\s7,500\.00 al mes \(US\$\s7\.50 por concesionario\)/);
  await expect(calculator).toContainText(/al día: [\d,]+ al mes, US\$/);
  await calculator.getByLabel("Concesionarios").fill("2");
  await calculator.getByLabel("Mensajes al mes, en total").fill("1,000");
  await calculator.getByRole("button", { name: "Calcular" }).click();
  await expect(calculator).toContainText(/2 concesionarios · 1,000 mensajes × US\$\s0\.015 = US\$\s15\.00 al mes/);
  await expect(adminPage).toHaveURL(/rango=mes/);
  await calculator.getByLabel("Días del mes").fill("40");
  await calculator.getByRole("button", { name: "Calcular" }).click();
  await expect(adminPage.locator("#dias-error")).toContainText("de 1 a 31");
  await accessible(adminPage);
});
