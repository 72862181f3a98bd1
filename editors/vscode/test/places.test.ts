import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { asked, askedNow, COMPLETE, own, tidy } from "../src/places.ts";

async function storageWith(...complete: string[]): Promise<string> {
  const storage = await mkdtemp(join(tmpdir(), "hearth-"));
  for (const name of complete) {
    await mkdir(join(storage, name));
    await writeFile(join(storage, name, COMPLETE), "");
  }
  return storage;
}

void test("the environment of the server that is carried is used", async () => {
  const storage = await storageWith("environment-0.1.0-aaaaaaaa", "environment-0.2.0-bbbbbbbb");
  assert.deepEqual(await own(storage, "0.1.0-aaaaaaaa"), { folder: join(storage, "environment-0.1.0-aaaaaaaa"), outdated: false });
});

void test("after an update the older one is used until the new one is complete", async () => {
  const storage = await storageWith("environment-0.1.0-aaaaaaaa");
  await mkdir(join(storage, "environment-0.2.0-bbbbbbbb")); // not complete: VS Code was closed meanwhile
  assert.deepEqual(await own(storage, "0.2.0-bbbbbbbb"), { folder: join(storage, "environment-0.1.0-aaaaaaaa"), outdated: true });
});

void test("where none was made there is none to replace", async () => {
  const storage = await storageWith();
  await mkdir(join(storage, "environment-0.1.0-aaaaaaaa"));
  assert.deepEqual(await own(storage, "0.1.0-aaaaaaaa"), { folder: "", outdated: false });
  assert.deepEqual(await own("/no/such/folder", "0.1.0-aaaaaaaa"), { folder: "", outdated: false });
});

void test("all but the one in use are removed, and nothing else", async () => {
  const storage = await storageWith("environment", "environment-0.1.0-aaaaaaaa", "environment-0.2.0-bbbbbbbb", "other");
  await tidy(storage, join(storage, "environment-0.2.0-bbbbbbbb"));
  assert.deepEqual((await readdir(storage)).sort(), ["environment-0.2.0-bbbbbbbb", "other"]);
});

void test("what it was made with is asked again, unless something else is asked now", async () => {
  const storage = await storageWith("environment");
  const folder = join(storage, "environment");
  assert.deepEqual(await asked(folder), {}, "older ones say nothing");
  const before = askedNow({ LLAMA_CPP_LIB_PATH: "/opt/llama", HEARTH_WHEELS: "", PATH: "/bin" }, {});
  await writeFile(join(folder, COMPLETE), JSON.stringify(before));
  assert.deepEqual(await asked(folder), { LLAMA_CPP_LIB_PATH: "/opt/llama" });
  assert.deepEqual(askedNow({ LLAMA_CPP_LIB_PATH: "/usr/lib" }, before), { LLAMA_CPP_LIB_PATH: "/usr/lib" });
  assert.deepEqual(await asked("/no/such/folder"), {});
});
