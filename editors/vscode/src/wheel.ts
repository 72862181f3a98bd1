import { readdir } from "node:fs/promises";
import { join } from "node:path";

const NONE = "this build of the extension carries no server. Install it from a checkout of Hearth (`make setup`), and set hearth.path to .venv/bin/hearth there.";

/** The path of the server's wheel, which `npm run package` puts into the extension. */
export async function carried(folder: string): Promise<string> {
  const names = await readdir(folder).catch((): string[] => []);
  const wheel = names.filter((name) => name.endsWith(".whl")).sort().at(-1);
  if (wheel === undefined) {
    throw new Error(NONE);
  }
  return join(folder, wheel);
}
