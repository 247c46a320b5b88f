import { expect, test } from "../fixtures.ts";
import { HomePage } from "../pages/home.ts";

test("the server says that it lives and that it is ready", async ({ request }) => {
  expect((await request.get("/healthz")).status()).toBe(200);
  expect((await request.get("/readyz")).status()).toBe(200);
});

test("the home page opens and anyone can read it", async ({ page, accessible }) => {
  const home = new HomePage(page);
  expect((await home.open())?.status()).toBe(200);
  await expect(home.heading).toBeVisible();
  await expect(home.vehicles.first()).toBeVisible();
  await accessible();
});

test("filters live in the address, come off one by one, and the back button undoes them", async ({ page }) => {
  const home = new HomePage(page);
  await home.open();
  await home.search("corolla", "Toyota");
  await expect(page).toHaveURL(/\?texto=corolla&marca=Toyota/);
  for (const name of await home.vehicles.allTextContents()) expect(name).toContain("Corolla");
  await expect(page.getByLabel("¿Qué busca?")).toHaveValue("corolla");

  await home.activeFilters.filter({ hasText: "corolla" }).click();
  await expect(page).toHaveURL(/\?marca=Toyota$/);
  await expect(home.vehicles.filter({ hasText: "RAV4" })).toHaveCount(1);

  await page.goBack();
  await expect(page.getByLabel("¿Qué busca?")).toHaveValue("corolla");
  await expect(home.vehicles.filter({ hasText: "RAV4" })).toHaveCount(0);
});

test("a filter that is no number is said so, and the others hold", async ({ page, accessible }) => {
  const home = new HomePage(page);
  await home.open("?marca=Toyota&precio_min=mucho");
  await expect(page.getByText("No entendimos «mucho»")).toBeVisible();
  for (const name of await home.vehicles.allTextContents()) expect(name).toContain("Toyota");
  await accessible();
});

test("filters that leave nothing say so and lead back to all", async ({ page, accessible }) => {
  const home = new HomePage(page);
  await home.open("?texto=cohete");
  await expect(page.getByRole("heading", { name: "Ninguno con estos filtros" })).toBeVisible();
  await accessible();
  await page.getByRole("link", { name: "Ver todos los vehículos" }).click();
  await expect(home.vehicles.first()).toBeVisible();
});

test("the next page shows other vehicles, and the page before the first ones again", async ({ page, accessible }) => {
  const home = new HomePage(page);
  await home.open();
  const first = await home.vehicles.allTextContents();
  await page.getByRole("link", { name: "Siguiente" }).click();
  await expect(page).toHaveURL(/pagina=2/);
  const second = await home.vehicles.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(new Set(second).size).toBe(second.length);
  await accessible();
  await page.getByRole("link", { name: "Anterior" }).click();
  await expect(home.vehicles).toHaveText(first);
  const again = await home.vehicles.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(again.filter((href) => second.includes(href))).toEqual([]);
});
