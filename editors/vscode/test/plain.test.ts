import assert from "node:assert/strict";
import test from "node:test";
import { quoted, withoutNew } from "../src/plain.ts";

const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/i;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const FAMILY = "\u{1f469}\u{200d}\u{1f467}";

const NASTY = [
  "[x](command:y)", "[x](COMMAND:y)", "[x](file:///etc/passwd)", "[x](https://e.example)", "[x]\u200b(command:y)", "[x]\u0000(command:y)",
  "[x](com\u200bmand:y)", "![x](https://e.example/p.png)", "<command:y>", "command:y", "vscode://e.ext/x", "\u001b]0;t\u0007", "\u001b[2J", "\u009b1m",
  "a\u202eb", "a\u2066b", "\ud800", "\u{e0041}", "a\u2028b", "$(alert) x", "x".repeat(100_000), "](".repeat(50_000), "\n".repeat(10_000),
];

void test("what others wrote is one line without links, and nothing in it is hidden", () => {
  for (const nasty of NASTY) {
    const shown = quoted(nasty);
    assert.doesNotMatch(shown, LINK);
    assert.doesNotMatch(shown, HIDDEN);
    assert.doesNotMatch(shown, /\]\(|\$\(|\b(command|file|vscode):\S/i);
    assert.ok(shown.length <= 1000);
  }
});

void test("ordinary words stay as they are", () => {
  for (const said of ["Nothing answers at http://127.0.0.1:8080.", "no such file: /a/b.py:12", "naïve 漢字 مرحبا"]) {
    assert.equal(quoted(said), said);
  }
});

void test("code of a model brings nothing hidden into a document that has it not", () => {
  assert.equal(withoutNew("a\u202e = \u200b1\u001b[0m\n\tb\r\n", "x"), "a = 1[0m\n\tb\n");
  assert.equal(withoutNew(`'${FAMILY}'`, "x"), "'\u{1f469}\u{1f467}'");
  assert.equal(withoutNew(`'${FAMILY}'`, `y = '${FAMILY}'`), `'${FAMILY}'`);
});
