// What every test stands on: a page that may not complain, and a look at it through axe.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Browser, type Page } from "@playwright/test";
import { newPerson, type Person } from "./pages/accounts.ts";
import { ADMIN, DEALER } from "./world.ts";

export { expect };

/** Both themes and both widths come first; where the same page was seen with scripts, those two do. */
const LOOKS = [
  { colorScheme: "light", width: 320 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "dark", width: 320 },
  { colorScheme: "light", width: 1280 },
] as const;

type Fixtures = {
  /** What a test expects the page to complain of: `test.use({ expectedTrouble: /status of 404/ })`. */
  expectedTrouble: RegExp | undefined;
  /** No accessibility violation on a page (unless told, `page`) as it stands, in light and dark, narrow and wide. */
  accessible: (other?: Page) => Promise<void>;
  /** A page of somebody else's browser, listened to as `page` is. */
  openBrowser: () => Promise<Page>;
  /** A buyer who just signed up, signed in on `page`. */
  buyer: Person;
  /** The demo dealer's own page, signed in. */
  dealerPage: Page;
  /** The demo admin's, likewise. */
  adminPage: Page;
};

/** What Chromium says of a page's own scripts where scripts are off: fetched ahead or not, they are never used. */
const scriptsOff = [/request failed: .*\.js \(csp\)/];

/** Everything the page complains of from now on. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message) => {
    // A page that lies behind another one wakes late: its islands come after the browser asks where they are.
    if (message.text().includes("was preloaded using link preload but not used")) return;
    if (["error", "warning"].includes(message.type())) heard.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => heard.push(`page error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A page that is left takes its open requests with it: event streams always end so.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") heard.push(`request failed: ${request.url()} (${reason})`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) heard.push(`answer ${response.status()}: ${response.url()}`);
  });
  return heard;
}

function unexpected(heard: string[], expectedTrouble: RegExp | undefined, javaScriptEnabled: boolean): string[] {
  const expected = [...(expectedTrouble ? [expectedTrouble] : []), ...(javaScriptEnabled ? [] : scriptsOff)];
  return heard.filter((text) => !expected.some((pattern) => pattern.test(text)));
}

/** Posts a form as a page of the site would; its cookies are the page's. */
async function post(page: Page, path: string, form: Record<string, string>, leadsTo = "/") {
  const origin = process.env.PUBLIC_URL!;
  const answer = await page.request.post(path, { form, headers: { origin, accept: "text/html" }, maxRedirects: 0 });
  expect(answer.headers()["location"], `${path} lets him in`).toBe(leadsTo);
}

/** The page as it stands, without its scripts, where axe can run its own: it needs timers, which a page without scripts lacks. */
async function twin(page: Page, browser: Browser): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: true, storageState: await page.context().storageState() });
  const body = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/g, "").replace(/<\/?noscript>/g, "");
  const copy = await context.newPage();
  await copy.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await copy.goto(page.url());
  return copy;
}

export const test = base.extend<Fixtures>({
  expectedTrouble: [undefined, { option: true }],

  // Each test comes from an address of its own: whoever knocks too often is turned away by address.
  extraHTTPHeaders: async ({}, use) => {
    const byte = () => Math.floor(Math.random() * 256);
    await use({ "x-forwarded-for": `10.${byte()}.${byte()}.${byte()}` });
  },

  page: async ({ page, expectedTrouble, javaScriptEnabled }, use) => {
    const heard = complaints(page);
    await use(page);
    expect(unexpected(heard, expectedTrouble, javaScriptEnabled)).toEqual([]);
  },

  openBrowser: async ({ browser, expectedTrouble, javaScriptEnabled }, use) => {
    const heard: string[][] = [];
    const opened: Page[] = [];
    await use(async () => {
      const page = await (await browser.newContext()).newPage();
      heard.push(complaints(page));
      opened.push(page);
      return page;
    });
    await Promise.all(opened.map((page) => page.context().close()));
    expect(unexpected(heard.flat(), expectedTrouble, javaScriptEnabled)).toEqual([]);
  },

  buyer: async ({ page }, use) => {
    const person = newPerson();
    const consent = await (await page.request.get("/registro")).text();
    const version = /name="consent" value="([^"]+)"/.exec(consent)![1];
    await post(page, "/fn/registro", { ...person, consent: version, back: "/" }, "/cuenta/numero");
    await use(person);
  },

  dealerPage: async ({ openBrowser }, use) => {
    const page = await openBrowser();
    await post(page, "/fn/ingresar", { ...DEALER, back: "/" });
    await use(page);
  },

  adminPage: async ({ openBrowser }, use) => {
    const page = await openBrowser();
    await post(page, "/fn/ingresar", { ...ADMIN, back: "/" });
    await use(page);
  },

  accessible: async ({ page: own, browser, javaScriptEnabled }, use) => {
    await use(async (page = own) => {
      const seen = javaScriptEnabled ? page : await twin(page, browser);
      const before = page.viewportSize();
      for (const { colorScheme, width } of javaScriptEnabled ? LOOKS : LOOKS.slice(0, 2)) {
        await seen.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await seen.setViewportSize({ width, height: 900 });
        const { violations } = await new AxeBuilder({ page: seen }).analyze();
        const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
        expect(found, `axe, ${colorScheme}, ${width} px, ${page.url()}`).toEqual([]);
        const overflow = await seen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `sideways scrolling at ${width} px, ${page.url()}`).toBeLessThanOrEqual(0);
      }
      // Text twice as large, on a desktop (WCAG 1.4.4).
      await seen.setViewportSize({ width: 1280, height: 900 });
      await seen.evaluate(() => (document.documentElement.style.fontSize = "200%"));
      const overflow = await seen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `sideways scrolling with large text, ${page.url()}`).toBeLessThanOrEqual(0);
      if (seen !== page) return seen.context().close();
      await seen.evaluate(() => (document.documentElement.style.fontSize = ""));
      await page.emulateMedia({ colorScheme: null, reducedMotion: null });
      if (before) await page.setViewportSize(before);
    });
  },
});
