// Bundles the extension into dist/, with the licences of what is bundled.
import { build } from "esbuild";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

rmSync("dist", { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  metafile: true,
  logLevel: "warning",
});

const folders = new Set();
for (const file of Object.keys(metafile.inputs)) {
  const at = file.lastIndexOf("node_modules/");
  if (at >= 0) {
    const rest = file.slice(at + "node_modules/".length).split("/");
    const depth = rest[0].startsWith("@") ? 2 : 1;
    folders.add(file.slice(0, at) + "node_modules/" + rest.slice(0, depth).join("/"));
  }
}
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const licence = readdirSync(folder).find((file) => /^licen[cs]e(\.|$)/i.test(file));
  if (licence === undefined) {
    throw new Error(`${name} brings no licence text`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(path.join(folder, licence), "utf8").trim()}\n`;
});
writeFileSync("dist/NOTICES.txt", notices.join("\n" + "-".repeat(80) + "\n\n"));
