/** The licences of the packages that are part of the extension's scripts, which their authors ask to keep. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Write them to a file; `metafiles` are what esbuild says of its builds. */
export function write(metafiles, file) {
  const inputs = metafiles.flatMap((each) => Object.keys(each.inputs));
  const folders = new Set(inputs.map((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter((each) => each !== undefined));
  writeFileSync(file, [...folders].sort().map(notice).join("\n\n"));
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder).filter((each) => /^(licen[cs]e|notice|copying)/i.test(each)).sort();
  if (texts.length === 0) {
    throw new Error(`${name} has no file with its licence`);
  }
  return [`${name} ${version} (${license})`, ...texts.map((each) => readFileSync(join(folder, each), "utf8").trim())].join("\n\n");
}
