// Count ranked ballots: each ballot lists candidates from the most to the least liked.

// Check a ballot: it must not be empty, and may only name known candidates, each once.
function isValidBallot(ballot, candidates) {
  if (ballot.length === 0) return false;
  if (new Set(ballot).size !== ballot.length) return false;
  return ballot.every((name) => candidates.includes(name));
}

// Count the first choices among the candidates that are still in the race.
function countFirstChoices(ballots, remaining) {
  const counts = Object.fromEntries(remaining.map((name) => [name, 0]));
  for (const ballot of ballots) {
    const choice = ballot.find((name) => remaining.includes(name));
    if (choice !== undefined) {
      counts[choice]++;
    }
  }
  return counts;
}

// Instant runoff: until someone has more than half of the counted votes, the weakest candidate
// leaves (of equally weak ones the last in alphabetical order). Returns { winner, rounds }.
function instantRunoff(ballots, candidates) {
  let remaining = [...candidates].sort();
  const rounds = [];
  while (remaining.length > 0) {
    const counts = countFirstChoices(ballots, remaining);
    rounds.push(counts);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const leader = remaining.find((name) => counts[name] * 2 > total);
    if (leader) {
      return { winner: leader, rounds };
    }
    const fewest = Math.min(...Object.values(counts));
    const loser = remaining.findLast((name) => counts[name] === fewest);
    remaining = remaining.filter((name) => name !== loser);
  }
  return { winner: null, rounds };
}

// Borda count: with n candidates, a first place earns n - 1 points, a second n - 2, and so on.
// Returns [name, points] pairs, the best first, equal ones in alphabetical order.
function bordaCount(ballots, candidates) {
  const points = new Map(candidates.map((name) => [name, 0]));
  for (const ballot of ballots) {
    ballot.forEach((name, place) => {
      points.set(name, points.get(name) + candidates.length - 1 - place);
    });
  }
  return [...points].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

// Tell whether more ballots rank one candidate above the other than the reverse.
// A candidate that is not on a ballot counts as ranked below all those that are.
function beats(ballots, one, other) {
  let margin = 0;
  for (const ballot of ballots) {
    const rank = (name) => (ballot.includes(name) ? ballot.indexOf(name) : Infinity);
    if (rank(one) < rank(other)) margin++;
    if (rank(one) > rank(other)) margin--;
  }
  return margin > 0;
}

// Return the candidate who beats all the others one to one, or null if there is none.
function condorcetWinner(ballots, candidates) {
  const winner = candidates.find((one) =>
    candidates.every((other) => one === other || beats(ballots, one, other)),
  );
  return winner ?? null;
}

// --- tests ---
const assert = require("node:assert");

const names = ["cara", "abe", "bea"];
assert.ok(isValidBallot(["abe"], names));
assert.ok(isValidBallot(["abe", "cara", "bea"], names));
assert.ok(!isValidBallot([], names));
assert.ok(!isValidBallot(["abe", "abe"], names));
assert.ok(!isValidBallot(["abe", "zoe"], names));
const times = (count, ...ballot) => Array.from({ length: count }, () => ballot);
const ballots = [
  ...times(4, "abe", "bea", "cara"),
  ...times(3, "cara", "bea"),
  ...times(2, "bea", "cara", "abe"),
];
assert.deepStrictEqual(countFirstChoices(ballots, names), { cara: 3, abe: 4, bea: 2 });
assert.deepStrictEqual(countFirstChoices(ballots, ["abe", "bea"]), { abe: 4, bea: 5 });
assert.deepStrictEqual(countFirstChoices([["abe"], ["bea"]], ["abe"]), { abe: 1 });
assert.deepStrictEqual(instantRunoff(ballots, names), {
  winner: "cara",
  rounds: [
    { abe: 4, bea: 2, cara: 3 },
    { abe: 4, cara: 5 },
  ],
});
assert.deepStrictEqual(instantRunoff(times(3, "bea"), names), {
  winner: "bea",
  rounds: [{ abe: 0, bea: 3, cara: 0 }],
});
assert.deepStrictEqual(instantRunoff([["abe"], ["bea"]], names), {
  winner: "abe",
  rounds: [{ abe: 1, bea: 1, cara: 0 }, { abe: 1, bea: 1 }, { abe: 1 }],
});
assert.strictEqual(instantRunoff([["cara"], ["bea"], ["bea"], ["cara"]], names).winner, "bea");
assert.deepStrictEqual(instantRunoff([], []), { winner: null, rounds: [] });
assert.deepStrictEqual(instantRunoff([], ["x", "y"]), {
  winner: null,
  rounds: [{ x: 0, y: 0 }, { x: 0 }],
});
assert.deepStrictEqual(names, ["cara", "abe", "bea"]);
assert.deepStrictEqual(bordaCount(ballots, names), [
  ["bea", 11],
  ["abe", 8],
  ["cara", 8],
]);
assert.deepStrictEqual(bordaCount([["b", "c", "a", "d"]], ["a", "b", "c", "d"]), [
  ["b", 3],
  ["c", 2],
  ["a", 1],
  ["d", 0],
]);
assert.strictEqual(beats(ballots, "bea", "abe"), true);
assert.strictEqual(beats(ballots, "abe", "bea"), false);
assert.strictEqual(beats([["a"], ["b"]], "a", "b"), false);
assert.strictEqual(beats([["a"]], "a", "b"), true);
assert.strictEqual(beats([["c"]], "a", "b"), false);
assert.strictEqual(beats([["c"], ["a", "b"]], "a", "b"), true);
assert.strictEqual(condorcetWinner(ballots, names), "bea");
const circle = [
  ["a", "b", "c"],
  ["b", "c", "a"],
  ["c", "a", "b"],
];
assert.strictEqual(condorcetWinner(circle, ["a", "b", "c"]), null);
