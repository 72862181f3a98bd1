import assert from "node:assert/strict";
import test from "node:test";
import { findPython, isReady, needCompiler, type Machine } from "../src/toolchain.ts";

/** A machine on which these commands work, and what was asked of it. */
function machine(platform: string, works: (command: string) => boolean, env: Record<string, string> = {}): Machine & { asked: string[] } {
  const asked: string[] = [];
  return {
    platform,
    arch: "x64",
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
    await assert.rejects(needCompiler(machine(platform, () => false), []), hint);
    await needCompiler(machine(platform, () => true), []);
  });
}

void test("on a Mac without Apple's tools nothing is run that opens an installer", async () => {
  const mac = machine("darwin", () => false);
  await assert.rejects(needCompiler(mac, []));
  assert.deepEqual(mac.asked, ["xcode-select -p"]);
});

void test("a compiler that CXX names counts", async () => {
  await needCompiler(machine("linux", (command) => command.startsWith("g++-14 "), { CXX: "g++-14 -m64" }), []);
});

const WHEEL = "llama_cpp_python-0.3.36-py3-none-";
for (const [platform, system] of [["linux", "manylinux_2_34_x86_64"], ["darwin", "macosx_11_0_x86_64"], ["win32", "win_amd64"]] as const) {
  void test(`no compiler is demanded where llama.cpp is there, on ${platform}`, async () => {
    const bare = machine(platform, () => false);
    await needCompiler(bare, [`${WHEEL}${system}.whl`]);
    await needCompiler(machine(platform, () => false, { LLAMA_CPP_LIB_PATH: "/opt/llama" }), []);
    assert.deepEqual(bare.asked, []);
  });
}

void test("a wheel for another system or processor does not help, nor one where a build of one's own is wanted", () => {
  const linux = machine("linux", () => false);
  for (const other of ["win_amd64", "macosx_11_0_arm64", "manylinux_2_34_aarch64"]) {
    assert.equal(isReady(linux, [`${WHEEL}${other}.whl`]), false, other);
  }
  const wheel = `${WHEEL}manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
  assert.equal(isReady(linux, [wheel]), true);
  assert.equal(isReady({ ...linux, env: { CMAKE_ARGS: "-DGGML_CUDA=on" } }, [wheel]), false);
});

void test("on a Mac without Apple's tools a Python of another name is used", async () => {
  const mac = machine("darwin", (command) => command.startsWith("python3"));
  assert.deepEqual(await findPython(mac), ["python3.14"]);
  assert.ok(!mac.asked.some((command) => command.startsWith("python3 ")));
});
