import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { Resting } from "../src/resting.ts";

const PAUSE_MS = 300;

function watched(): { told: string[]; resting: Resting<string>; moves: (place: string | undefined, after: number) => void } {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const resting = new Resting<string>(PAUSE_MS, (place) => told.push(place));
  const moves = (place: string | undefined, after: number): void => {
    resting.moved(() => place);
    mock.timers.tick(after);
  };
  return { told, resting, moves };
}

void test("only where it rests is told", () => {
  const { told, moves } = watched();
  moves("a", PAUSE_MS - 1);
  moves("b", PAUSE_MS - 1);
  assert.deepEqual(told, []);
  moves("c", PAUSE_MS);
  assert.deepEqual(told, ["c"]);
});

void test("the same place is told once, and again to who has not heard of it", () => {
  const { told, resting, moves } = watched();
  moves("a", PAUSE_MS);
  moves(undefined, PAUSE_MS);
  moves("a", PAUSE_MS);
  assert.deepEqual(told, ["a"]);
  resting.forget();
  moves("a", PAUSE_MS);
  assert.deepEqual(told, ["a", "a"]);
});

void test("nothing is told after the end", () => {
  const { told, resting, moves } = watched();
  moves("a", 0);
  resting.stop();
  mock.timers.tick(PAUSE_MS);
  assert.deepEqual(told, []);
});
