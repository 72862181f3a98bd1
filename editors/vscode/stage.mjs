/**
 * Lays out in dist/vsix what the extension is packaged from. Of the pictures of its page VS Code shows only those that are
 * on the web or in the text; nothing of ours is on the web, so they are put into the text.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const STAGE = "dist/vsix";
const PARTS = ["package.json", "CHANGELOG.md", "LICENSE.txt", ".vscodeignore", "media", "dist/extension.js", "dist/page", "dist/server", "dist/THIRD-PARTY-NOTICES.txt"];

rmSync(STAGE, { recursive: true, force: true });
mkdirSync(STAGE, { recursive: true });
for (const part of PARTS) {
  cpSync(part, `${STAGE}/${part}`, { recursive: true });
}
const page = readFileSync("README.md", "utf8");
writeFileSync(`${STAGE}/README.md`, page.replaceAll(/\]\((media\/[\w-]+\.(gif|png))\)/g, (_, path, kind) => {
  return `](data:image/${kind};base64,${readFileSync(path).toString("base64")})`;
}));
