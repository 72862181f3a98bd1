// Rate limiters that tell per client whether a request is allowed; clocks are passed in.

// Allows bursts of up to `capacity` requests and refills `perSecond` tokens each second.
class TokenBucket {
  constructor({ capacity, perSecond, now }) {
    this.capacity = capacity;
    this.perSecond = perSecond;
    this.now = now;
    this.tokens = capacity;
    this.updatedAt = now();
  }

  // Add the tokens earned since the last update, but never more than the capacity.
  refill() {
    const time = this.now();
    const earned = ((time - this.updatedAt) / 1000) * this.perSecond;
    this.tokens = Math.min(this.capacity, this.tokens + earned);
    this.updatedAt = time;
  }

  // Take tokens for a request of the given cost; returns false if there are too few.
  tryTake(cost = 1) {
    this.refill();
    if (this.tokens < cost) {
      return false;
    }
    this.tokens -= cost;
    return true;
  }

  // Return after how many milliseconds a request of this cost will be allowed.
  waitFor(cost = 1) {
    this.refill();
    if (cost > this.capacity) return Infinity;
    const missing = Math.max(0, cost - this.tokens);
    return Math.ceil((missing / this.perSecond) * 1000);
  }
}

// Allows at most `limit` requests within any period of `windowMs` milliseconds.
class SlidingWindow {
  constructor({ limit, windowMs, now }) {
    this.limit = limit;
    this.windowMs = windowMs;
    this.now = now;
    this.times = [];
  }

  // Count a request if it is allowed, and tell whether it is.
  tryTake() {
    const time = this.now();
    while (this.times.length > 0 && this.times[0] <= time - this.windowMs) {
      this.times.shift();
    }
    if (this.times.length >= this.limit) {
      return false;
    }
    this.times.push(time);
    return true;
  }
}

// Keeps one limiter per client, made on the client's first request by the given function.
class ClientLimits {
  constructor(makeLimiter) {
    this.makeLimiter = makeLimiter;
    this.clients = new Map();
  }

  // Answer a request with status 200, or with 429 ("too many requests"), and count both.
  handle(client) {
    if (!this.clients.has(client)) {
      this.clients.set(client, { limiter: this.makeLimiter(client), allowed: 0, refused: 0 });
    }
    const entry = this.clients.get(client);
    const allowed = entry.limiter.tryTake();
    entry[allowed ? "allowed" : "refused"]++;
    return allowed ? 200 : 429;
  }

  // List the clients that were refused, those refused most often first.
  offenders() {
    return [...this.clients]
      .filter(([, entry]) => entry.refused > 0)
      .sort(([, a], [, b]) => b.refused - a.refused)
      .map(([client]) => client);
  }
}

// --- tests ---
const assert = require("node:assert");

let clock = 5000;
const now = () => clock;
const bucket = new TokenBucket({ capacity: 4, perSecond: 2, now });
assert.strictEqual(bucket.tokens, 4);
assert.strictEqual(bucket.tryTake(3), true);
assert.strictEqual(bucket.tryTake(), true);
assert.strictEqual(bucket.tryTake(), false);
assert.strictEqual(bucket.waitFor(), 500);
assert.strictEqual(bucket.waitFor(3), 1500);
assert.strictEqual(bucket.waitFor(4), 2000);
assert.strictEqual(bucket.waitFor(5), Infinity);
clock += 250;
assert.strictEqual(bucket.tryTake(), false);
assert.strictEqual(bucket.waitFor(), 250);
clock += 250;
assert.strictEqual(bucket.waitFor(), 0);
assert.strictEqual(bucket.tryTake(), true);
assert.strictEqual(bucket.tokens, 0);
clock += 60000;
assert.strictEqual(bucket.waitFor(2), 0);
assert.strictEqual(bucket.tokens, 4);
assert.strictEqual(bucket.tryTake(4), true);
clock += 500;
assert.strictEqual(bucket.tryTake(), true);
assert.strictEqual(bucket.tryTake(), false);
const slow = new TokenBucket({ capacity: 1, perSecond: 3, now });
slow.tryTake();
assert.strictEqual(slow.waitFor(), 334);

clock = 0;
const window = new SlidingWindow({ limit: 2, windowMs: 100, now });
assert.strictEqual(window.tryTake(), true);
clock = 60;
assert.strictEqual(window.tryTake(), true);
clock = 99;
assert.strictEqual(window.tryTake(), false);
clock = 100;
assert.strictEqual(window.tryTake(), true);
assert.strictEqual(window.tryTake(), false);
assert.deepStrictEqual(window.times, [60, 100]);
clock = 300;
assert.strictEqual(window.tryTake(), true);
assert.deepStrictEqual(window.times, [300]);

const made = [];
const limits = new ClientLimits((client) => {
  made.push(client);
  return new SlidingWindow({ limit: client === "vip" ? 5 : 1, windowMs: 10, now });
});
assert.strictEqual(limits.handle("ann"), 200);
assert.strictEqual(limits.handle("ann"), 429);
for (let i = 0; i < 5; i++) assert.strictEqual(limits.handle("vip"), 200);
assert.strictEqual(limits.handle("bob"), 200);
assert.strictEqual(limits.handle("bob"), 429);
assert.strictEqual(limits.handle("bob"), 429);
assert.deepStrictEqual(made, ["ann", "vip", "bob"]);
assert.deepStrictEqual(limits.offenders(), ["bob", "ann"]);
clock += 10;
assert.strictEqual(limits.handle("ann"), 200);
assert.strictEqual(limits.clients.get("ann").allowed, 2);
assert.strictEqual(limits.clients.get("ann").refused, 1);
assert.strictEqual(limits.clients.get("vip").refused, 0);
