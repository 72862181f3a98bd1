// A browser on one page, driven by lines of JSON: {code} in, {value} or {error} out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [modules, executablePath, url] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)("playwright-core");
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: QUIET });
const page = await browser.newPage({ viewport: { width: 1200, height: 720 } });
page.setDefaultTimeout(30_000);
const requested = new Set();
page.on("request", (request) => requested.add(request.url()));
await page.goto(url);
console.log(JSON.stringify({ value: "ready" }));
const AsyncFunction = (async () => {}).constructor;
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const value = await new AsyncFunction("page", "requested", JSON.parse(line).code)(page, requested);
    console.log(JSON.stringify({ value: value ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error).slice(0, 2000) }));
  }
}
await browser.close();
