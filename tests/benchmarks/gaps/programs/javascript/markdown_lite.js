// Turn a small subset of Markdown into HTML: headings, lists, quotes, code and inline styles.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// Replace the characters that mean something in HTML.
function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char]);
}

// Render `code`, **bold**, *italic* and [links](address); nothing is styled inside code.
function renderInline(text) {
  return text
    .split(/(`[^`]+`)/)
    .map((piece, index) => {
      if (index % 2 === 1) {
        return `<code>${escapeHtml(piece.slice(1, -1))}</code>`;
      }
      return escapeHtml(piece)
        .replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")
        .replace(/\*(.+?)\*/g, "<em>$1</em>")
        .replace(/\[(.+?)\]\((.+?)\)/g, '<a href="$2">$1</a>');
    })
    .join("");
}

// Make a heading's id from its text: lower case, with dashes between the words.
function slugify(text) {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join("-");
}

// Tell which kind of block a line belongs to.
function classify(line) {
  if (line.trim() === "") return "blank";
  if (/^#{1,6} /.test(line)) return "heading";
  if (line.startsWith("- ")) return "ul";
  if (/^\d+\. /.test(line)) return "ol";
  if (line.startsWith("> ")) return "blockquote";
  return "p";
}

// Group the lines into blocks { kind, lines }; each heading is a block of its own.
function splitBlocks(source) {
  const blocks = [];
  let current = null;
  for (const line of source.split("\n")) {
    const kind = classify(line);
    if (current === null || current.kind !== kind || kind === "heading") {
      current = { kind, lines: [] };
      blocks.push(current);
    }
    current.lines.push(line);
  }
  return blocks.filter((block) => block.kind !== "blank");
}

// Render one block as HTML.
function renderBlock({ kind, lines }) {
  if (kind === "heading") {
    const level = lines[0].indexOf(" ");
    const title = lines[0].slice(level + 1).trim();
    return `<h${level} id="${slugify(title)}">${renderInline(title)}</h${level}>`;
  }
  if (kind === "ul" || kind === "ol") {
    const items = lines.map((line) => line.replace(/^(- |\d+\. )/, ""));
    return `<${kind}>${items.map((item) => `<li>${renderInline(item)}</li>`).join("")}</${kind}>`;
  }
  const content = kind === "blockquote" ? lines.map((line) => line.slice(2)) : lines;
  return `<${kind}>${renderInline(content.join(" "))}</${kind}>`;
}

// Render a whole document, one block a line.
function render(source) {
  return splitBlocks(source).map(renderBlock).join("\n");
}

// --- tests ---
const assert = require("node:assert");

assert.strictEqual(escapeHtml('a<b> & "c"'), "a&lt;b&gt; &amp; &quot;c&quot;");
assert.strictEqual(renderInline("plain"), "plain");
assert.strictEqual(renderInline("a **b c** d"), "a <strong>b c</strong> d");
assert.strictEqual(renderInline("*a* and *b*"), "<em>a</em> and <em>b</em>");
assert.strictEqual(renderInline("**x** **y**"), "<strong>x</strong> <strong>y</strong>");
assert.strictEqual(renderInline("`*a* < b` *c*"), "<code>*a* &lt; b</code> <em>c</em>");
assert.strictEqual(
  renderInline("see [the docs](http://x.y/z) or [b](c)"),
  'see <a href="http://x.y/z">the docs</a> or <a href="c">b</a>',
);
assert.strictEqual(renderInline("1 < 2"), "1 &lt; 2");
assert.strictEqual(slugify("Hello, World 2!"), "hello-world-2");
assert.strictEqual(slugify("!?"), "");
assert.strictEqual(classify("  "), "blank");
assert.strictEqual(classify("###### x"), "heading");
assert.strictEqual(classify("####### x"), "p");
assert.strictEqual(classify("#x"), "p");
assert.strictEqual(classify("- x"), "ul");
assert.strictEqual(classify("-x"), "p");
assert.strictEqual(classify("12. x"), "ol");
assert.strictEqual(classify("12 x"), "p");
assert.strictEqual(classify("> x"), "blockquote");
assert.deepStrictEqual(splitBlocks("# a\n# b\nc\nd\n\ne\n"), [
  { kind: "heading", lines: ["# a"] },
  { kind: "heading", lines: ["# b"] },
  { kind: "p", lines: ["c", "d"] },
  { kind: "p", lines: ["e"] },
]);
assert.strictEqual(render("## Big *News*"), '<h2 id="big-news">Big <em>News</em></h2>');
assert.strictEqual(render("- a\n- **b**"), "<ul><li>a</li><li><strong>b</strong></li></ul>");
assert.strictEqual(render("1. a - b\n10. c"), "<ol><li>a - b</li><li>c</li></ol>");
assert.strictEqual(render("> wise\n> words"), "<blockquote>wise words</blockquote>");
assert.strictEqual(render("one\ntwo\n\nthree"), "<p>one two</p>\n<p>three</p>");
assert.strictEqual(render(""), "");
assert.strictEqual(render("a\n- b\n1. c"), "<p>a</p>\n<ul><li>b</li></ul>\n<ol><li>c</li></ol>");
