import { spawn } from "node:child_process";
import { join } from "node:path";

/** What is asked of the machine; a test plays another one. */
export interface Machine {
  platform: string;
  /** As Node names it: "x64", "arm64". */
  arch: string;
  env: Record<string, string | undefined>;
  /** What the program prints; rejects where it is missing or fails. */
  ask: (program: string, argv: string[]) => Promise<string>;
}

const CHECK = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
const VERSIONS = ["3.14", "3.13", "3.12", "3.11"];
const APPLE_TOOLS = "Apple's command line tools are missing; llama.cpp is compiled with them. Run `xcode-select --install` in a terminal, then try again.";
const PYTHON: Record<string, string> = {
  win32: "Install one with `winget install Python.Python.3.13`, or from python.org",
  darwin: "Install one with `brew install python`, or from python.org",
  linux: "Install one (Debian, Ubuntu: `apt install python3 python3-venv`; Fedora: `dnf install python3`; Arch: `pacman -S python`)",
};
const COMPILER: Record<string, string> = {
  win32: "Install the Visual Studio Build Tools (`winget install Microsoft.VisualStudio.2022.BuildTools`) and choose \"Desktop development with C++\"",
  linux: "Install one (Debian, Ubuntu: `apt install g++`; Fedora: `dnf install gcc-c++`; Arch: `pacman -S gcc`)",
};

/** The command of a Python that can make environments. Throws what to install on this system. */
export async function findPython(machine: Machine): Promise<[string, ...string[]]> {
  for (const command of await candidates(machine)) {
    const [program, ...argv] = command;
    if (await works(machine, program, [...argv, "-c", CHECK])) {
      return command;
    }
  }
  throw new Error(`there is no Python 3.11 or newer with venv and pip on the PATH. ${of(PYTHON, machine.platform)}, or set hearth.path.`);
}

/** Whether llama.cpp is there and need not be compiled: the user has named one, or one of these wheels is for this system. */
export function isReady({ platform, arch, env }: Machine, wheels: readonly string[]): boolean {
  if ((env["LLAMA_CPP_LIB_PATH"] ?? "").trim() !== "") {
    return true;
  }
  const system = { linux: "linux", darwin: "macosx", win32: "win" }[platform];
  const processors = { x64: ["x86_64", "amd64", "universal2"], arm64: ["aarch64", "arm64", "universal2"] }[arch] ?? [];
  const own = (env["CMAKE_ARGS"] ?? "").trim() !== ""; // a build of the user's own is wanted
  return !own && system !== undefined && wheels.some((name) => {
    const tag = name.slice(name.lastIndexOf("-") + 1, -".whl".length);
    return tag.split(".").some((each) => each.includes(system) && processors.some((processor) => each.endsWith(`_${processor}`)));
  });
}

/** Throws what to install on this system where nothing can compile llama.cpp, and where it is not there already. */
export async function needCompiler(machine: Machine, wheels: readonly string[]): Promise<void> {
  if (isReady(machine, wheels)) {
    return;
  }
  if (machine.platform === "darwin") {
    if (!(await hasAppleTools(machine))) {
      throw new Error(APPLE_TOOLS);
    }
    return;
  }
  const found = machine.platform === "win32" ? await hasBuildTools(machine) : await hasCompiler(machine);
  if (!found) {
    throw new Error(`a C++ compiler is missing; llama.cpp is compiled for your processor. ${of(COMPILER, machine.platform)}, then try again.`);
  }
}

/** This machine. */
export function here(signal: AbortSignal, env: Machine["env"]): Machine {
  const ask = (program: string, argv: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, argv, { signal, stdio: ["ignore", "pipe", "ignore"] });
      let said = "";
      child.stdout.on("data", (data: Buffer) => { said += data.toString(); });
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) {
          resolve(said);
        } else {
          reject(new Error(`${program} ended with code ${code ?? "?"}`));
        }
      });
    });
  return { platform: process.platform, arch: process.arch, env, ask };
}

async function candidates(machine: Machine): Promise<[string, ...string[]][]> {
  if (machine.platform === "win32") {
    return [["py", "-3"], ...VERSIONS.map((version): [string, string] => ["py", `-${version}`]), ["python"]];
  }
  const versions = [...VERSIONS.map((version): [string] => [`python${version}`]), ["python"] as [string]];
  // Without its tools, Apple's own `python3` opens an installer.
  return machine.platform === "darwin" && !(await hasAppleTools(machine)) ? versions : [["python3"], ...versions];
}

/** Microsoft's compiler is never on the PATH; CMake asks the same program. */
async function hasBuildTools(machine: Machine): Promise<boolean> {
  const base = machine.env["ProgramFiles(x86)"] ?? "C:\\Program Files (x86)";
  const where = join(base, "Microsoft Visual Studio", "Installer", "vswhere.exe");
  const wanted = ["-products", "*", "-requires", "Microsoft.VisualStudio.Component.VC.Tools.x86.x64", "-property", "installationPath"];
  const said = await machine.ask(where, wanted).catch(() => "");
  return said.trim() !== "" || (await works(machine, "g++", ["--version"]));
}

async function hasAppleTools(machine: Machine): Promise<boolean> {
  return works(machine, "xcode-select", ["-p"]);
}

async function hasCompiler(machine: Machine): Promise<boolean> {
  const named = machine.env["CXX"]?.split(" ")[0] ?? "";
  for (const name of [named, "c++", "g++", "clang++"]) {
    if (name !== "" && (await works(machine, name, ["--version"]))) {
      return true;
    }
  }
  return false;
}

async function works(machine: Machine, program: string, argv: string[]): Promise<boolean> {
  try {
    await machine.ask(program, argv);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") {
      throw error;
    }
    return false;
  }
}

function of(hints: Record<string, string>, platform: string): string {
  return hints[platform] ?? hints["linux"] ?? "";
}
