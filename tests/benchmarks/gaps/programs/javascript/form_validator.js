// Validate form data against a schema of chained rules, and collect readable messages.

const EMAIL = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i;

// The rules for one field; all methods that add a rule return the field itself.
class Field {
  constructor(label) {
    this.label = label;
    this.isRequired = false;
    this.conversion = (value) => value;
    this.rules = [];
  }

  required() {
    this.isRequired = true;
    return this;
  }

  // Add a rule: a test of (value, allValues) and the message for when it is false.
  rule(test, message) {
    this.rules.push({ test, message });
    return this;
  }

  // Convert the text to a number before the rules run; text that is no number breaks a rule.
  number() {
    this.conversion = Number;
    return this.rule((value) => !Number.isNaN(value), "must be a number");
  }

  // Bound a number, both limits included.
  between(low, high) {
    return this.rule((value) => value >= low && value <= high, `must be from ${low} to ${high}`);
  }

  // Bound the number of characters.
  length(min, max = Infinity) {
    const message =
      max === Infinity ? `needs ${min} characters` : `needs ${min} to ${max} characters`;
    return this.rule((value) => value.length >= min && value.length <= max, message);
  }

  email() {
    return this.rule((value) => EMAIL.test(value), "must be an email address");
  }

  oneOf(...choices) {
    return this.rule((value) => choices.includes(value), `must be one of ${choices.join(", ")}`);
  }

  // Require the same value as in another field.
  sameAs(other) {
    return this.rule((value, all) => value === all[other], `must be the same as ${other}`);
  }

  // Return { value } or { error }: the first broken rule's message, beginning with the label.
  check(raw, all) {
    const text = typeof raw === "string" ? raw.trim() : raw;
    if (text === undefined || text === null || text === "") {
      return this.isRequired ? { error: `${this.label} is required` } : { value: null };
    }
    const value = this.conversion(text);
    const broken = this.rules.find(({ test }) => !test(value, all));
    return broken ? { error: `${this.label} ${broken.message}` } : { value };
  }
}

// Check all fields of a schema; unknown fields in the data are errors too.
function validate(schema, data) {
  const values = {};
  const errors = {};
  for (const [name, field] of Object.entries(schema)) {
    const { value, error } = field.check(data[name], data);
    if (error) {
      errors[name] = error;
    } else {
      values[name] = value;
    }
  }
  for (const name of Object.keys(data)) {
    if (!(name in schema)) errors[name] = `${name} is not expected`;
  }
  return { ok: Object.keys(errors).length === 0, values, errors };
}

// --- tests ---
const assert = require("node:assert");

const schema = {
  name: new Field("Name").required().length(2, 10),
  email: new Field("Email").required().email(),
  age: new Field("Age").number().between(18, 120),
  plan: new Field("Plan").oneOf("free", "pro"),
  password: new Field("Password").required().length(8),
  repeat: new Field("Password again").required().sameAs("password"),
};
const good = {
  name: " Ann ",
  email: "ann@mail.example.org",
  age: "18",
  plan: "pro",
  password: "12345678",
  repeat: "12345678",
};
assert.deepStrictEqual(validate(schema, good), {
  ok: true,
  values: { ...good, name: "Ann", age: 18 },
  errors: {},
});
const errorsWith = (changes) => validate(schema, { ...good, ...changes }).errors;
assert.deepStrictEqual(errorsWith({ age: "", plan: null }), {});
assert.strictEqual(validate(schema, { ...good, age: "  " }).values.age, null);
assert.strictEqual(validate(schema, { ...good, age: 120 }).values.age, 120);
assert.match(errorsWith({ name: "   " }).name, /^Name .*required/);
assert.match(errorsWith({ name: undefined }).name, /^Name .*required/);
assert.match(errorsWith({ name: "A" }).name, /^Name .*2.*10/);
assert.match(errorsWith({ name: "Abcdefghijk" }).name, /^Name .*2.*10/);
assert.deepStrictEqual(errorsWith({ name: "Abcdefghij" }), {});
assert.match(errorsWith({ age: "old" }).age, /^Age .*number/);
assert.match(errorsWith({ age: "17" }).age, /^Age .*18.*120/);
assert.match(errorsWith({ age: "121" }).age, /^Age .*18.*120/);
assert.match(errorsWith({ plan: "gold" }).plan, /^Plan .*free, pro/);
for (const email of ["ann", "ann@x", "a b@x.org", "@x.org", "ann@x.o", "a@b@c.org"]) {
  assert.match(errorsWith({ email }).email, /^Email /);
}
const short = errorsWith({ password: "1234567" });
assert.match(short.password, /^Password .*8/);
assert.match(short.repeat, /^Password again .*password/);
assert.match(errorsWith({ extra: 1 }).extra, /extra/);
const result = validate(schema, {});
assert.strictEqual(result.ok, false);
assert.deepStrictEqual(Object.keys(result.errors), ["name", "email", "password", "repeat"]);
assert.deepStrictEqual(result.values, { age: null, plan: null });
