import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { type Asked, askedNow, COMPLETE } from "./places.ts";
import { findPython, here, needCompiler } from "./toolchain.ts";
import { type Carried, llamaIn } from "./wheel.ts";
import * as words from "./words.ts";

const WINDOWS = process.platform === "win32";

/**
 * Make a Python environment with the server in it, with progress. False: the user stopped it, or it failed.
 * What the user asked of llama.cpp by variables when it was made `before` is asked again.
 * The server is the wheel that this extension carries, and what it needs has the digests of the lock beside it.
 */
export async function make(folder: string, { wheel, lock, llama }: Carried, before: Asked, log: vscode.LogOutputChannel): Promise<boolean> {
  try {
    const asked = askedNow(process.env, before);
    const env = { ...process.env, ...asked };
    await words.progress("setting up the server", async (report, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => { stop.abort(); });
      const step = (message: string): void => {
        log.info(message);
        report({ message });
      };
      const tell = (line: string): void => {
        log.info(line);
        report({ message: line.slice(0, 80) });
      };
      step("looking for Python 3.11 or newer, and for llama.cpp or a compiler");
      const machine = here(stop.signal, env);
      await needCompiler(machine, [...llama, ...(await llamaIn(asked.HEARTH_WHEELS ?? ""))]);
      const [program, ...argv] = await findPython(machine);
      await rm(folder, { recursive: true, force: true });
      await mkdir(dirname(folder), { recursive: true });
      step("creating an environment");
      await run(program, [...argv, "-m", "venv", folder], env, stop.signal, tell);
      const own = join(folder, WINDOWS ? "Scripts" : "bin", "python");
      const pip = ["-m", "pip", "install", "--disable-pip-version-check"];
      await run(own, [...pip, "--no-deps", wheel], env, stop.signal, tell);
      step("setting up llama.cpp; where it has to be compiled, that takes some minutes");
      await run(own, ["-m", "hearth.engine.llama_wheel", "install", lock], env, stop.signal, tell);
      step("fetching what the server needs");
      await run(own, [...pip, "--require-hashes", "-r", lock], env, stop.signal, tell);
      await writeFile(join(folder, COMPLETE), JSON.stringify(asked));
    });
    return true;
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    if (!(error instanceof Error) || error.name === "AbortError") {
      return false;
    }
    log.error(error.message);
    void explain(error.message, log);
    return false;
  }
}

async function explain(problem: string, log: vscode.LogOutputChannel): Promise<void> {
  const answer = await words.complain(`Hearth could not be set up: ${problem}`, "Try again", "Show log", "Set path");
  if (answer === "Try again") {
    await vscode.commands.executeCommand("hearth.install");
  } else if (answer === "Show log") {
    log.show();
  } else if (answer === "Set path") {
    await vscode.commands.executeCommand("workbench.action.openSettings", "hearth.path");
  }
}

function run(program: string, argv: string[], env: NodeJS.ProcessEnv, signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { env, signal, stdio: ["ignore", "pipe", "pipe"] });
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
