// node drive.mjs PLAYWRIGHT CHROMIUM URL WORKSPACE TESTS: opens VS Code in a browser, which runs the tests in its extension
// host; prints what they print and ends with their exit code.
import { createRequire } from "node:module";

const [playwright, executablePath, url, workspace, tests] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const host = new URL(url).host;
const payload = [
  ["extensionDevelopmentPath", `vscode-remote://${host}${tests}`],
  ["extensionTestsPath", `vscode-remote://${host}${tests}/tests.js`],
  ["skipWelcome", "true"],
];

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
});
const page = await browser.newPage();
await page.route("**/*", (route) => {
  const wanted = new URL(route.request().url());
  return wanted.host === host || !wanted.protocol.startsWith("http") ? route.continue() : route.abort();
});
const ended = new Promise((resolve) => {
  page.exposeFunction("codeAutomationExit", resolve);
  setTimeout(resolve, 150_000, "nothing came of it");
});
await page.exposeFunction("codeAutomationLog", (_kind, words) => {
  const line = words.map(String).join(" ");
  if (process.env.DEBUG || /^(passed|failed): /.test(line)) console.log(line);
});
await page.goto(`${url}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
const code = await ended;
console.log(`exit ${code}`);
await browser.close();
process.exit(code === 0 ? 0 : 1);
