// An event bus: listeners subscribe to dotted topics such as "order.paid" or "order.*".

const WILDCARD = "*";

// Tell whether a topic fits a pattern; "*" stands for exactly one part, a final "**" for any rest.
function matches(pattern, topic) {
  const patternParts = pattern.split(".");
  const topicParts = topic.split(".");
  for (let i = 0; i < patternParts.length; i++) {
    if (patternParts[i] === WILDCARD + WILDCARD) {
      return true;
    }
    if (i >= topicParts.length) {
      return false;
    }
    if (patternParts[i] !== WILDCARD && patternParts[i] !== topicParts[i]) {
      return false;
    }
  }
  return patternParts.length === topicParts.length;
}

// Delivers events to listeners; remembers the latest ones (10 of them, unless told otherwise).
class EventBus {
  constructor({ historySize = 10 } = {}) {
    this.subscriptions = [];
    this.history = [];
    this.historySize = historySize;
    this.errors = [];
  }

  // Call the listener for every event that fits; higher priorities are called first.
  // Returns a function that ends the subscription.
  on(pattern, listener, { priority = 0, once = false } = {}) {
    const subscription = { pattern, listener, priority, once };
    this.subscriptions.push(subscription);
    this.subscriptions.sort((a, b) => b.priority - a.priority);
    return () => this.remove(subscription);
  }

  // Like on(), but the subscription ends with its first event.
  once(pattern, listener, options = {}) {
    return this.on(pattern, listener, { ...options, once: true });
  }

  // End a subscription; tell whether it was still there.
  remove(subscription) {
    const index = this.subscriptions.indexOf(subscription);
    if (index === -1) {
      return false;
    }
    this.subscriptions.splice(index, 1);
    return true;
  }

  // Call all fitting listeners with (data, topic) and return how many succeeded; what the others
  // throw is kept in the list of errors, as { topic, error }.
  // A listener may return false to keep the event from the listeners after it.
  emit(topic, data) {
    this.remember(topic, data);
    let delivered = 0;
    for (const subscription of [...this.subscriptions]) {
      if (!matches(subscription.pattern, topic)) continue;
      if (subscription.once) this.remove(subscription);
      try {
        const answer = subscription.listener(data, topic);
        delivered++;
        if (answer === false) break;
      } catch (error) {
        this.errors.push({ topic, error });
      }
    }
    return delivered;
  }

  // Keep the latest events, at most historySize of them.
  remember(topic, data) {
    this.history.push({ topic, data });
    if (this.history.length > this.historySize) this.history.shift();
  }

  // Call the listener with the remembered events that fit the pattern, oldest first.
  replay(pattern, listener) {
    const events = this.history.filter((event) => matches(pattern, event.topic));
    events.forEach(({ topic, data }) => listener(data, topic));
    return events.length;
  }
}

// --- tests ---
const assert = require("node:assert");

assert.ok(matches("a.b", "a.b"));
assert.ok(!matches("a.b", "a.c"));
assert.ok(!matches("a.b", "a"));
assert.ok(!matches("a", "a.b"));
assert.ok(matches("a.*", "a.b"));
assert.ok(!matches("a.*", "a"));
assert.ok(!matches("a.*", "a.b.c"));
assert.ok(matches("*.b", "x.b"));
assert.ok(matches("a.**", "a.b.c"));
assert.ok(!matches("a.**", "b.c"));
assert.ok(!matches("a.*.**", "a"));
assert.ok(matches("**", "anything.at.all"));

const bus = new EventBus({ historySize: 3 });
const seen = [];
const note = (name) => (data, topic) => {
  seen.push(`${name}:${topic}:${data}`);
};
assert.strictEqual(bus.emit("nobody.listens", 0), 0);
const stop = bus.on("order.*", note("low"));
bus.on("order.paid", note("high"), { priority: 5 });
bus.once("**", note("once"), { priority: 1 });
assert.strictEqual(bus.emit("order.paid", 1), 3);
assert.deepStrictEqual(seen, ["high:order.paid:1", "once:order.paid:1", "low:order.paid:1"]);
seen.length = 0;
assert.strictEqual(bus.emit("order.sent", 2), 1);
assert.deepStrictEqual(seen, ["low:order.sent:2"]);
assert.strictEqual(bus.emit("mail", 3), 0);
assert.deepStrictEqual(bus.history, [
  { topic: "order.paid", data: 1 },
  { topic: "order.sent", data: 2 },
  { topic: "mail", data: 3 },
]);
assert.strictEqual(stop(), true);
assert.strictEqual(stop(), false);
assert.strictEqual(bus.subscriptions.length, 1);
seen.length = 0;
const failure = new Error("broken");
bus.on("order.paid", () => false, { priority: 3 });
bus.on("order.paid", note("never"));
bus.on(
  "order.paid",
  () => {
    throw failure;
  },
  { priority: 4 },
);
assert.strictEqual(bus.emit("order.paid", 4), 2);
assert.deepStrictEqual(seen, ["high:order.paid:4"]);
assert.deepStrictEqual(bus.errors, [{ topic: "order.paid", error: failure }]);
seen.length = 0;
assert.strictEqual(bus.replay("order.*", note("again")), 2);
assert.deepStrictEqual(seen, ["again:order.sent:2", "again:order.paid:4"]);
const plain = new EventBus();
for (let i = 0; i < 12; i++) plain.emit("tick", i);
assert.strictEqual(plain.history.length, 10);
assert.strictEqual(plain.history[0].data, 2);
const ended = plain.once("tick", note("gone"));
ended();
assert.strictEqual(plain.emit("tick", 99), 0);
const order = [];
plain.on("x", () => order.push("first"));
plain.on("x", () => order.push("second"));
plain.emit("x");
assert.deepStrictEqual(order, ["first", "second"]);
