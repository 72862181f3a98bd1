import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const WINDOWS = process.platform === "win32";

export interface Places {
  /** The setting `hearth.path`. */
  setting: string;
  /** Folders of the workspace; empty when it is not trusted, since a program of its would be run. */
  trusted: string[];
  /** The variable PATH. */
  path: string;
  /** The environment that this extension has made, or "". */
  own: string;
}

export interface Found {
  program?: string;
  /** What is wrong with the setting. */
  problem?: string;
}

/** The server's program: as set, in the workspace's virtual environment, on the PATH, or our own. */
export async function find(places: Places): Promise<Found> {
  if (places.setting !== "") {
    const program = places.setting.replace(/^~(?=[/\\])/, homedir());
    return (await runs(program)) ? { program } : { problem: `The setting hearth.path names ${program}, which is no program.` };
  }
  const folders = [
    ...places.trusted.map((folder) => bin(join(folder, ".venv"))),
    ...places.path.split(delimiter).filter((folder) => folder !== ""),
    ...(places.own === "" ? [] : [bin(places.own)]),
  ];
  for (const folder of folders) {
    const program = join(folder, WINDOWS ? "hearth.exe" : "hearth");
    if (await runs(program)) {
      return { program };
    }
  }
  return {};
}

function bin(environment: string): string {
  return join(environment, WINDOWS ? "Scripts" : "bin");
}

async function runs(program: string): Promise<boolean> {
  try {
    await access(program, constants.X_OK);
    return (await stat(program)).isFile();
  } catch {
    return false;
  }
}
