import assert from "node:assert/strict";
import test from "node:test";
import { ending } from "../src/chat/ending.ts";

const STREAMED = { text: "It adds", thinking: "Let me see." };

void test("an answer that came whole is shown as it came", () => {
  const answer = { text: "It adds.", thinking: "", used: [], reason: "eog", forgotten: 2 };
  assert.deepEqual(ending(answer, STREAMED), answer);
});

void test("what was streamed stays when the server or the model is gone", () => {
  const { text, thinking, reason, message } = ending({ text: "", thinking: "", used: [], reason: "error", message: "It went away." }, STREAMED);
  assert.deepEqual({ text, thinking, reason, message }, { ...STREAMED, reason: "error", message: "It went away." });
});

void test("no answer at all is an answer with a reason", () => {
  for (const nothing of [null, undefined, {}]) {
    const { text, used, reason, message } = ending(nothing, STREAMED);
    assert.deepEqual({ text, used, reason }, { text: "It adds", used: [], reason: "error" });
    assert.match(message ?? "", /gave no answer/);
  }
});

void test("an answer that the server cut off itself is not made longer", () => {
  assert.equal(ending({ text: "It", thinking: "", used: [], reason: "stopped" }, STREAMED).text, "It");
});
