import { expect, test } from "../fixtures.ts";
import { ContactForm } from "../pages/contact.ts";
import { MessagePage, MessagesPage } from "../pages/message.ts";
import { COROLLA } from "../pages/vehicle.ts";

test("who never wrote reads how to begin", async ({ page, buyer, accessible }) => {
  await page.goto("/mensajes");
  await expect(page.getByRole("heading", { name: "Todavía no ha escrito a nadie" })).toBeVisible();
  await accessible();
});

test("hostile text is text wherever it shows", async ({ page, buyer, dealerPage, accessible }) => {
  const unique = buyer.email;
  const hostile = `</textarea><script>document.title = "robado"</script> &lt;b&gt; ${unique} <img src=x onerror='document.title="robado"'>`;
  const form = await ContactForm.open(page);
  await form.message.fill(hostile);
  await form.image.fill(`http://x/"><script>document.title = "robado"</script>`);
  await form.send.click();
  await expect(page.locator("#image_url-error")).toContainText("https://");
  await expect(form.message).toHaveValue(hostile);
  await form.image.fill("");
  await form.sendAndFollow(page);
  await expect(new MessagePage(page).bubble).toContainText(hostile);
  await accessible();

  const path = new URL(page.url()).pathname;
  await page.goto("/mensajes");
  await expect(new MessagesPage(page).row(unique)).toContainText("</textarea><script>");
  await accessible();
  await dealerPage.goto("/panel/mensajes");
  await expect(new MessagesPage(dealerPage).row(unique)).toContainText("</textarea><script>");
  await dealerPage.goto(`/panel${path}`);
  await expect(new MessagePage(dealerPage).bubble).toContainText(hostile);
  for (const seen of [page, dealerPage]) expect(await seen.title()).toContain("OKLA Contacto");
});

test.describe("what belongs to someone else", () => {
  test.use({ expectedTrouble: /status of 404/ });

  test("another's message is not found, by no buyer and under no path", async ({ page, buyer, openBrowser }) => {
      const form = await ContactForm.open(page);
    await form.sendAndFollow(page);
    const path = new URL(page.url()).pathname;
    const stranger = await openBrowser();
    const headers = { origin: process.env.PUBLIC_URL!, accept: "text/html" };
    await stranger.request.post("/fn/ingresar", {
      form: { email: "comprador@okla.test", password: "demo-okla-2026", back: "/" },
      headers,
    });
    for (const forbidden of [path, `/panel${path}`, "/panel/mensajes"]) {
      expect((await stranger.goto(forbidden))?.status(), forbidden).toBe(404);
    }
    expect((await stranger.request.get(`${path}/eventos`)).status()).toBe(404);
    expect((await page.goto(path))?.status()).toBe(200);
    expect((await stranger.goto(`/vehiculos/${COROLLA}`))?.status()).toBe(200);
  });
});
