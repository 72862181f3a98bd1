import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { carried } from "./wheel.ts";
import * as words from "./words.ts";

const WINDOWS = process.platform === "win32";
const CHECK = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/**
 * Make a Python environment with the server in it, with progress. False: the user stopped it, or it failed.
 * The server is the wheel in the folder `wheels` of this extension: no package index is asked for it.
 */
export async function make(folder: string, wheels: string, log: vscode.LogOutputChannel): Promise<boolean> {
  try {
    await words.progress("setting up the server", async (report, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => { stop.abort(); });
      const wheel = await carried(wheels);
      report({ message: "looking for Python 3.11 or newer" });
      const python = await findPython(stop.signal);
      await rm(folder, { recursive: true, force: true });
      await mkdir(dirname(folder), { recursive: true });
      report({ message: "creating an environment" });
      await run(python, ["-m", "venv", folder], stop.signal, (line) => { log.info(line); });
      const own = join(folder, WINDOWS ? "Scripts" : "bin", "python");
      await run(own, ["-m", "pip", "install", "--disable-pip-version-check", wheel], stop.signal, (line) => {
        log.info(line);
        report({ message: line.slice(0, 80) });
      });
    });
    return true;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof Error) || error.name === "AbortError") {
      return false;
    }
    log.error(error.message);
    void explain(error.message, log);
    return false;
  }
}

async function explain(problem: string, log: vscode.LogOutputChannel): Promise<void> {
  const answer = await words.complain(`Hearth could not be set up: ${problem}`, "Show log", "Set path");
  if (answer === "Show log") {
    log.show();
  } else if (answer === "Set path") {
    await vscode.commands.executeCommand("workbench.action.openSettings", "hearth.path");
  }
}

async function findPython(signal: AbortSignal): Promise<string> {
  for (const name of WINDOWS ? ["py", "python"] : ["python3", "python3.13", "python3.12", "python3.11", "python"]) {
    try {
      await run(name, ["-c", CHECK], signal);
      return name;
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
    }
  }
  throw new Error("there is no Python 3.11 or newer with venv and pip on the PATH. Install one (Debian: python3-venv), or set hearth.path.");
}

function run(program: string, argv: string[], signal: AbortSignal, onLine: (line: string) => void = () => undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { signal, stdio: ["ignore", "pipe", "pipe"] });
    let last = "";
    const read = (data: Buffer): void => {
      for (const line of data.toString().split("\n").map((each) => each.trim()).filter((each) => each !== "")) {
        last = line;
        onLine(line);
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) {
        resolve();
      } else {
        reject(new Error(last === "" ? `${program} ended with code ${code ?? "?"}` : last));
      }
    });
  });
}
