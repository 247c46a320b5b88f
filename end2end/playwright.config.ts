import { defineConfig } from "@playwright/test";

const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "tests",
  globalSetup: "./setup.ts",
  outputDir: process.env.OKLA_RESULTS ?? "../.data/end2end/results",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  // Four looks by axe at a page of forty vehicles take a slow machine a while.
  timeout: 60_000,
  reporter: "list",
  use: {
    baseURL: process.env.PUBLIC_URL,
    locale: "es-DO",
    timezoneId: "America/Santo_Domingo",
    screenshot: "only-on-failure",
    // Dear; `end2end/run --trace retain-on-failure` when a failure is to be walked through.
    trace: "off",
    launchOptions: {
      executablePath: process.env.OKLA_CHROMIUM ?? "/usr/bin/chromium",
      // Root has no sandbox to give; a closed network must not slow Chromium down with calls home.
      args: [
        ...(asRoot ? ["--no-sandbox"] : []),
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: [
    { name: "js", testIgnore: "**/tests/no-js/**", use: { javaScriptEnabled: true } },
    { name: "no-js", testIgnore: "**/tests/js/**", use: { javaScriptEnabled: false } },
  ],
});
