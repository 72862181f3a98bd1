// A cache that forgets the least recently used entries, built on a doubly linked list.

class Node {
  constructor(key, value, size) {
    this.key = key;
    this.value = value;
    this.size = size;
    this.previous = null;
    this.next = null;
  }
}

class LruCache {
  // sizeOf tells how much of the capacity a value takes; onEvict is called with (key, value).
  constructor(capacity, { sizeOf = () => 1, onEvict = () => {} } = {}) {
    if (!(capacity > 0)) {
      throw new RangeError("capacity must be positive");
    }
    this.capacity = capacity;
    this.sizeOf = sizeOf;
    this.onEvict = onEvict;
    this.nodes = new Map();
    this.used = 0;
    // The sentinel closes the ring: next is the newest entry, previous is the oldest one.
    this.ring = new Node(null, null, 0);
    this.ring.previous = this.ring.next = this.ring;
  }

  // Return the value of a key and make it the newest entry, or return undefined.
  get(key) {
    const node = this.nodes.get(key);
    if (node === undefined) return undefined;
    this.unlink(node);
    this.linkNewest(node);
    return node.value;
  }

  // Store a value as the newest entry, evicting the oldest ones until it fits.
  // A value larger than the whole capacity is not stored; returns whether it was.
  set(key, value) {
    this.delete(key);
    const size = this.sizeOf(value);
    if (size > this.capacity) {
      return false;
    }
    while (this.used + size > this.capacity) {
      const oldest = this.ring.previous;
      this.delete(oldest.key);
      this.onEvict(oldest.key, oldest.value);
    }
    const node = new Node(key, value, size);
    this.nodes.set(key, node);
    this.linkNewest(node);
    this.used += size;
    return true;
  }

  // Remove an entry; tell whether there was one.
  delete(key) {
    const node = this.nodes.get(key);
    if (node === undefined) return false;
    this.nodes.delete(key);
    this.unlink(node);
    this.used -= node.size;
    return true;
  }

  unlink(node) {
    node.previous.next = node.next;
    node.next.previous = node.previous;
  }

  linkNewest(node) {
    node.previous = this.ring;
    node.next = this.ring.next;
    this.ring.next.previous = node;
    this.ring.next = node;
  }

  // List the keys from the newest to the oldest entry.
  keys() {
    const keys = [];
    for (let node = this.ring.next; node !== this.ring; node = node.next) {
      keys.push(node.key);
    }
    return keys;
  }
}

// --- tests ---
const assert = require("node:assert");

assert.throws(() => new LruCache(0), RangeError);
assert.throws(() => new LruCache(NaN), RangeError);
assert.strictEqual(new LruCache(1).capacity, 1);
const cache = new LruCache(3);
assert.deepStrictEqual(cache.keys(), []);
assert.strictEqual(cache.get("a"), undefined);
assert.strictEqual(cache.set("a", 1), true);
cache.set("b", 2);
cache.set("c", 3);
assert.deepStrictEqual(cache.keys(), ["c", "b", "a"]);
assert.strictEqual(cache.used, 3);
assert.strictEqual(cache.get("a"), 1);
assert.deepStrictEqual(cache.keys(), ["a", "c", "b"]);
cache.set("d", 4);
assert.deepStrictEqual(cache.keys(), ["d", "a", "c"]);
assert.strictEqual(cache.get("b"), undefined);
assert.strictEqual(cache.get("c"), 3);
assert.strictEqual(cache.delete("a"), true);
assert.strictEqual(cache.delete("a"), false);
assert.deepStrictEqual(cache.keys(), ["c", "d"]);
assert.strictEqual(cache.used, 2);
cache.set("d", 40);
assert.deepStrictEqual(cache.keys(), ["d", "c"]);
assert.strictEqual(cache.used, 2);
assert.strictEqual(cache.get("d"), 40);
assert.strictEqual(cache.get("c"), 3);
const backwards = [];
for (let n = cache.ring.previous; n !== cache.ring; n = n.previous) backwards.push(n.key);
assert.deepStrictEqual(backwards, ["d", "c"]);

const evicted = [];
const texts = new LruCache(10, {
  sizeOf: (text) => text.length,
  onEvict: (key, value) => evicted.push([key, value]),
});
texts.set(1, "four");
texts.set(2, "sixsix");
assert.strictEqual(texts.used, 10);
assert.deepStrictEqual(evicted, []);
texts.set(3, "x");
assert.deepStrictEqual(evicted, [[1, "four"]]);
assert.strictEqual(texts.used, 7);
assert.strictEqual(texts.set(4, "much too long"), false);
assert.deepStrictEqual(texts.keys(), [3, 2]);
assert.strictEqual(texts.set(5, "exactly 10"), true);
assert.deepStrictEqual(evicted.slice(1), [
  [2, "sixsix"],
  [3, "x"],
]);
assert.deepStrictEqual(texts.keys(), [5]);
assert.strictEqual(texts.set(5, "again much too long"), false);
assert.deepStrictEqual(texts.keys(), []);
assert.strictEqual(texts.used, 0);
assert.strictEqual(evicted.length, 3);
