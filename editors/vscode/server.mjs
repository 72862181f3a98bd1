/** Builds the server's wheel from this repository into dist/server, for the extension to carry, and its lock; of
 * llama.cpp the wheel that `make wheels` has made, if it has, which makes the extension one for this kind of system. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const WINDOWS = process.platform === "win32";
const own = WINDOWS ? "../../.venv/Scripts/python.exe" : "../../.venv/bin/python";
const python = process.env["PYTHON"] ?? (existsSync(own) ? own : WINDOWS ? "python" : "python3");
// The environment of `make setup` has what builds it; another Python fetches that.
const isolation = python === own ? ["--no-build-isolation"] : [];

rmSync("dist/server", { recursive: true, force: true });
const pip = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", ...isolation];
const { status, error } = spawnSync(python, [...pip, "--wheel-dir", "dist/server", "../.."], { stdio: "inherit" });
if (status !== 0) {
  console.error(`the server's wheel was not built with ${python} (${error?.message ?? `code ${status ?? "?"}`}); PYTHON names another one`);
  process.exit(1);
}
const lock = spawnSync(python, ["../../install.py", "lock"], { encoding: "utf8" });
if (lock.status !== 0 || lock.stdout === "") {
  console.error(`what the server needs was not found: ${lock.error?.message ?? lock.stderr}`);
  process.exit(1);
}
writeFileSync("dist/server/requirements.lock", lock.stdout);
copyFileSync("../../CHANGELOG.md", "CHANGELOG.md"); // VS Code shows the one in the extension's own folder

const version = /^llama-cpp-python==([^\s;\\]+)/m.exec(lock.stdout)?.[1];
const wheels = existsSync("../../wheels") ? readdirSync("../../wheels") : [];
for (const wheel of wheels.filter((each) => each.startsWith(`llama_cpp_python-${version}-`) && each.endsWith(".whl"))) {
  copyFileSync(`../../wheels/${wheel}`, `dist/server/${wheel}`);
}
