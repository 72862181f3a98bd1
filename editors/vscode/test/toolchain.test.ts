import assert from "node:assert/strict";
import test from "node:test";
import { findPython, needCompiler, type Machine } from "../src/toolchain.ts";

/** A machine on which these commands work, and what was asked of it. */
function machine(platform: string, works: (command: string) => boolean, env: Record<string, string> = {}): Machine & { asked: string[] } {
  const asked: string[] = [];
  return {
    platform,
    env,
    asked,
    ask: (program, argv) => {
      const command = [program, ...argv].join(" ");
      asked.push(command);
      return works(command) ? Promise.resolve("C:\\BuildTools\n") : Promise.reject(new Error("ENOENT"));
    },
  };
}

void test("a Python with venv and pip is found by any of its names", async () => {
  assert.deepEqual(await findPython(machine("linux", (command) => command.startsWith("python3.14 "))), ["python3.14"]);
  assert.deepEqual(await findPython(machine("win32", (command) => command.startsWith("py -3.12 "))), ["py", "-3.12"]);
});

for (const [platform, hint] of [["linux", /apt install python3 python3-venv/], ["darwin", /brew install python/], ["win32", /winget install Python/]] as const) {
  void test(`without Python it is said how to get it on ${platform}`, async () => {
    await assert.rejects(findPython(machine(platform, () => false)), hint);
  });
}

for (const [platform, hint] of [["linux", /apt install g\+\+/], ["darwin", /xcode-select --install/], ["win32", /Build Tools/]] as const) {
  void test(`without a compiler it is said how to get it on ${platform}`, async () => {
    await assert.rejects(needCompiler(machine(platform, () => false)), hint);
    await needCompiler(machine(platform, () => true));
  });
}

void test("on a Mac without Apple's tools nothing is run that opens an installer", async () => {
  const mac = machine("darwin", () => false);
  await assert.rejects(needCompiler(mac));
  assert.deepEqual(mac.asked, ["xcode-select -p"]);
});

void test("a compiler that CXX names counts", async () => {
  await needCompiler(machine("linux", (command) => command.startsWith("g++-14 "), { CXX: "g++-14 -m64" }));
});
