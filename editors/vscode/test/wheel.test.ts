import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { carried, llamaIn } from "../src/wheel.ts";

async function folderWith(wheel: string, lock: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hearth-"));
  await writeFile(join(folder, "server-1.0-py3-none-any.whl"), wheel);
  await writeFile(join(folder, "requirements.lock"), lock);
  return folder;
}

void test("the server is the wheel that the extension carries, by its path, with what it needs", async () => {
  const folder = await folderWith("", "");
  const { wheel, lock, id } = await carried(folder);
  assert.equal(wheel, join(folder, "server-1.0-py3-none-any.whl"));
  assert.equal(lock, join(folder, "requirements.lock"));
  assert.match(id, /^1\.0-[0-9a-f]{8}$/);
});

void test("a wheel of llama.cpp beside it is told apart from the server's", async () => {
  const folder = await folderWith("", "");
  const before = await carried(folder);
  const llama = "llama_cpp_python-0.3.36-py3-none-manylinux_2_34_x86_64.whl";
  await writeFile(join(folder, llama), "");
  assert.deepEqual(await carried(folder), { ...before, llama: [llama] });
  assert.deepEqual([await llamaIn(folder), await llamaIn("")], [[llama], []]);
});

void test("another wheel, or another lock, is another server", async () => {
  const ids = [["a", "b"], ["x", "b"], ["a", "x"]].map(async ([wheel = "", lock = ""]) => (await carried(await folderWith(wheel, lock))).id);
  assert.equal(new Set(await Promise.all(ids)).size, 3);
});

void test("an extension without a wheel says what to do, and asks no package index", async () => {
  await assert.rejects(carried("/no/such/folder"), /carries no server.*make install/);
});
