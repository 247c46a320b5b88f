// What surrounds every page: theme, keyboard, and the page for what is not there.
import { expect, test } from "../fixtures.ts";
import { HomePage } from "../pages/home.ts";

test("the chosen theme stays across pages, until the device decides again", async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const home = new HomePage(page);
  await page.emulateMedia({ colorScheme: "light" });
  await home.open("?marca=Toyota");
  const light = await background();
  await page.getByRole("button", { name: "Oscuro" }).click();
  await expect(page).toHaveURL(/\?marca=Toyota$/);
  expect(await background()).not.toBe(light);
  await home.vehicles.first().click();
  await expect(page.getByRole("button", { name: "Oscuro" })).toHaveAttribute("aria-pressed", "true");
  expect(await background()).not.toBe(light);
  await page.getByRole("button", { name: "Como el dispositivo" }).click();
  await expect(page.getByRole("button", { name: "Oscuro" })).toHaveAttribute("aria-pressed", "false");
  expect(await background()).toBe(light);
});

test("by keyboard the first stop skips to the content, and every stop is seen", async ({ page }) => {
  await new HomePage(page).open();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Ir al contenido" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#contenido$/);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("¿Qué busca?")).toBeFocused();
  for (let stop = 0; stop < 12; stop++) {
    // The ring is the element's own, or its card's.
    const ringed = await page.evaluate(() => {
      const focused = document.activeElement!;
      return [focused, focused.closest(".card")].some((one) => one && getComputedStyle(one).outlineStyle === "solid");
    });
    expect(ringed, `a ring around ${await page.evaluate(() => document.activeElement?.outerHTML)}`).toBe(true);
    await page.keyboard.press("Tab");
  }
});

test("the API explains itself on a page", async ({ page, accessible }) => {
  await page.goto("/api/docs");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("/api/whatsapp/send");
  await accessible();
});

test.describe("what is not there", () => {
  test.use({ expectedTrouble: /status of 404/ });

  for (const path of ["/nada", "/vehiculos/nada", "/vehiculos/01900000-0000-7000-8000-00000000dead"]) {
    test(`${path} is a page that leads back`, async ({ page, accessible }) => {
      expect((await page.goto(path))?.status()).toBe(404);
      await expect(page.getByRole("heading", { name: "Esta página no existe" })).toBeVisible();
      if (path === "/nada") await accessible();
      await page.getByRole("link", { name: "Ver los vehículos" }).click();
      await expect(new HomePage(page).heading).toBeVisible();
    });
  }
});
