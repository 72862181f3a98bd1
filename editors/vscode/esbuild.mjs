import { build } from "esbuild";
import { write } from "./notices.mjs";

const common = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", metafile: true };

const extension = await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
});
const page = await build({
  ...common,
  entryPoints: ["src/page/main.ts", "src/page/page.css"],
  outdir: "dist/page",
  format: "iife",
  target: "chrome120",
});
write([extension.metafile, page.metafile], "dist/THIRD-PARTY-NOTICES.txt");
