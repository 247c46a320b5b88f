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
  await accessible();
});
