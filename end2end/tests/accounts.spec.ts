import { expect, test } from "../fixtures.ts";
import { newPerson, SignInPage, SignUpPage } from "../pages/accounts.ts";
import { ContactForm } from "../pages/contact.ts";
import { VehiclePage } from "../pages/vehicle.ts";

test("whoever signs up wrongly reads what to mend by each field, and types nothing twice but the password", async ({ page, accessible }) => {
  const signUp = new SignUpPage(page);
  await signUp.open();
  await accessible();
  await signUp.fill({ name: "María Peña", email: "maria", phone: "809-555", password: "corta" });
  await signUp.submit();

  const summary = page.getByRole("alert");
  await expect(summary).toContainText("Revise lo siguiente");
  await expect(summary.getByRole("link")).toHaveCount(4);
  await expect(page.getByLabel("Nombre", { exact: true })).toHaveValue("María Peña");
  await expect(page.getByLabel("Correo electrónico")).toHaveValue("maria");
  await expect(page.getByLabel("Teléfono", { exact: true })).toHaveValue("809-555");
  await expect(page.getByLabel("Contraseña")).toHaveValue("");
  for (const label of ["Correo electrónico", "Teléfono", "Contraseña"]) {
    const field = page.getByLabel(label, { exact: true });
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(/\.$/);
  }
  await expect(page.locator("#consent-error")).toContainText("marque esta casilla");
  await accessible();

  await summary.getByRole("link").first().click();
  await expect(page.getByLabel("Correo electrónico")).toBeFocused();
});

test("a wrong password keeps the e-mail and says no more than it must", async ({ page, accessible }) => {
  await page.goto("/ingresar");
  const door = new SignInPage(page);
  await accessible();
  await door.signIn("comprador@okla.test", "no-es-esta-clave");
  await expect(page.getByRole("alert")).toContainText("El correo o la contraseña no son correctos.");
  await expect(page.getByLabel("Correo electrónico")).toHaveValue("comprador@okla.test");
  await accessible();
});

test("a draft sent after the session ended waits behind sign-up", async ({ page, buyer, context }) => {
  const form = await ContactForm.open(page);
  await form.message.fill("¿Acepta mi yipeta como parte de pago?");
  await form.image.fill("https://okla.com.do/mi-yipeta.jpg");
  await context.clearCookies({ name: "okla_sesion" });
  await form.send.click();

  await expect(page).toHaveURL(/\/ingresar\?volver=/);
  await new SignInPage(page).signUpInstead.click();
  const signUp = new SignUpPage(page);
  await signUp.fill(newPerson());
  await signUp.consent.check();
  await signUp.submit();

  await expect(page).toHaveURL(/\/vehiculos\/[^/]+\/contactar$/);
  await expect(form.message).toHaveValue("¿Acepta mi yipeta como parte de pago?");
  await expect(form.image).toHaveValue("https://okla.com.do/mi-yipeta.jpg");
});

test("who signs out is a visitor again", async ({ page, buyer }) => {
  await page.goto("/mensajes");
  await expect(page.getByText(buyer.name)).toBeVisible();
  await page.getByRole("button", { name: "Salir" }).click();
  await expect(page).toHaveURL("/");
  await page.goto("/mensajes");
  await expect(page).toHaveURL(/\/ingresar\?volver=%2Fmensajes$/);
});

test("a visitor finds the vehicle's page whole, and its button leads through the door", async ({ page, accessible }) => {
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await accessible();
  await vehicle.contact.click();
  await expect(page).toHaveURL(/\/ingresar\?volver=/);
});
