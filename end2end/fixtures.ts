// What every test stands on: a page that may not complain, and a look at it through axe.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Browser, type Page } from "@playwright/test";

export { expect };

type Fixtures = {
  /** What a test expects the page to complain of: `test.use({ expectedTrouble: /status of 404/ })`. */
  expectedTrouble: RegExp | undefined;
  /** No accessibility violation on the page as it stands, in light and dark, narrow and wide. */
  accessible: () => Promise<void>;
};

/** What Chromium says of a page's own scripts where scripts are off: fetched ahead or not, they are never used. */
const scriptsOff = [/request failed: .*\.js \(csp\)/, /preloaded using link preload but not used/];

/** Everything the page complains of from now on. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message) => {
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

  page: async ({ page, expectedTrouble, javaScriptEnabled }, use) => {
    const heard = complaints(page);
    await use(page);
    const expected = [...(expectedTrouble ? [expectedTrouble] : []), ...(javaScriptEnabled ? [] : scriptsOff)];
    expect(heard.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  },

  accessible: async ({ page, browser, javaScriptEnabled }, use) => {
    await use(async () => {
      const seen = javaScriptEnabled ? page : await twin(page, browser);
      const before = page.viewportSize();
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [320, 1280]) {
          await seen.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          await seen.setViewportSize({ width, height: 900 });
          const { violations } = await new AxeBuilder({ page: seen }).analyze();
          const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
          expect(found, `axe, ${colorScheme}, ${width} px, ${page.url()}`).toEqual([]);
          const overflow = await seen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflow, `sideways scrolling at ${width} px, ${page.url()}`).toBeLessThanOrEqual(0);
        }
      }
      if (seen !== page) return seen.context().close();
      await page.emulateMedia({ colorScheme: null, reducedMotion: null });
      if (before) await page.setViewportSize(before);
    });
  },
});
