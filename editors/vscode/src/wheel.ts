import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

const NONE = "this build of the extension carries no server. Install it from a checkout of Hearth (`make install`).";
const LLAMA = "llama_cpp_python-";

/** What the extension carries, made by `npm run package`. */
export interface Carried {
  /** The path of the server's wheel. */
  wheel: string;
  /** The path of the list of what the server needs, each with its digest. */
  lock: string;
  /** The names of llama.cpp's wheels beside it: one, or none. The server's own installer chooses and takes it. */
  llama: string[];
  /** Changes with the server or with what it needs. */
  id: string;
}

export async function carried(folder: string): Promise<Carried> {
  const names = await readdir(folder).catch((): string[] => []);
  const name = names.filter((each) => each.endsWith(".whl") && !each.startsWith(LLAMA)).sort().at(-1);
  if (name === undefined || !names.includes("requirements.lock")) {
    throw new Error(NONE);
  }
  const [wheel, lock] = [join(folder, name), join(folder, "requirements.lock")];
  const digest = createHash("sha256").update(await readFile(wheel)).update(await readFile(lock)).digest("hex");
  const version = basename(name).split("-")[1] ?? "0";
  return { wheel, lock, llama: names.filter(isLlama), id: `${version}-${digest.slice(0, 8)}` };
}

/** The names of llama.cpp's wheels in a folder of the user's. */
export async function llamaIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch((): string[] => [])).filter(isLlama);
}

function isLlama(name: string): boolean {
  return name.startsWith(LLAMA) && name.endsWith(".whl");
}
