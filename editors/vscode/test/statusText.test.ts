import assert from "node:assert/strict";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { find } from "../src/program.ts";
import { shown } from "../src/statusText.ts";

void test("a download says how far it is", () => {
  assert.equal(shown({ kind: "downloading", message: "a model", percent: 41.7 }).text, "$(cloud-download) Hearth 41%");
});

void test("an error is coloured and says what can be done", () => {
  const { tooltip, colour } = shown({ kind: "error", message: "It broke.", help: "Mend it." });
  assert.equal(colour, "statusBarItem.errorBackground");
  assert.match(tooltip, /It broke\.\nMend it\./);
});

void test("a model that could not be had is no fault of the server", () => {
  const { text, colour } = shown({ kind: "error", message: "The download was cancelled.", retry: true });
  assert.equal(text, "$(warning) Hearth: no model");
  assert.equal(colour, "statusBarItem.warningBackground");
});

void test("a document whose language is off, or whose suggestion is awaited, says so", () => {
  const ready = { kind: "ready", message: "a-model" } as const;
  assert.equal(shown(ready, { off: "python", busy: true }).text, "$(circle-slash) Hearth: off for python");
  assert.match(shown(ready, { off: "python" }).tooltip, /off for python\.\na-model/);
  assert.equal(shown(ready, { busy: true }).text, "$(loading~spin) Hearth");
  assert.equal(shown({ kind: "error", message: "It broke." }, { off: "python", busy: true }).text, "$(error) Hearth: error");
});

void test("a trusted workspace's environment comes before the PATH, and an untrusted one is not looked at", async () => {
  const root = await mkdtemp(join(tmpdir(), "hearth-"));
  for (const folder of ["project/.venv/bin", "path"]) {
    await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, folder, "hearth"), "", { mode: 0o755 });
  }
  const places = { setting: "", path: join(root, "path"), own: join(root, "own") };
  assert.deepEqual(await find({ ...places, trusted: [join(root, "project")] }), { program: join(root, "project/.venv/bin/hearth") });
  assert.deepEqual(await find({ ...places, trusted: [] }), { program: join(root, "path/hearth") });
});

void test("a wrong setting is named", async () => {
  const { problem } = await find({ setting: "/no/such", trusted: [], path: "", own: "/no" });
  assert.match(problem ?? "", /hearth\.path names \/no\/such/);
});
