import assert from "node:assert/strict";
import test from "node:test";
import { compare, isIndentation, unfolded } from "../src/pieces.ts";

void test("one line beside another differs by whole words", () => {
  const { pieces, rest } = compare(3, ["    return sum(prices) # all"], ["    return sum(amounts) # all"]);
  assert.deepEqual(pieces, [{ line: 3, from: 15, to: 21, text: "amounts" }]);
  assert.deepEqual(rest, []);
});

void test("words that share letters are not cut", () => {
  const [piece] = compare(0, ["total = 1"], ["totals = 1"]).pieces;
  assert.deepEqual(piece, { line: 0, from: 0, to: 5, text: "totals" });
});

void test("what only comes, and what only goes", () => {
  assert.deepEqual(compare(0, ["f(a)"], ["f(a, b)"]).pieces, [{ line: 0, from: 3, to: 3, text: ", b" }]);
  assert.deepEqual(compare(0, ["f(a, b)"], ["f(a)"]).pieces, [{ line: 0, from: 3, to: 6, text: "" }]);
});

void test("the repeated end of a text is not counted twice", () => {
  assert.deepEqual(compare(0, ["((a))"], ["(a)"]).pieces, [{ line: 0, from: 1, to: 4, text: "a" }]);
  assert.deepEqual(compare(0, ["aa"], ["aaa"]).pieces, [{ line: 0, from: 0, to: 2, text: "aaa" }]);
});

void test("a character of two code units stays whole", () => {
  const [piece] = compare(0, ['"😀"'], ['"😁"']).pieces;
  assert.deepEqual(piece, { line: 0, from: 1, to: 3, text: "😁" });
});

void test("lines without a partner go as a whole, or are left over", () => {
  assert.deepEqual(compare(7, ["a", "b"], ["a"]).pieces, [{ line: 8, from: 0, to: 1, text: "" }]);
  assert.deepEqual(compare(7, ["a"], ["a", "b", "c"]), { pieces: [], rest: ["b", "c"] });
  assert.deepEqual(compare(7, [], ["import os"]), { pieces: [], rest: ["import os"] });
});

void test("a Tab belongs to the indentation up to the first character", () => {
  assert.ok(isIndentation("    x", 0));
  assert.ok(isIndentation("    x", 4));
  assert.ok(isIndentation("", 0));
  assert.ok(!isIndentation("    x", 5));
});

void test("blanks keep their width", () => {
  assert.equal(unfolded("\tx  y", 2), "\u00a0\u00a0x\u00a0\u00a0y");
});
