// The admin's room; that it binds the sends src/tests/admin.rs proves.
import { expect, test } from "../fixtures.ts";
import { press, tabTo } from "../keyboard.ts";

test("an admin stops a kind of message, sees that it is stopped, and lets it go on", async ({ adminPage, accessible }, info) => {
  // A kind of each project's own, which no other story sends.
  const kind = info.project.name === "js" ? "Oferta" : "Nuevo interés";
  await adminPage.goto("/admin/limites");
  await adminPage.getByText("Pausar envíos").click();
  await adminPage.getByLabel("Tipo de mensaje").selectOption({ label: kind });
  await adminPage.getByLabel("Motivo").fill("Prueba de la página");
  await adminPage.getByRole("button", { name: "Pausar" }).click();
  await expect(adminPage.getByRole("alert")).toContainText("escriba PAUSAR");
  await expect(adminPage.getByLabel("Motivo")).toHaveValue("Prueba de la página");
  await accessible(adminPage);
  await adminPage.getByLabel("Escriba PAUSAR").fill("PAUSAR");
  await adminPage.getByRole("button", { name: "Pausar" }).click();
  const paused = adminPage.locator(".paused", { hasText: kind });
  await expect(paused).toContainText("Prueba de la página");
  await accessible(adminPage);
  await paused.getByRole("button", { name: "Reanudar" }).click();
  await expect(adminPage.locator(".notice")).toContainText(["Los envíos siguen."]);
  await expect(paused).toHaveCount(0);
  await adminPage.getByRole("link", { name: "Auditoría" }).click();
  await expect(adminPage.getByText(`reanudó los envíos de tipo «${kind}».`).first()).toBeVisible();
  await accessible(adminPage);
});

test("a limit of one dealer is set for a week, with its reason, and taken away again", async ({ adminPage, accessible }, info) => {
  const dealer = info.project.name === "js" ? "vega-real-autos" : "este-premium";
  await adminPage.goto("/admin/limites");
  await adminPage.locator("#de").fill(dealer);
  await adminPage.getByRole("button", { name: "Poner un límite propio" }).click();
  await expect(adminPage.getByRole("button", { name: "Guardar" })).toHaveCount(0);
  await adminPage.getByLabel(/^Valor/).fill("dos mil");
  await adminPage.getByLabel("Motivo").fill("Campaña de feria");
  await adminPage.getByRole("button", { name: "Ver el efecto" }).click();
  await expect(adminPage.locator("#valor-error")).toContainText("escriba un número entero");
  await expect(adminPage.getByLabel(/^Valor/)).toHaveValue("dos mil");
  await accessible(adminPage);
  await adminPage.getByLabel(/^Valor/).fill("2,000");
  await adminPage.getByRole("button", { name: "Ver el efecto" }).click();
  await expect(adminPage.getByRole("heading", { name: "Qué pasaría" })).toBeVisible();
  await expect(adminPage.getByLabel("Motivo")).toHaveValue("Campaña de feria");
  await accessible(adminPage);
  await adminPage.getByRole("button", { name: "Guardar" }).click();
  const row = adminPage.locator("tr", { hasText: "2,000" }).filter({ hasText: "Campaña de feria" }).first();
  await expect(row).toBeVisible();
  await row.getByRole("link").click();
  await adminPage.getByLabel("Como para todos").check();
  await adminPage.getByLabel("Motivo").fill("Terminó la feria");
  await adminPage.getByRole("button", { name: "Ver el efecto" }).click();
  await adminPage.getByRole("button", { name: "Guardar" }).click();
  await expect(adminPage.locator(".notice").first()).toContainText("El límite está guardado");
});

test("a dealer asks for more, an admin says no, and the dealer reads why", async ({ dealerPage, adminPage, accessible }, info) => {
  // A limit of each project's own: one request at a time waits.
  const limit = info.project.name === "js" ? "Usuario, por hora" : "Concesionario, por hora";
  const why = `Feria de ${info.project.name}`;
  await dealerPage.goto("/panel");
  await dealerPage.getByRole("link", { name: "Pedir más" }).first().click();
  await dealerPage.getByLabel("Límite", { exact: true }).selectOption({ label: limit });
  await dealerPage.getByLabel("Cuánto necesita").fill("300");
  await dealerPage.getByLabel("Motivo").fill(why);
  await accessible(dealerPage);
  await dealerPage.getByRole("button", { name: "Enviar solicitud" }).click();
  await expect(dealerPage.locator("li", { hasText: why })).toContainText("En espera");
  await adminPage.goto("/admin/limites");
  await adminPage.getByRole("link", { name: "Con solicitud" }).click();
  const row = adminPage.locator("tr", { hasText: why });
  await expect(row).toContainText("Pide 300");
  await accessible(adminPage);
  await row.getByRole("link", { name: "Decidir" }).click();
  await adminPage.getByLabel("Respuesta").fill("Por ahora no");
  await accessible(adminPage);
  await adminPage.getByRole("button", { name: "Negar" }).click();
  await expect(adminPage.locator(".notice").first()).toContainText("La solicitud está negada");
  await dealerPage.reload();
  await expect(dealerPage.locator("li", { hasText: why })).toContainText("OKLA: Por ahora no");
  await accessible(dealerPage);
});

test("a pause, a limit, the audit, a person and the system are reached by keyboard alone", async ({ adminPage }, info) => {
  // A dealer of each project's own, of whom no other story sends.
  const dealer = info.project.name === "js" ? "cibao-motors" : "san-cristobal-auto-import";
  const link = (name: string | RegExp) => adminPage.getByRole("link", { name }).first();
  const button = (name: string) => adminPage.getByRole("button", { name, exact: true });
  const type = async (field: string, text: string) => {
    await tabTo(adminPage, adminPage.locator(field));
    await adminPage.keyboard.insertText(text);
  };
  await adminPage.goto("/admin/limites");
  await press(adminPage, adminPage.getByText("Pausar envíos"));
  await type("#concesionario", dealer);
  await type("#motivo", "Con el teclado");
  await type("#palabra", "PAUSAR");
  await press(adminPage, button("Pausar"));
  const paused = adminPage.locator(".paused", { hasText: "Con el teclado" });
  await press(adminPage, paused.getByRole("button", { name: "Reanudar" }));
  await expect(paused).toHaveCount(0);

  await type("#de", dealer);
  await press(adminPage, button("Poner un límite propio"));
  await type("#valor", "1500");
  await type("#motivo", "Con el teclado");
  await press(adminPage, button("Ver el efecto"));
  await expect(adminPage.getByRole("heading", { name: "Qué pasaría" })).toBeVisible();
  await press(adminPage, button("Guardar"));
  await expect(adminPage.locator(".notice").first()).toContainText("El límite está guardado");

  await press(adminPage, link("Auditoría"));
  await press(adminPage, link("Límites"));
  await press(adminPage, link("Usuarios"));
  await type("#buscar", "admin");
  await press(adminPage, button("Buscar"));
  await press(adminPage, adminPage.locator("tbody a").first());
  await expect(adminPage).toHaveURL(/\/admin\/usuarios\/[0-9a-f-]{36}/);
  await press(adminPage, link("Sistema"));
  await press(adminPage, button("Probar la dirección de avisos"));
  await expect(adminPage.getByRole("heading", { name: "Sistema", level: 1 })).toBeVisible();
});
