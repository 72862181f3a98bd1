"""Functions of several languages with one mistake each, for crafted answers: right ones, and mutations of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """`text` has a `‸` in the function. A right answer to "find the bug" has `right` in place of `wrong`."""

    language: str
    text: str
    name: str
    wrong: str
    right: str

    @property
    def function(self) -> str:
        """The text of the function, with the indentation of its first line."""
        plain = self.text.replace("‸", "")
        at = self.text.index("‸")
        start = plain.rfind("\n", 0, at) + 1
        lines = plain[start:].split("\n")
        indent = len(lines[0]) - len(lines[0].lstrip())
        end = next(
            (
                number
                for number, line in enumerate(lines)
                if number and line.strip() not in ("", "{") and len(line) - len(line.lstrip()) <= indent
            ),
            len(lines),
        )
        closes = end < len(lines) and lines[end].strip() in ("}", "end", "};")
        return "\n".join(lines[: end + closes]).rstrip()


SAMPLES = (
    Sample(
        "python",
        '''"""Orders of a shop."""

import logging
from decimal import Decimal

log = logging.getLogger(__name__)
RATE = Decimal("0.2")


class Cart:
    """What a customer wants to buy."""

    def __init__(self, store, customer):
        self.store = store
        self.customer = customer
        self.items = []

    def to‸tal(self, voucher: str | None = None) -> Decimal:
        """The price of everything, taxes included."""
        # An empty cart costs nothing, whatever the voucher says.
        if not self.items:
            log.info("empty cart of %s", self.customer)
            return Decimal(0)
        total = Decimal(0)
        for item in self.items:
            if item.is_gift:
                self.store.note_gift(item)  # the store counts them
                continue
            total += item.price + item.amount
        if voucher is not None:
            total -= self.store.worth(voucher)
            self.store.use_up(voucher)
        log.debug("total of %s: %s", self.customer, total)
        return max(total, Decimal(0)) * (1 + RATE)

    def last(self):
        return self.items[-1]
''',
        "total",
        "item.price + item.amount",
        "item.price * item.amount",
    ),
    Sample(
        "python",
        """import json
import os
from pathlib import Path

DEFAULTS = {"colour": "auto", "width": 80}


def read_set‸tings(path, environ=os.environ):  # noqa: C901
    settings = dict(DEFAULTS)
    try:
        with open(path, encoding="utf-8") as file:
            settings.update(json.load(file))
    except FileNotFoundError:
        # The defaults will do.
        print(f"no {path}")
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is broken: {error}") from error
    for name in settings:
        override = environ.get(f"APP_{name.lower()}")
        if override is not None:
            settings[name] = override
    assert settings["width"], "no width"
    return settings


def write_settings(path: Path, settings):
    path.write_text(json.dumps(settings))
""",
        "read_settings",
        "name.lower()",
        "name.upper()",
    ),
    Sample(
        "python",
        """def merge_in‸tervals(intervals):
    if not intervals:
        return []
    ordered = sorted(intervals)
    merged = [ordered[0]]
    for start, end in ordered[1:]:
        last = merged[-1]
        if start > last[1]:
            merged[-1] = (last[0], max(last[1], end))
        else:
            merged.append((start, end))
    return merged
""",
        "merge_intervals",
        "start > last[1]",
        "start <= last[1]",
    ),
    Sample(
        "typescript",
        """import { Store } from "./store";

export class Sessions {
  private open = new Map<string, number>();

  constructor(private readonly store: Store) {}

  async re‸new(id: string, now: number): Promise<boolean> {
    const started = this.open.get(id);
    if (started === undefined) {
      this.store.warn(`unknown session ${id}`);
      return false;
    }
    // Old sessions are closed, not renewed.
    if (now - started < this.store.limit) {
      this.open.delete(id);
      await this.store.close(id);
      return false;
    }
    this.open.set(id, now);
    await this.store.save(id, now); // also on the disk
    return true;
  }

  count(): number {
    return this.open.size;
  }
}
""",
        "renew",
        "now - started < this.store.limit",
        "now - started > this.store.limit",
    ),
    Sample(
        "javascript",
        """const cache = new Map();

export function group‸By(rows, key) {
  const groups = {};
  for (const row of rows) {
    const value = row[key];
    if (value == null) {
      cache.set(row.id, row);
      continue;
    }
    if (!(value in groups)) {
      groups[value] = [];
    }
    groups[key].push(row);
  }
  console.debug(`grouped ${rows.length} rows`);
  return groups;
}
""",
        "groupBy",
        "groups[key].push",
        "groups[value].push",
    ),
    Sample(
        "go",
        """package shop

import (
	"errors"
	"fmt"
)

