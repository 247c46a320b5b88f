import { expect, test } from "../fixtures.ts";
import { newPerson, SignInPage, SignUpPage } from "../pages/accounts.ts";
import { AccountPage, CodePage } from "../pages/people.ts";
import { phoneSays } from "../world.ts";

/** A number of nobody else's, at which all goes well. */
function freshNumber(): string {
  return `+1829${String(Math.floor(Math.random() * 10_000)).padStart(4, "0")}123`;
}

test("whoever signs up proves his number, chooses what he agrees to, resets his password and erases himself", async ({
  page,
  request,
  accessible,
  javaScriptEnabled,
}) => {
  const number = freshNumber();
  const person = { ...newPerson(), phone: number };
  const signUp = new SignUpPage(page);
  await signUp.open();
  await signUp.fill(person);
  await signUp.consent.check();
  await page.getByLabel("Avísenme por WhatsApp cuando el vendedor conteste.").check();
  await signUp.submit();

  await expect(page).toHaveURL("/cuenta/numero");
  const proof = new CodePage(page);
  await expect(proof.whatsapp).toHaveAttribute("href", /^https:\/\/wa\.me\/\d+\?text=OKLA/);
  await accessible();
  await phoneSays(request, { From: number, Body: `${(await proof.code()).toLowerCase()}: quiero comprobar mi número` });
  await expect(async () => {
    // With scripts the page learns it by itself.
    if (!javaScriptEnabled) await proof.refresh.click();
    await expect(page.getByRole("main")).toContainText("es su número y está comprobado", { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await accessible();

  const account = new AccountPage(page);
  await account.open();
  await accessible();
  await expect(account.consent("Avisos de respuestas")).toContainText("Aceptado");
  await expect(account.consent("Ofertas (publicidad)")).toContainText("Sin aceptar");
  await account.consent("Mostrar mi número").getByRole("button").click();
  await expect(page.getByRole("status")).toContainText("Su permiso quedó anotado.");
  await account.consent("Mostrar mi número").getByRole("button").click();
  await expect(page.getByRole("status")).toContainText("Su permiso quedó retirado.");
  const file = await (await page.request.get("/cuenta/datos.json")).json();
  expect(file.cuenta.correo).toBe(person.email);

  await page.getByRole("button", { name: "Salir" }).click();
  await page.goto("/ingresar");
  await page.getByRole("link", { name: "Olvidé mi contraseña" }).click();
  await accessible();
  await page.getByLabel("Correo electrónico").fill(person.email);
  await page.getByRole("button", { name: "Pedir un código" }).click();
  await accessible();
  await phoneSays(request, { From: number, Body: await proof.code() });
  const fresh = page.getByLabel("Contraseña nueva");
  await expect(async () => {
    if (!javaScriptEnabled) await proof.refresh.click();
    await expect(fresh).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await accessible();
  await fresh.fill("un concho bien lleno");
  await page.getByRole("button", { name: "Cambiar la contraseña" }).click();
  await expect(page.getByRole("status")).toContainText("Su contraseña cambió");
  await new SignInPage(page).signIn(person.email, "un concho bien lleno");
  await expect(page).toHaveURL("/");

  await page.goto("/cuenta/borrar");
  await accessible();
  await page.getByLabel("Palabra").fill("BORRAR");
  await page.getByLabel("Contraseña").fill("un concho bien lleno");
  await page.getByRole("button", { name: "Borrar para siempre" }).click();
  await expect(page.getByRole("status")).toContainText("Su cuenta y sus datos están borrados.");
  await new SignInPage(page).signIn(person.email, "un concho bien lleno");
  await expect(page.getByRole("alert")).toContainText("no son correctos");
});
