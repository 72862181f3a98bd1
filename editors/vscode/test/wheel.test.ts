import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { carried } from "../src/wheel.ts";

void test("the server is the wheel that the extension carries, by its path", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hearth-"));
  await writeFile(join(folder, "server-1.0-py3-none-any.whl"), "");
  assert.equal(await carried(folder), join(folder, "server-1.0-py3-none-any.whl"));
});

void test("an extension without a wheel says what to do, and asks no package index", async () => {
  await assert.rejects(carried("/no/such/folder"), /carries no server.*make setup.*hearth\.path/);
});
