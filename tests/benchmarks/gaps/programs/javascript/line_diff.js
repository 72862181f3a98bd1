// Compare two texts line by line: the shortest edit script, hunks with context, and patching.

// Build a table whose cell [i][j] is the length of the longest common part of a[i..] and b[j..].
function commonLengths(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      if (a[i] === b[j]) {
        table[i][j] = table[i + 1][j + 1] + 1;
      } else {
        table[i][j] = Math.max(table[i + 1][j], table[i][j + 1]);
      }
    }
  }
  return table;
}

// Return edits { sign, line } with sign " " (same), "-" (only in a) or "+" (only in b).
// Where both are possible, a removed line comes before an added one.
function diffLines(a, b) {
  const table = commonLengths(a, b);
  const edits = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ sign: " ", line: a[i] });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) {
      edits.push({ sign: "-", line: a[i++] });
    } else {
      edits.push({ sign: "+", line: b[j++] });
    }
  }
  return edits;
}

// Count the added and the removed lines.
function summarize(edits) {
  const count = (sign) => edits.filter((edit) => edit.sign === sign).length;
  return { added: count("+"), removed: count("-") };
}

// Cut the edits into hunks { start, edits }: the changes with up to `context` lines around them.
// start is the index of the hunk's first edit; changes whose context overlaps share a hunk.
function hunks(edits, context) {
  const keep = edits.map((_, index) =>
    edits.slice(Math.max(0, index - context), index + context + 1).some((e) => e.sign !== " "),
  );
  const result = [];
  for (let index = 0; index < edits.length; index++) {
    if (!keep[index]) continue;
    if (index === 0 || !keep[index - 1]) {
      result.push({ start: index, edits: [] });
    }
    result[result.length - 1].edits.push(edits[index]);
  }
  return result;
}

// Apply edits to the old lines and return the new ones; throws if they do not fit.
function patch(lines, edits) {
  const result = [];
  let position = 0;
  for (const { sign, line } of edits) {
    if (sign !== "+") {
      if (lines[position] !== line) {
        throw new Error(`line ${position + 1} is not "${line}"`);
      }
      position++;
    }
    if (sign !== "-") {
      result.push(line);
    }
  }
  return result.concat(lines.slice(position));
}

// --- tests ---
const assert = require("node:assert");

const show = (edits) => edits.map(({ sign, line }) => sign + line).join(",");
const lines = (text) => text.split("");
assert.deepStrictEqual(commonLengths(["x", "y"], ["y"]), [
  [1, 0],
  [1, 0],
  [0, 0],
]);
assert.strictEqual(commonLengths(lines("abcbdab"), lines("bdcaba"))[0][0], 4);
assert.strictEqual(show(diffLines([], [])), "");
assert.strictEqual(show(diffLines(lines("abc"), lines("abc"))), " a, b, c");
assert.strictEqual(show(diffLines([], lines("ab"))), "+a,+b");
assert.strictEqual(show(diffLines(lines("ab"), [])), "-a,-b");
assert.strictEqual(show(diffLines(lines("abc"), lines("axc"))), " a,-b,+x, c");
assert.strictEqual(show(diffLines(lines("abcd"), lines("bcde"))), "-a, b, c, d,+e");
assert.strictEqual(show(diffLines(lines("bcde"), lines("abcd"))), "+a, b, c, d,-e");
assert.strictEqual(show(diffLines(lines("ab"), lines("ba"))), "-a, b,+a");
const edits = diffLines(lines("abcdefghij"), lines("abXdefghiYZ"));
assert.strictEqual(show(edits), " a, b,-c,+X, d, e, f, g, h, i,-j,+Y,+Z");
assert.deepStrictEqual(summarize(edits), { added: 3, removed: 2 });
assert.deepStrictEqual(summarize([]), { added: 0, removed: 0 });
const cut = (context) => hunks(edits, context).map((h) => `${h.start}:${show(h.edits)}`);
assert.deepStrictEqual(cut(0), ["2:-c,+X", "10:-j,+Y,+Z"]);
assert.deepStrictEqual(cut(2), ["0: a, b,-c,+X, d, e", "8: h, i,-j,+Y,+Z"]);
assert.deepStrictEqual(cut(3).length, 1);
assert.strictEqual(cut(9)[0], `0:${show(edits)}`);
assert.deepStrictEqual(hunks(diffLines(["a"], ["a"]), 2), []);
assert.deepStrictEqual(patch(lines("abcdefghij"), edits), lines("abXdefghiYZ"));
assert.deepStrictEqual(patch(lines("abcrest"), edits.slice(0, 4)), lines("abXrest"));
assert.deepStrictEqual(patch([], []), []);
assert.throws(() => patch(lines("abd"), edits), /3/);
assert.throws(() => patch(lines("ab"), edits), /3/);
