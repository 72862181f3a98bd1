// Group records, compute aggregates, and print the result as a text table.

const AGGREGATES = {
  count: (values) => values.length,
  sum: (values) => values.reduce((total, value) => total + value, 0),
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  mean: (values) => AGGREGATES.sum(values) / values.length,
};

// Collect the records into a Map from the key of each record to the records that have it.
function groupBy(records, keyOf) {
  const groups = new Map();
  for (const record of records) {
    const key = keyOf(record);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(record);
  }
  return groups;
}

// Make one row per value of the `by` column. `columns` maps the new columns' names
// to texts such as "sum price" or "count".
function summarize(records, by, columns) {
  const rows = [];
  for (const [key, members] of groupBy(records, (record) => record[by])) {
    const row = { [by]: key };
    for (const [name, expression] of Object.entries(columns)) {
      const [aggregate, column] = expression.split(" ");
      if (!Object.hasOwn(AGGREGATES, aggregate)) {
        throw new Error(`unknown aggregate: ${aggregate}`);
      }
      row[name] = AGGREGATES[aggregate](members.map((member) => member[column]));
    }
    rows.push(row);
  }
  return rows;
}

// Return the rows ordered by several columns; a minus sign before a name means descending.
function sortRows(rows, ...columns) {
  return [...rows].sort((a, b) => {
    for (const column of columns) {
      const descending = column.startsWith("-");
      const name = descending ? column.slice(1) : column;
      if (a[name] !== b[name]) {
        const order = a[name] < b[name] ? -1 : 1;
        return descending ? -order : order;
      }
    }
    return 0;
  });
}

// Show whole numbers as they are, others with two decimals, and missing values as "-".
function formatCell(value) {
  if (value === undefined || value === null) return "-";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return value.toFixed(2);
}

// Print rows under a header and a ruler of dashes, with two blanks between the columns;
// columns that hold only numbers are aligned to the right.
function printTable(rows, columns = Object.keys(rows[0] ?? {})) {
  const layout = columns.map((name) => {
    const cells = rows.map((row) => formatCell(row[name]));
    const width = Math.max(name.length, ...cells.map((cell) => cell.length));
    const numeric = rows.every((row) => typeof row[name] === "number");
    const pad = (text) => (numeric ? text.padStart(width) : text.padEnd(width));
    return { name, width, pad };
  });
  const header = layout.map(({ name, pad }) => pad(name)).join("  ");
  const ruler = layout.map(({ width }) => "-".repeat(width)).join("  ");
  const body = rows.map((row) =>
    layout.map(({ name, pad }) => pad(formatCell(row[name]))).join("  "),
  );
  return [header, ruler, ...body].map((line) => line.trimEnd()).join("\n");
}

// --- tests ---
const assert = require("node:assert");

const sales = [
  { city: "Oslo", item: "tea", price: 4 },
  { city: "Rome", item: "tea", price: 3 },
  { city: "Oslo", item: "cake", price: 6.5 },
  { city: "Rome", item: "pie", price: 3 },
  { city: "Oslo", item: "pie", price: 5 },
  { city: "Bern", item: "tea", price: 7 },
];
const groups = groupBy(sales, (sale) => sale.city);
assert.deepStrictEqual([...groups.keys()], ["Oslo", "Rome", "Bern"]);
assert.deepStrictEqual(groups.get("Rome"), [sales[1], sales[3]]);
assert.strictEqual(groupBy([], () => 1).size, 0);
const rows = summarize(sales, "city", {
  sales: "count",
  total: "sum price",
  low: "min price",
  high: "max price",
  mean: "mean price",
});
assert.deepStrictEqual(rows, [
  { city: "Oslo", sales: 3, total: 15.5, low: 4, high: 6.5, mean: 15.5 / 3 },
  { city: "Rome", sales: 2, total: 6, low: 3, high: 3, mean: 3 },
  { city: "Bern", sales: 1, total: 7, low: 7, high: 7, mean: 7 },
]);
assert.throws(() => summarize(sales, "city", { x: "median price" }), /median/);
assert.throws(() => summarize(sales, "city", { x: "toString price" }));
const names = (sorted) => sorted.map((row) => row.city).join();
assert.strictEqual(names(sortRows(rows, "city")), "Bern,Oslo,Rome");
assert.strictEqual(names(sortRows(rows, "-total")), "Oslo,Bern,Rome");
assert.strictEqual(names(sortRows(rows)), "Oslo,Rome,Bern");
const sorted = sortRows(sales, "item", "-price");
assert.deepStrictEqual(
  sorted.map((sale) => sale.item + sale.price),
  ["cake6.5", "pie5", "pie3", "tea7", "tea4", "tea3"],
);
assert.strictEqual(sales[0].item, "tea");
assert.deepStrictEqual(sortRows(sales, "price").slice(0, 2), [sales[1], sales[3]]);
assert.strictEqual(formatCell(null), "-");
assert.strictEqual(formatCell(undefined), "-");
assert.strictEqual(formatCell(12), "12");
assert.strictEqual(formatCell(1 / 3), "0.33");
assert.strictEqual(formatCell("x"), "x");
assert.strictEqual(
  printTable(rows, ["city", "sales", "mean"]),
  [
    "city  sales  mean",
    "----  -----  ----",
    "Oslo      3  5.17",
    "Rome      2     3",
    "Bern      1     7",
  ].join("\n"),
);
assert.strictEqual(
  printTable([
    { n: 1000, note: "a" },
    { n: 5, note: null },
    { n: 7, note: "long" },
  ]),
  "   n  note\n----  ----\n1000  a\n   5  -\n   7  long",
);
assert.strictEqual(printTable([{ a: 1 }, {}]), "a\n-\n1\n-");
assert.strictEqual(printTable([], ["id"]), "id\n--");
