// A state machine for orders in a shop, with guards, actions and a log of what happened.

// An order is submitted (if it has items), paid (at least its price) and shipped. It may be
// cancelled at any time before it is shipped; then the refund is what has been paid.
const WORKFLOW = {
  initial: "draft",
  states: {
    draft: {
      submit: { to: "submitted", guard: (order) => order.items.length > 0 },
      cancel: { to: "cancelled" },
    },
    submitted: {
      pay: {
        to: "paid",
        guard: (order, amount) => amount >= order.price,
        action: (order, amount) => {
          order.paid = amount;
        },
      },
      cancel: { to: "cancelled" },
    },
    paid: {
      ship: { to: "shipped" },
      cancel: {
        to: "cancelled",
        action: (order) => {
          order.refund = order.paid;
        },
      },
    },
    shipped: {},
    cancelled: {},
  },
};

// Check a workflow: return a message for each transition that leads to an unknown state.
function problems({ initial, states }) {
  const messages = initial in states ? [] : [`unknown initial state ${initial}`];
  for (const [state, events] of Object.entries(states)) {
    for (const [event, { to }] of Object.entries(events)) {
      if (!(to in states)) messages.push(`${state}.${event} leads to unknown state ${to}`);
    }
  }
  return messages;
}

// List the states that can be reached from the given one, itself included, in order of discovery.
function reachable({ states }, from) {
  const found = [from];
  for (const state of found) {
    for (const { to } of Object.values(states[state])) {
      if (!found.includes(to)) found.push(to);
    }
  }
  return found;
}

class Machine {
  constructor(workflow, subject) {
    this.workflow = workflow;
    this.subject = subject;
    this.state = workflow.initial;
    this.log = [];
  }

  // Return the transition for an event if the current state has one and its guard agrees.
  find(event, ...args) {
    const transition = this.workflow.states[this.state][event];
    if (!transition) return null;
    const { guard = () => true } = transition;
    return guard(this.subject, ...args) ? transition : null;
  }

  // Change the state after running the event's action; returns false if the event is refused.
  // The log gets an entry such as "draft -> submitted (submit)".
  send(event, ...args) {
    const transition = this.find(event, ...args);
    if (!transition) return false;
    transition.action?.(this.subject, ...args);
    this.log.push(`${this.state} -> ${transition.to} (${event})`);
    this.state = transition.to;
    return true;
  }

  // Tell whether no event can lead out of the current state.
  get isFinal() {
    return Object.keys(this.workflow.states[this.state]).length === 0;
  }
}

// --- tests ---
const assert = require("node:assert");

assert.deepStrictEqual(problems(WORKFLOW), []);
const broken = { initial: "on", states: { off: { push: { to: "on" }, pull: { to: "off" } } } };
const messages = problems(broken);
assert.strictEqual(messages.length, 2);
assert.match(messages[0], /on/);
assert.match(messages[1], /push/);
assert.deepStrictEqual(Object.keys(WORKFLOW.states), [
  "draft",
  "submitted",
  "paid",
  "shipped",
  "cancelled",
]);
assert.deepStrictEqual(reachable(WORKFLOW, "draft"), [
  "draft",
  "submitted",
  "cancelled",
  "paid",
  "shipped",
]);
assert.deepStrictEqual(reachable(WORKFLOW, "paid"), ["paid", "shipped", "cancelled"]);
assert.deepStrictEqual(reachable(WORKFLOW, "shipped"), ["shipped"]);

const order = { items: [], price: 30 };
const machine = new Machine(WORKFLOW, order);
assert.strictEqual(machine.state, "draft");
assert.strictEqual(machine.isFinal, false);
assert.strictEqual(machine.send("submit"), false);
assert.strictEqual(machine.send("pay", 30), false);
assert.strictEqual(machine.find("submit"), null);
assert.strictEqual(machine.find("unknown"), null);
order.items.push("lamp");
assert.strictEqual(machine.find("submit").to, "submitted");
assert.strictEqual(machine.state, "draft");
assert.strictEqual(machine.send("submit"), true);
assert.strictEqual(machine.send("pay", 29), false);
assert.strictEqual(machine.state, "submitted");
assert.strictEqual(order.paid, undefined);
assert.strictEqual(machine.send("pay", 30), true);
assert.strictEqual(order.paid, 30);
assert.strictEqual(machine.isFinal, false);
assert.strictEqual(machine.send("ship"), true);
assert.strictEqual(machine.state, "shipped");
assert.strictEqual(machine.isFinal, true);
assert.strictEqual(machine.send("cancel"), false);
assert.strictEqual(order.refund, undefined);
assert.deepStrictEqual(machine.log, [
  "draft -> submitted (submit)",
  "submitted -> paid (pay)",
  "paid -> shipped (ship)",
]);
const rich = { items: ["a", "b"], price: 5 };
const second = new Machine(WORKFLOW, rich);
second.send("submit");
second.send("pay", 8);
assert.strictEqual(second.send("cancel"), true);
assert.strictEqual(rich.refund, 8);
assert.strictEqual(second.state, "cancelled");
assert.strictEqual(second.isFinal, true);
const third = new Machine(WORKFLOW, { items: ["a"], price: 1 });
assert.strictEqual(third.send("cancel"), true);
assert.strictEqual(third.state, "cancelled");
const fourth = new Machine(WORKFLOW, { items: ["a"], price: 1 });
fourth.send("submit");
assert.strictEqual(fourth.send("cancel"), true);
assert.strictEqual(fourth.subject.refund, undefined);
