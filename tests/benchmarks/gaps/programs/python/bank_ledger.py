"""A double-entry ledger: every transfer takes from one account what it gives to another."""

from collections import defaultdict, namedtuple

Entry = namedtuple("Entry", "day source target cents note")

# Money comes into the bank from this account, so only it may be overdrawn.
CASH_DESK = "cash desk"


class LedgerError(Exception):
    """Raised when a transfer is refused."""


def format_cents(cents):
    """Format an amount with thousands separators and two decimals, such as -1,234.05."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02d}"


class Ledger:
    """Keeps all entries and the balance (in cents) of each account."""

    def __init__(self):
        self.entries = []
        self.balances = defaultdict(int)

    def transfer(self, day, source, target, cents, note=""):
        """Move money between two accounts; refuse amounts that are not positive or not covered."""
        if cents <= 0:
            raise LedgerError("amount must be positive")
        if source == target:
            raise LedgerError("source and target are the same account")
        if source != CASH_DESK and self.balances[source] < cents:
            raise LedgerError(f"{source} has only {format_cents(self.balances[source])}")
        self.balances[source] -= cents
        self.balances[target] += cents
        self.entries.append(Entry(day, source, target, cents, note))

    def deposit(self, day, account, cents):
        """Pay money in at the cash desk."""
        self.transfer(day, CASH_DESK, account, cents, "deposit")

    def undo_last(self):
        """Take back the latest entry and return it, or return None if there is none."""
        if not self.entries:
            return None
        entry = self.entries.pop()
        self.balances[entry.source] += entry.cents
        self.balances[entry.target] -= entry.cents
        return entry

    def balance_on(self, account, day):
        """Return the account's balance at the end of a day."""
        balance = 0
        for entry in self.entries:
            if entry.day > day:
                continue
            if entry.target == account:
                balance += entry.cents
            elif entry.source == account:
                balance -= entry.cents
        return balance

    def statement(self, account):
        """Return lines "day: signed amount (other account)" in order of the days."""
        lines = []
        for entry in sorted(self.entries, key=lambda entry: entry.day):
            if entry.source == account:
                lines.append(f"{entry.day}: {format_cents(-entry.cents)} ({entry.target})")
            elif entry.target == account:
                lines.append(f"{entry.day}: {format_cents(entry.cents)} ({entry.source})")
        return lines

    def is_balanced(self):
        """Tell whether all the balances add up to zero, as they must."""
        return sum(self.balances.values()) == 0


# --- tests ---
def refused(function, *args):
    try:
        function(*args)
    except LedgerError as error:
        return str(error)
    return ""


assert format_cents(0) == "0.00"
assert format_cents(-123405) == "-1,234.05"
assert format_cents(99) == "0.99"
assert format_cents(100000000) == "1,000,000.00"
ledger = Ledger()
assert ledger.undo_last() is None
assert ledger.is_balanced()
ledger.deposit(1, "ann", 10000)
ledger.transfer(3, "ann", "bob", 2550, "lunch")
assert ledger.entries == [
    Entry(1, CASH_DESK, "ann", 10000, "deposit"),
    Entry(3, "ann", "bob", 2550, "lunch"),
]
assert dict(ledger.balances) == {CASH_DESK: -10000, "ann": 7450, "bob": 2550}
assert refused(ledger.transfer, 4, "ann", "bob", 0)
assert refused(ledger.transfer, 4, "ann", "bob", -5)
assert refused(ledger.transfer, 4, "ann", "ann", 5)
assert refused(ledger.transfer, 4, "bob", "ann", 2551)
assert refused(ledger.deposit, 4, "ann", 0)
assert len(ledger.entries) == 2
ledger.transfer(4, "bob", "ann", 2550)
assert ledger.entries[-1].note == ""
assert ledger.balances["bob"] == 0 and ledger.balances["ann"] == 10000
ledger.transfer(4, "ann", "bob", 1)
assert ledger.balances["bob"] == 1
assert ledger.undo_last().cents == 1
ledger.deposit(2, "bob", 123400)
assert ledger.balance_on("bob", 1) == 0
assert ledger.balance_on("bob", 2) == 123400
assert ledger.balance_on("bob", 3) == 125950
assert ledger.balance_on("bob", 4) == 123400
assert ledger.balance_on("ann", 3) == 7450
assert ledger.balance_on("cleo", 9) == 0
assert ledger.statement("bob") == [
    "2: 1,234.00 (cash desk)",
    "3: 25.50 (ann)",
    "4: -25.50 (ann)",
]
assert ledger.statement("cleo") == []
assert ledger.is_balanced()
assert ledger.undo_last() == Entry(2, CASH_DESK, "bob", 123400, "deposit")
assert ledger.balances["bob"] == 0 and ledger.balances[CASH_DESK] == -10000
assert len(ledger.entries) == 3
ledger.balances["bob"] += 1
assert not ledger.is_balanced()