// Withdraw takes money from an account.
func (b *Bank) With‸draw(name string, amount int) (int, error) {
	account, ok := b.accounts[name]
	if !ok {
		return 0, fmt.Errorf("no account %q", name)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	// Debts are not allowed.
	if account.balance > amount {
		b.refused++
		return account.balance, errors.New("not enough money")
	}
	account.balance -= amount
	b.journal.Add(name, -amount)
	return account.balance, nil
}
""",
        "Withdraw",
        "account.balance > amount",
        "account.balance < amount",
    ),
    Sample(
        "rust",
        """use std::collections::HashMap;

pub struct Index {
    words: HashMap<String, Vec<usize>>,
    lines: usize,
}

impl Index {
    /// Adds one line of text.
    #[inline]
    pub fn ad‸d(&mut self, line: &str) -> usize {
        let number = self.lines;
        // Words are counted without regard to case.
        for word in line.split_whitespace() {
            let key = word.to_uppercase();
            self.words.entry(key).or_default().push(number);
        }
        if line.is_empty() {
            log::debug!("empty line {}", number);
        }
        self.lines += 1;
        self.words.len()
    }
}
""",
        "add",
        "word.to_uppercase()",
        "word.to_lowercase()",
    ),
    Sample(
        "java",
        """package shop;

import java.util.List;

public class Basket {
    private final List<Item> items;

    @Override
    @Deprecated
    public synchronized double pri‸ce(double rate) throws IllegalStateException {
        if (items.isEmpty()) {
            throw new IllegalStateException("empty");
        }
        double sum = 0;
        for (Item item : items) {
            // Gifts are free.
            if (item.isGift()) {
                audit.note(item);
                continue;
            }
            sum += item.price() * item.count();
        }
        audit.priced(this, sum);
        return sum * rate;
    }

    int size() {
        return items.size();
    }
}
""",
        "price",
        "sum * rate",
        "sum * (1 + rate)",
    ),
    Sample(
        "cpp",
        """#include <vector>

namespace shop {

class Queue {
 public:
  virtual bool pu‸sh(int value) noexcept override {
    std::lock_guard<std::mutex> guard(mutex_);
    if (closed_) {
      ++refused_;
      return false;
    }
    // A full queue forgets its oldest value.
    if (values_.size() > limit_) {
      values_.erase(values_.begin());
      on_lost_(value);
    }
    values_.push_back(value);
    ready_.notify_one();
    return true;
  }

 private:
  std::vector<int> values_;
};

}  // namespace shop
""",
        "push",
        "values_.size() > limit_",
        "values_.size() >= limit_",
    ),
    Sample(
        "csharp",
        """using System;

namespace Shop
{
    public class Timer
    {
        public static TimeSpan Mea‸sure(Action action, int times)
        {
            if (action == null)
            {
                throw new ArgumentNullException(nameof(action));
            }
            var watch = Stopwatch.StartNew();
            // The first run warms up.
            action();
            for (int i = 0; i <= times; i++)
            {
                action();
                Progress.Report(i);
            }
            watch.Stop();
            return watch.Elapsed;
        }
    }
}
""",
        "Measure",
        "i <= times",
        "i < times",
    ),
    Sample(
        "c",
        """#include <stdlib.h>
#include <string.h>

static int count;

static char *co‸py(const char *text, size_t length)
{
	char *made = malloc(length);
	if (made == NULL) {
		count++;
		return NULL;
	}
	/* The end is marked by hand. */
	memcpy(made, text, length);
	made[length] = '\\0';
	register_block(made);
	return made;
}
""",
        "copy",
        "malloc(length)",
        "malloc(length + 1)",
    ),
    Sample(
        "php",
        """<?php

class Mailer
{
    public function se‸nd(string $to, array $lines): bool
    {
        if (!filter_var($to, FILTER_VALIDATE_EMAIL)) {
            $this->log->warn("bad address $to");
            return false;
        }
        // One line each.
        $body = implode(",", $lines);
        $this->transport->deliver($to, $body);
        $this->sent++;
        return true;
    }
}
""",
        "send",
        'implode(","',
        'implode("\\n"',
    ),
    Sample(
        "ruby",
        """class Ledger
  def pos‸t(entry, date)
    raise ArgumentError, "no entry" if entry.nil?
    # Later entries stand below.
    index = @entries.index { |other| other.date < date }
    if index.nil?
      @entries.push(entry)
    else
      @entries.insert(index, entry)
    end
    @listeners.each { |listener| listener.call(entry) }
    @entries.size
  end
end
""",
        "post",
        "other.date < date",
        "other.date > date",
    ),
    Sample(
        "kotlin",
        """package shop

class Limiter(private val clock: Clock) {
    private val seen = mutableMapOf<String, Long>()

    fun allo‸ws(user: String, pause: Long): Boolean {
        val now = clock.millis()
        val last = seen[user]
        // New users may always go on.
        if (last != null && now - last > pause) {
            clock.refuse(user)
            return false
        }
        seen[user] = now
        return true
    }
}
""",
        "allows",
        "now - last > pause",
        "now - last < pause",
    ),
)

# (language, before, right answer): right simplifications with fewer statements.
SIMPLIFIED = (
    ("python", "def f‸(a):\n    x = a\n    y = x\n    return y\n", "def f(a):\n    return a"),
    (
        "python",
        "def f‸(xs):\n    total = 0\n    for x in xs:\n        total += x.price * x.n\n    return total\n",
        "def f(xs):\n    return sum(x.price * x.n for x in xs)",
    ),
    (
        "python",
        "def f‸(xs):\n    out = []\n    for x in xs:\n        if x > 0:\n"
        "            out.append(x * 2)\n    return out\n",
        "def f(xs):\n    return [x * 2 for x in xs if x > 0]",
    ),
    (
        "python",
        "def f‸(a, b):\n    if a and b:\n        return True\n    else:\n        return False\n",
        "def f(a, b):\n    return bool(a and b)",
    ),
    (
        "python",
        "def f‸(xs, y):\n    found = False\n    for x in xs:\n        if x == y:\n            found = True\n"
        "            break\n    return found\n",
        "def f(xs, y):\n    return y in xs",
    ),
    (
        "python",
        "def f‸(xs):\n    for i in range(len(xs)):\n        x = xs[i]\n        print(x)\n    return None\n",
        "def f(xs):\n    for x in xs:\n        print(x)\n    return None",
    ),
    (
        "python",
        "def f‸(x=None):\n    if x is None:\n        x = 5\n    y = x * 2\n    return y\n",
        "def f(x=None):\n    return (5 if x is None else x) * 2",
    ),
    (
        "python",
        "def f‸(words):\n    d = {}\n    for w in words:\n        if w not in d:\n            d[w] = 0\n"
        "        d[w] += 1\n    return d\n",
        "def f(words):\n    d = {}\n    for w in words:\n        d[w] = d.get(w, 0) + 1\n    return d",
    ),
    (
        "python",
        "def f‸(k):\n    if k == 'a':\n        return 1\n    elif k == 'b':\n        return 2\n    return None\n",
        "def f(k):\n    return {'a': 1, 'b': 2}.get(k)",
    ),
    (
        "python",
        "def f‸(a, b):\n    if a:\n        if b:\n            run(a, b)\n            return 1\n    return 0\n",
        "def f(a, b):\n    if a and b:\n        run(a, b)\n        return 1\n    return 0",
    ),
    (
        "python",
        "def f‸(p):\n    file = open(p)\n    text = file.read()\n    file.close()\n    return text\n",
        "def f(p):\n    with open(p) as file:\n        return file.read()",
    ),
    (
        "typescript",
        "export function f‸(xs: number[]): number {\n  let s = 0;\n  for (const x of xs) {\n"
        "    s += x;\n  }\n  return s;\n}\n",
        "export function f(xs: number[]): number {\n  return xs.reduce((s, x) => s + x, 0);\n}",
    ),
    (
        "typescript",
        "export function f‸(a: number): number {\n  const x = a;\n  const y = x;\n  return y;\n}\n",
        "export function f(a: number): number {\n  return a;\n}",
    ),
    (
        "javascript",
        "function f‸(rows) {\n  const out = [];\n  rows.forEach(function (row) {\n    if (row.ok) {\n"
        "      out.push(row.id);\n    }\n  });\n  return out;\n}\n",
        "function f(rows) {\n  return rows.filter((row) => row.ok).map((row) => row.id);\n}",
    ),
    (
        "go",
        "package a\n\nfunc F‸(a, b bool) bool {\n\tif a && b {\n\t\treturn true\n\t}\n\treturn false\n}\n",
        "func F(a, b bool) bool {\n\treturn a && b\n}",
    ),
    (
        "rust",
        "fn f‸(xs: &[i32]) -> i32 {\n    let mut s = 0;\n    for x in xs {\n"
        "        s += x;\n    }\n    return s;\n}\n",
        "fn f(xs: &[i32]) -> i32 {\n    xs.iter().sum()\n}",
    ),
    (
        "java",
        "class A {\n    int f‸(int a) {\n        int x = a;\n"
        "        int y = x + 1;\n        return y;\n    }\n}\n",
        "int f(int a) {\n    return a + 1;\n}",
    ),
    (
        "csharp",
        "class A\n{\n    bool F‸(int a)\n    {\n        if (a > 3)\n        {\n"
        "            return true;\n        }\n        else\n        {\n"
        "            return false;\n        }\n    }\n}\n",
        "bool F(int a)\n{\n    return a > 3;\n}",
    ),
)
