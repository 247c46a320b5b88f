import { expect, test } from "../fixtures.ts";
import { ContactForm } from "../pages/contact.ts";
import { DrivePage } from "../pages/drives.ts";
import { HandsetPage } from "../pages/handset.ts";
import { VehiclePage } from "../pages/vehicle.ts";
import { created, phoneSays } from "../world.ts";

type Created = { sid: string; to: string; body: string };

/** A day and an hour from now on, as `datetime-local` has it. */
function at(days: number, clock: string): string {
  const day = new Date(Date.now() + days * 86_400_000 - 4 * 3_600_000);
  return `${day.toISOString().slice(0, 10)}T${clock}`;
}

test("a test drive: asked for on the vehicle's page, set by the dealer's telephone, moved in the panel, called off", async ({
  page,
  buyer,
  dealerPage,
  request,
  accessible,
}, info) => {
  const words = `Voy con mi hermano. ${crypto.randomUUID()}`;
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await page.goto(`${page.url()}/contactar`);
  const form = ContactForm.on(page);
  await expect(page.getByLabel("Primera hora")).toBeHidden();
  await page.getByLabel("Prueba de manejo").check();
  await form.message.fill(words);
  await page.getByLabel("Primera hora").fill(at(3, "05:00"));
  await accessible();
  await form.send.click();
  await expect(page.getByText("Elija una hora entre las 8:00").first()).toBeVisible();
  await expect(form.message).toHaveValue(words);
  // The other project's story is on none of these days, and at none of these minutes.
  const isJs = info.project.name === "js";
  const day = (isJs ? 3 : 28) + Math.floor(Math.random() * 20);
  const minute = String((isJs ? 10 : 35) + Math.floor(Math.random() * 25));
  await page.getByLabel("Primera hora").fill(at(day, `10:${minute}`));
  await page.getByLabel("Otra hora (opcional)").fill(at(day + 1, `15:${minute}`));
  await form.send.click();
  await expect(page.getByRole("main")).toContainText(words);

  let asked: Created | undefined;
  await expect(async () => {
    const found = (await created(request, {})) as Created[];
    asked = found.find((message) => message.body.includes(words));
    expect(asked?.body).toContain("10:" + minute);
  }).toPass({ timeout: 15_000 });
  await phoneSays(request, { From: asked!.to, Body: "Segunda hora", ButtonText: "Segunda hora", ButtonPayload: "prueba-segunda", OriginalRepliedMessageSid: asked!.sid });

  const his = new DrivePage(dealerPage);
  await expect(async () => {
    await his.open("/panel/pruebas", `:${minute}`);
    await expect(his.main).toContainText("Confirmada", { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await expect(his.main).toContainText(`3:${minute} p. m.`);
  await accessible(dealerPage);
  await his.setTime(at(day + 2, "20:30"));
  await expect(his.main).toContainText("entre las 8:00");
  await his.setTime(at(day + 2, `16:${minute}`));
  await expect(his.main).toContainText("La hora está puesta");
  await dealerPage.goto("/panel/pruebas");
  await accessible(dealerPage);

  const mine = new DrivePage(page);
  await mine.open("/pruebas", "Auto Feria");
  await expect(mine.main).toContainText(`4:${minute} p. m.`);
  await accessible();
  await mine.cancel.click();
  await expect(mine.main).toContainText("La prueba está cancelada");
  await expect(mine.cancel).toBeHidden();
  await expect(async () => {
    const told = (await created(request, { to: asked!.to })) as Created[];
    expect(told.some(({ body }) => body.includes(`quedó cancelada por ${buyer.name}`))).toBe(true);
  }).toPass({ timeout: 15_000 });
});

test("«Me interesa» reaches the dealer's telephone and his list, once", async ({ page, buyer, dealerPage, request, accessible }) => {
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  const name = await page.getByRole("heading", { level: 1 }).innerText();
  await page.getByRole("button", { name: "Me interesa" }).click();
  await expect(page.getByRole("status")).toContainText("El vendedor ve que le interesa");
  await expect(page.getByRole("button", { name: "Me interesa" })).toBeHidden();
  await accessible();
  await expect(async () => {
    const told = (await created(request, {})) as Created[];
    expect(told.some(({ body }) => body.includes("interes") && body.includes("/panel/intereses"))).toBe(true);
  }).toPass({ timeout: 15_000 });
  await dealerPage.goto("/panel/intereses");
  const row = dealerPage.getByRole("row", { name: buyer.name }).first();
  await expect(row).toContainText(name.split(" ")[0]!);
  await accessible(dealerPage);
});

test("a listing is renewed by its page's button, not by its link", async ({ dealerPage, accessible }) => {
  await dealerPage.goto("/panel/vehiculos");
  await dealerPage.getByRole("cell", { name: /Toyota/ }).first().getByRole("link").click();
  const last = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await dealerPage.getByLabel("Último día (opcional)").fill(last);
  const page = `${new URL(dealerPage.url()).pathname}/renovar`;
  await dealerPage.getByRole("button", { name: "Guardar" }).click();
  await dealerPage.goto(page);
  await dealerPage.reload();
  await expect(dealerPage.getByRole("main")).toContainText("Renovarla la deja a la vista 30 días más");
  await accessible(dealerPage);
  await dealerPage.getByRole("button", { name: "Renovar" }).click();
  await expect(dealerPage.getByRole("status")).toContainText("Renovada: sigue a la vista hasta el");
});

test("a listing that ends within a week is told to its dealer's telephone, and renewed by the button there", async ({ page, dealerPage, request }, info) => {
  // The calendar is looked at once a minute.
  info.setTimeout(150_000);
  const model = info.project.name === "js" ? "Honda CR-V" : "Hyundai Sonata";
  await dealerPage.goto("/panel/vehiculos");
  await dealerPage.getByRole("cell", { name: new RegExp(model) }).first().getByRole("link").click();
  await dealerPage.getByLabel("Último día (opcional)").fill(at(7, "").slice(0, 10));
  await dealerPage.getByRole("button", { name: "Guardar" }).click();
  let told: Created | undefined;
  await expect(async () => {
    const all = (await created(request, {})) as Created[];
    told = all.find(({ body }) => body.includes(`su publicación de ${model}`) && body.includes("vence"));
    expect(told?.body).toContain("en 7 días");
  }).toPass({ timeout: 90_000 });
  const handset = new HandsetPage(page);
  await handset.open(told!.to.replace("whatsapp:", ""));
  const renew = handset.buttonUnder(`su publicación de ${model}`, "Renovar");
  await expect(async () => {
    await handset.refresh.click();
    await expect(renew).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await renew.click();
  await expect(async () => {
    await handset.refresh.click();
    await expect(handset.conversation).toContainText(new RegExp(`Listo: su publicación de ${model}.* sigue a la vista hasta el`), { timeout: 300 });
  }).toPass({ timeout: 15_000 });
});
