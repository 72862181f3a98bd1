import assert from "node:assert/strict";
import test from "node:test";
import { remembered, rows } from "../src/instructions.ts";

void test("the latest instruction comes first, once, and the oldest are forgotten", () => {
  assert.deepEqual(remembered(["b", "a"], "a"), ["a", "b"]);
  const many = Array.from({ length: 50 }, (_, index) => `do ${index}`).reduce<string[]>(remembered, []);
  assert.equal(many[0], "do 49");
  assert.ok(many.length < 50 && !many.includes("do 0"));
});

void test("what is typed stands above earlier instructions, and is not listed twice", () => {
  assert.deepEqual(rows(["b", "a"], ""), [{ instruction: "b", isTyped: false }, { instruction: "a", isTyped: false }]);
  assert.deepEqual(rows(["b", "a"], " a "), [{ instruction: "a", isTyped: true }, { instruction: "b", isTyped: false }]);
});
