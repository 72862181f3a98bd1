// A small calendar without time zones: dates are plain { year, month, day } objects.

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

// Years divisible by 4 are leap years, except full centuries not divisible by 400.
function isLeapYear(year) {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year, month) {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_DAYS[month - 1];
}

// Parse "YYYY-MM-DD"; returns null for anything that is not an existing date.
function parseDate(text) {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number);
  if (month < 1 || month > 12) return null;
  if (day < 1 || day > daysInMonth(year, month)) return null;
  return { year, month, day };
}

// Format a date as "YYYY-MM-DD".
function formatDate({ year, month, day }) {
  const pad = (number, width) => String(number).padStart(width, "0");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

// Number the days so that 0001-01-01, a Monday, is day 0.
function toDayNumber({ year, month, day }) {
  const past = year - 1;
  let days = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  for (let m = 1; m < month; m++) {
    days += daysInMonth(year, m);
  }
  return days + day - 1;
}

function weekday(date) {
  return WEEKDAYS[toDayNumber(date) % 7];
}

// Move a date by a number of days, which may be negative.
function addDays(date, count) {
  let { year, month, day } = date;
  day += count;
  while (day < 1) {
    month = month === 1 ? 12 : month - 1;
    if (month === 12) year--;
    day += daysInMonth(year, month);
  }
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month);
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year++;
  }
  return { year, month, day };
}

// Move a date by whole months; a day that does not exist there becomes the month's last day.
function addMonths({ year, month, day }, count) {
  const months = year * 12 + (month - 1) + count;
  const newYear = Math.floor(months / 12);
  const newMonth = (months % 12) + 1;
  return { year: newYear, month: newMonth, day: Math.min(day, daysInMonth(newYear, newMonth)) };
}

// Return the days of a month as weeks from Monday to Sunday, with null outside the month.
function monthGrid(year, month) {
  const offset = toDayNumber({ year, month, day: 1 }) % 7;
  const cells = new Array(offset).fill(null);
  for (let day = 1; day <= daysInMonth(year, month); day++) cells.push(day);
  while (cells.length % 7 !== 0) cells.push(null);
  const weeks = [];
  for (let start = 0; start < cells.length; start += 7) {
    weeks.push(cells.slice(start, start + 7));
  }
  return weeks;
}

// --- tests ---
const assert = require("node:assert");

assert.deepStrictEqual([2024, 2023, 1900, 2000].map(isLeapYear), [true, false, false, true]);
const lengths = (year) => Array.from({ length: 12 }, (_, i) => daysInMonth(year, i + 1)).join(" ");
assert.strictEqual(lengths(2023), "31 28 31 30 31 30 31 31 30 31 30 31");
assert.strictEqual(lengths(2024), "31 29 31 30 31 30 31 31 30 31 30 31");
assert.deepStrictEqual(parseDate("2024-02-29"), { year: 2024, month: 2, day: 29 });
for (const wrong of ["2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-04-00"]) {
  assert.strictEqual(parseDate(wrong), null);
}
for (const wrong of ["24-01-01", "2024-1-1", "x2024-01-01", "2024-01-011", ""]) {
  assert.strictEqual(parseDate(wrong), null);
}
assert.strictEqual(formatDate({ year: 987, month: 3, day: 4 }), "0987-03-04");
const date = (text) => parseDate(text);
assert.strictEqual(toDayNumber(date("0001-01-01")), 0);
assert.strictEqual(toDayNumber(date("1970-01-01")), 719162);
assert.strictEqual(toDayNumber(date("2000-03-01")) - toDayNumber(date("2000-02-01")), 29);
assert.strictEqual(weekday(date("2024-02-29")), "Thu");
assert.strictEqual(weekday(date("1999-12-31")), "Fri");
assert.strictEqual(weekday(date("2023-01-01")), "Sun");
assert.strictEqual(weekday(date("2023-05-01")), "Mon");
assert.strictEqual(weekday(date("2023-05-02")), "Tue");
assert.strictEqual(weekday(date("2023-05-03")), "Wed");
assert.strictEqual(weekday(date("2023-05-06")), "Sat");
const moved = (text, count) => formatDate(addDays(date(text), count));
assert.strictEqual(moved("2024-02-27", 2), "2024-02-29");
assert.strictEqual(moved("2024-02-28", 2), "2024-03-01");
assert.strictEqual(moved("2023-12-31", 1), "2024-01-01");
assert.strictEqual(moved("2024-01-01", -1), "2023-12-31");
assert.strictEqual(moved("2024-03-10", -10), "2024-02-29");
assert.strictEqual(moved("2024-01-01", 366), "2025-01-01");
assert.strictEqual(moved("2025-01-01", -366), "2024-01-01");
assert.strictEqual(moved("2024-05-05", 0), "2024-05-05");
const months = (text, count) => formatDate(addMonths(date(text), count));
assert.strictEqual(months("2024-01-31", 1), "2024-02-29");
assert.strictEqual(months("2024-01-31", 3), "2024-04-30");
assert.strictEqual(months("2024-11-15", 2), "2025-01-15");
assert.strictEqual(months("2024-12-15", 12), "2025-12-15");
assert.strictEqual(months("2024-01-15", -1), "2023-12-15");
assert.deepStrictEqual(monthGrid(2023, 2), [
  [null, null, 1, 2, 3, 4, 5],
  [6, 7, 8, 9, 10, 11, 12],
  [13, 14, 15, 16, 17, 18, 19],
  [20, 21, 22, 23, 24, 25, 26],
  [27, 28, null, null, null, null, null],
]);
assert.strictEqual(monthGrid(2021, 2).length, 4);
assert.deepStrictEqual(monthGrid(2021, 2)[3], [22, 23, 24, 25, 26, 27, 28]);
