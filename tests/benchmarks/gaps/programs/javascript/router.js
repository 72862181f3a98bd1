// A router for URL paths such as "/users/:id(int)/posts" with middleware and query strings.

const CONVERTERS = {
  int: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
  word: (text) => (/^\w+$/.test(text) ? text : undefined),
};

// Split a path into its parts, ignoring slashes at both ends.
function splitPath(path) {
  return path.split("/").filter((part) => part !== "");
}

// Parse "a=1&b=x%20y&a=2" into an object; a name that is repeated gets an array of its values.
function parseQuery(query) {
  const result = {};
  for (const pair of query.split("&").filter(Boolean)) {
    const [name, value = ""] = pair.split("=").map(decodeURIComponent);
    if (name in result) {
      result[name] = [].concat(result[name], value);
    } else {
      result[name] = value;
    }
  }
  return result;
}

// Compile one part of a route: fixed text, or ":name" with an optional "(converter)".
function compilePart(part) {
  const match = /^:(\w+)(?:\((\w+)\))?$/.exec(part);
  if (!match) return { text: part };
  const [, name, converter] = match;
  if (converter !== undefined && !(converter in CONVERTERS)) {
    throw new Error(`unknown converter: ${converter}`);
  }
  return { name, convert: CONVERTERS[converter] ?? ((text) => text) };
}

// Return the parameters of a path, or null if it does not fit the compiled parts.
function matchParts(compiled, parts) {
  if (compiled.length !== parts.length) return null;
  const params = {};
  for (const [index, { text, name, convert }] of compiled.entries()) {
    if (text !== undefined) {
      if (text !== parts[index]) return null;
    } else {
      params[name] = convert(decodeURIComponent(parts[index]));
      if (params[name] === undefined) return null;
    }
  }
  return params;
}

class Router {
  constructor() {
    this.routes = [];
    this.middleware = [];
  }

  // Add a route; the handler gets a request and returns the body of the response.
  add(method, pattern, handler) {
    this.routes.push({ method, compiled: splitPath(pattern).map(compilePart), handler });
    return this;
  }

  // Wrap all handlers: a middleware gets (request, next), and the first one added is outermost.
  use(middleware) {
    this.middleware.push(middleware);
    return this;
  }

  // Find the first route that fits and return { status, body }: 200, 404 or 405 (wrong method).
  handle(method, url) {
    const [path, query = ""] = url.split("?");
    let status = 404;
    for (const route of this.routes) {
      const params = matchParts(route.compiled, splitPath(path));
      if (!params) continue;
      status = 405;
      if (route.method !== method) continue;
      const request = { method, path, params, query: parseQuery(query) };
      const chain = this.middleware.reduceRight(
        (next, middleware) => (req) => middleware(req, next),
        route.handler,
      );
      return { status: 200, body: chain(request) };
    }
    return { status, body: null };
  }
}

// --- tests ---
const assert = require("node:assert");

assert.deepStrictEqual(splitPath("/a/b//c/"), ["a", "b", "c"]);
assert.deepStrictEqual(splitPath("/"), []);
assert.deepStrictEqual(parseQuery(""), {});
assert.deepStrictEqual(parseQuery("a=1&b=x%20y&&a=2&c&a=3"), {
  a: ["1", "2", "3"],
  b: "x y",
  c: "",
});
assert.deepStrictEqual(compilePart("users"), { text: "users" });
assert.strictEqual(compilePart(":id").name, "id");
assert.strictEqual(compilePart(":id").convert("4"), "4");
assert.strictEqual(compilePart(":id(int)").convert("4"), 4);
assert.strictEqual(compilePart(":id(int)").convert("4x"), undefined);
assert.strictEqual(compilePart(":id(word)").convert("a_1"), "a_1");
assert.strictEqual(compilePart(":id(word)").convert("a-1"), undefined);
assert.throws(() => compilePart(":id(uuid)"), /uuid/);
assert.deepStrictEqual(matchParts([compilePart("a"), compilePart(":b")], ["a", "x%2Fy"]), {
  b: "x/y",
});
assert.strictEqual(matchParts([compilePart("a")], ["b"]), null);
assert.strictEqual(matchParts([compilePart("a")], ["a", "b"]), null);
assert.deepStrictEqual(matchParts([], []), {});

const router = new Router();
router
  .add("GET", "/", () => "home")
  .add("GET", "/users/:id(int)/posts", ({ params }) => `posts of ${params.id + 1}`)
  .add("GET", "/users/:name/posts", ({ params }) => `posts by ${params.name}`)
  .add("POST", "/users", (request) => request)
  .add("DELETE", "/", () => "gone");
assert.deepStrictEqual(router.handle("GET", "/"), { status: 200, body: "home" });
assert.strictEqual(router.handle("GET", "/users/7/posts/").body, "posts of 8");
assert.strictEqual(router.handle("GET", "/users/ann/posts").body, "posts by ann");
assert.deepStrictEqual(router.handle("POST", "/users?tag=new").body, {
  method: "POST",
  path: "/users",
  params: {},
  query: { tag: "new" },
});
assert.deepStrictEqual(router.handle("POST", "/users").body.query, {});
assert.strictEqual(router.handle("DELETE", "/").body, "gone");
assert.deepStrictEqual(router.handle("GET", "/nothing"), { status: 404, body: null });
assert.deepStrictEqual(router.handle("GET", "/users"), { status: 405, body: null });
assert.deepStrictEqual(router.handle("PUT", "/users/7/posts"), { status: 405, body: null });
const returned = router
  .use((request, next) => `<${next(request)}>`)
  .use((request, next) => (request.query.secret ? "denied" : next(request) + "!"));
assert.strictEqual(returned, router);
assert.strictEqual(router.handle("GET", "/").body, "<home!>");
assert.strictEqual(router.handle("GET", "/?secret=1").body, "<denied>");
