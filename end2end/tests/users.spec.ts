// People in the admin's room, and the second factor; what each lets through src/tests proves.
import { expect, test } from "../fixtures.ts";
import { SignInPage } from "../pages/accounts.ts";
import { codeOf, SecondFactorPage, UsersPage } from "../pages/users.ts";

test("whoever turns the second factor on keeps ten codes, and gets in with password and code", async ({ page, buyer, accessible }) => {
  const factor = new SecondFactorPage(page);
  await page.goto("/cuenta");
  await accessible();
  await page.getByRole("link", { name: "Activar el segundo factor" }).click();
  const secret = await factor.begin(buyer.password);
  await expect(page.getByRole("img", { name: /Código QR/ })).toBeVisible();
  await accessible();
  await factor.confirm("000000");
  await expect(page.locator("#codigo-error")).toContainText("no es el que muestra su aplicación");
  await factor.confirm(codeOf(secret));
  await expect(factor.recoveryCodes).toHaveCount(10);
  const recovery = await factor.recoveryCodes.first().textContent();
  await accessible();
  await page.getByRole("link", { name: "Ya los guardé" }).click();

  await page.getByRole("button", { name: "Salir" }).click();
  await page.goto("/mensajes");
  await new SignInPage(page).signIn(buyer.email, buyer.password);
  await expect(page.getByRole("heading", { name: "Código de acceso" })).toBeVisible();
  await factor.enter("000000");
  await expect(page.getByRole("alert")).toContainText("no es correcto o ya se usó");
  await accessible();
  // The app's next code: the present one was taken by turning it on.
  await factor.enter(codeOf(secret, Date.now() + 30_000));
  await expect(page).toHaveURL("/mensajes");

  await factor.open();
  await page.getByLabel("Contraseña").fill(buyer.password);
  await factor.code.fill(recovery!);
  await page.getByRole("button", { name: "Quitar el segundo factor" }).click();
  await expect(page.getByText("El segundo factor está desactivado.")).toBeVisible();
});

test("an admin finds a person, sees the number for a reason, and disables and enables the account", async ({ page, buyer, adminPage, accessible }) => {
  const users = new UsersPage(adminPage);
  await users.open();
  await accessible(adminPage);
  await users.find(buyer.email);
  await adminPage.getByRole("link", { name: buyer.name }).click();
  await expect(adminPage.getByRole("heading", { level: 1 })).toHaveText(buyer.name);
  await expect(adminPage.getByText(/\+1809…77/)).toBeVisible();
  await accessible(adminPage);
  await users.act("Mostrar número", "", "Mostrar");
  await expect(adminPage.locator("#motivo_numero-error")).toContainText("escriba por qué");
  await users.act("Mostrar número", "Pidió ayuda por teléfono", "Mostrar");
  await expect(adminPage.getByText("+1 809 555 0177")).toBeVisible();

  await users.act("Desactivar la cuenta", "Prueba de la página", "Desactivar la cuenta");
  await expect(adminPage.getByText("Cuenta desactivada")).toBeVisible();
  await page.goto("/mensajes");
  await expect(page).toHaveURL(/\/ingresar/);
  await new SignInPage(page).signIn(buyer.email, buyer.password);
  await expect(page.getByRole("alert")).toContainText("Su cuenta está desactivada");
  await users.act("Activar la cuenta", "Terminó la prueba", "Activar la cuenta");
  await new SignInPage(page).signIn(buyer.email, buyer.password);
  await expect(page).toHaveURL("/mensajes");

  await adminPage.goto("/admin/auditoria?de=cuentas");
  await expect(adminPage.getByText(`vio el número de ${buyer.name}.`).first()).toBeVisible();
});

test("who fails to sign in is listed with what was typed only where it is somebody's", async ({ page, buyer, adminPage, accessible }) => {
  await page.goto("/mensajes");
  await page.getByRole("button", { name: "Salir" }).click();
  await page.goto("/ingresar");
  await new SignInPage(page).signIn(buyer.email, "no-es-esta-clave");
  await new SignInPage(page).signIn("mi contraseña de siempre", "x");
  await new UsersPage(adminPage).open();
  await adminPage.getByRole("link", { name: "Intentos fallidos" }).click();
  await expect(adminPage.getByRole("row", { name: buyer.email })).toContainText("Contraseña equivocada");
  await expect(adminPage.getByText("Correos que nadie tiene").first()).toBeVisible();
  await expect(adminPage.getByText("mi contraseña de siempre")).toHaveCount(0);
  await accessible(adminPage);
});

test("an admin finds who works for a dealer", async ({ adminPage, accessible }) => {
  await new UsersPage(adminPage).open();
  await adminPage.getByRole("link", { name: "Concesionarios", exact: true }).first().click();
  await expect(adminPage.getByRole("heading", { name: "Concesionarios y su gente" })).toBeVisible();
  await accessible(adminPage);
  await adminPage.getByLabel("Concesionario").fill("FERIA");
  await adminPage.getByRole("button", { name: "Buscar" }).click();
  await adminPage.getByRole("row", { name: "auto-feria" }).getByRole("link").click();
  await expect(adminPage).toHaveURL(/\/admin\/usuarios\?concesionario=auto-feria/);
});

test("an admin closes one of a person's sessions, and the person the others", async ({ page, buyer, openBrowser, adminPage }) => {
  const elsewhere = await openBrowser();
  await elsewhere.goto("/ingresar?volver=%2Fmensajes");
  await new SignInPage(elsewhere).signIn(buyer.email, buyer.password);
  await page.goto("/cuenta");
  await expect(page.locator(".session")).toHaveCount(2);
  await page.getByRole("button", { name: "Cerrar las demás" }).click();
  await expect(page.locator(".session")).toHaveCount(1);
  await elsewhere.goto("/mensajes");
  await expect(elsewhere).toHaveURL(/\/ingresar/);

  const users = new UsersPage(adminPage);
  await users.open();
  await users.find(buyer.email);
  await adminPage.getByRole("link", { name: buyer.name }).click();
  await adminPage.getByRole("button", { name: /Cerrar la sesión/ }).click();
  await expect(adminPage.getByText("La sesión está cerrada.")).toBeVisible();
  await page.goto("/mensajes");
  await expect(page).toHaveURL(/\/ingresar/);
});
