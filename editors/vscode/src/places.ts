import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Written into an environment once all of it is there; what it was made with is in it. */
export const COMPLETE = "complete";
const VARIABLES = ["LLAMA_CPP_LIB_PATH", "HEARTH_WHEELS", "CMAKE_ARGS"] as const;
const NAMES = /^environment(-|$)/;

/** By which variables the user chose a llama.cpp. */
export type Asked = Partial<Record<(typeof VARIABLES)[number], string>>;

/** The environment of this extension's own server. */
export interface Own {
  /** The one to use: of the server that is carried, else an older one that is complete; "" for none. */
  folder: string;
  /** It is of another server than the one that is carried. */
  outdated: boolean;
}

/** Which of the environments in the extension's storage to use; `id` is that of the carried server, if there is one. */
export async function own(storage: string, id: string | undefined): Promise<Own> {
  const wanted = join(storage, `environment-${id ?? "none"}`);
  if (await isThere(join(wanted, COMPLETE))) {
    return { folder: wanted, outdated: false };
  }
  const older = (await environments(storage)).map((name) => join(storage, name));
  for (const folder of older.reverse()) {
    if (await isThere(join(folder, COMPLETE))) {
      return { folder, outdated: id !== undefined };
    }
  }
  return { folder: "", outdated: false };
}

/** What an environment was made with, so that the next one does not need the variables again. */
export async function asked(folder: string): Promise<Asked> {
  const text = await readFile(join(folder, COMPLETE), "utf8").catch(() => "");
  try {
    return askedNow(JSON.parse(text) as Asked, {});
  } catch {
    return {}; // older ones are empty
  }
}

/** The variables that are set now, and for the others what they were before. */
export function askedNow(env: Record<string, string | undefined>, before: Asked): Asked {
  const found = VARIABLES.map((name) => [name, env[name] || before[name]] as const);
  return Object.fromEntries(found.filter(([, value]) => typeof value === "string" && value !== ""));
}

/** Remove all environments but that one. On Windows one that runs stays until the next time. */
export async function tidy(storage: string, kept: string): Promise<void> {
  for (const name of await environments(storage)) {
    const folder = join(storage, name);
    if (folder !== kept) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function environments(storage: string): Promise<string[]> {
  const names = await readdir(storage).catch((): string[] => []);
  return names.filter((name) => NAMES.test(name)).sort();
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(() => true, () => false);
}
