// Runs TypeScript given on stdin as {files, main, strict, secret}: says the secret when all is well.
// `vitest` and `node:test` are stand-ins of a few lines: tests of one function need no more.
const fs = require("fs");
const util = require("util");
const ts = require(process.argv[2] + "/node_modules/typescript");

const { files, main, strict, secret } = JSON.parse(fs.readFileSync(0, "utf8"));
const say = process.stdout.write.bind(process.stdout);

function problems() {
  const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts"], types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getCurrentDirectory = () => "/";
  host.directoryExists = () => false;
  host.fileExists = (name) => name.slice(1) in files || (name.includes("node_modules") && fileExists(name));
  host.getSourceFile = (name, version) =>
    name.slice(1) in files ? ts.createSourceFile(name, files[name.slice(1)], version) : getSourceFile(name, version);
  return ts.getPreEmitDiagnostics(ts.createProgram(["/" + main], options, host));
}

const tests = [];
const test = (name, run) => tests.push(run);
test.each = (rows) => (name, run) => rows.forEach((row) => tests.push(() => run(...[].concat(row))));

function expect(actual) {
  const thrown = () => {
    try {
      actual();
    } catch {
      return true;
    }
    return false;
  };
  const holds = {
    toBe: (wanted) => Object.is(actual, wanted),
    toEqual: (wanted) => util.isDeepStrictEqual(actual, wanted),
    toStrictEqual: (wanted) => util.isDeepStrictEqual(actual, wanted),
    toBeCloseTo: (wanted, digits = 2) => Math.abs(actual - wanted) < 10 ** -digits / 2,
    toBeTruthy: () => Boolean(actual),
    toBeFalsy: () => !actual,
    toBeNull: () => actual === null,
    toBeUndefined: () => actual === undefined,
    toBeDefined: () => actual !== undefined,
    toBeNaN: () => Number.isNaN(actual),
    toBeGreaterThan: (limit) => actual > limit,
    toBeGreaterThanOrEqual: (limit) => actual >= limit,
    toBeLessThan: (limit) => actual < limit,
    toBeLessThanOrEqual: (limit) => actual <= limit,
    toContain: (wanted) => actual.includes(wanted),
    toHaveLength: (wanted) => actual.length === wanted,
    toThrow: thrown,
    toThrowError: thrown,
  };
  const matchers = (wanted) =>
    Object.fromEntries(
      Object.entries(holds).map(([name, hold]) => [
        name,
        (...given) => {
          if (hold(...given) !== wanted) throw new Error(`${name} does not hold`);
        },
      ]),
    );
  return { ...matchers(true), not: matchers(false) };
}

const vitest = { describe: (name, run) => run(), it: test, test, expect };
const assert = require("assert").strict;
const asserting = { ...assert, default: assert };
const modules = {
  vitest,
  "@jest/globals": vitest,
  "node:test": { ...vitest, default: test },
  "node:assert": asserting,
  "node:assert/strict": asserting,
};

function load(name) {
  if (name in modules) return modules[name];
  const file = name.replace(/^\.\//, "").replace(/(\.[jt]s)?$/, ".ts");
  if (!(file in files)) throw new Error(`there is no module ${name}`);
  const module = (modules[name] = {});
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(files[file], { compilerOptions });
  new Function("require", "exports", ...Object.keys(vitest), outputText)(load, module, ...Object.values(vitest));
  return module;
}

async function run() {
  if (strict && problems().length) process.exit(1);
  load("./" + main);
  for (const each of tests) await each();
  if (main.includes(".test.") && !tests.length) process.exit(1);
  say(secret);
}

run().catch(() => process.exit(1));
