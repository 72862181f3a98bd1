"""Stock keeping for a small warehouse: receive, reserve, ship and reorder items."""

from dataclasses import dataclass


class StockError(Exception):
    """Raised when an operation would make the stock inconsistent."""


@dataclass
class Item:
    """One kind of article; reserved units are still in the warehouse."""

    sku: str
    on_hand: int = 0
    reserved: int = 0
    reorder_level: int = 0

    @property
    def available(self):
        """Return how many units can still be promised to customers."""
        return self.on_hand - self.reserved


class Inventory:
    """A collection of items, looked up by their SKU."""

    def __init__(self):
        self._items = {}

    def add_item(self, sku, reorder_level=0):
        """Register a new SKU; registering it twice is an error."""
        if sku in self._items:
            raise StockError(f"duplicate item: {sku}")
        self._items[sku] = Item(sku, reorder_level=reorder_level)

    def item(self, sku):
        """Return the item for a SKU, or raise StockError if there is none."""
        try:
            return self._items[sku]
        except KeyError:
            raise StockError(f"unknown item: {sku}") from None

    def receive(self, sku, quantity):
        """Put newly delivered units on the shelf and return the new count on hand."""
        if quantity <= 0:
            raise StockError("quantity must be positive")
        item = self.item(sku)
        item.on_hand += quantity
        return item.on_hand

    def reserve(self, sku, quantity):
        """Promise units to a customer; return False if too few are available."""
        item = self.item(sku)
        if quantity > item.available:
            return False
        item.reserved += quantity
        return True

    def ship(self, sku, quantity):
        """Send out reserved units, which then leave the warehouse."""
        item = self.item(sku)
        if quantity > item.reserved:
            raise StockError(f"only {item.reserved} of {sku} are reserved")
        item.reserved -= quantity
        item.on_hand -= quantity

    def to_reorder(self):
        """List the SKUs with fewer available units than their reorder level, scarcest first."""
        low = [item for item in self._items.values() if item.available < item.reorder_level]
        low.sort(key=lambda item: (item.available, item.sku))
        return [item.sku for item in low]

    def totals(self):
        """Return the total units on hand, reserved and available as a dictionary."""
        return {
            name: sum(getattr(item, name) for item in self._items.values())
            for name in ("on_hand", "reserved", "available")
        }


# --- tests ---
def fails(function, *args):
    try:
        function(*args)
    except StockError as error:
        return str(error)
    return None


stock = Inventory()
assert stock.totals() == {"on_hand": 0, "reserved": 0, "available": 0}
stock.add_item("bolt", reorder_level=5)
stock.add_item("nut", reorder_level=3)
stock.add_item("gear")
assert fails(stock.add_item, "bolt") is not None
assert fails(stock.item, "saw") is not None
assert stock.item("nut") == Item("nut", 0, 0, 3)
assert stock.item("gear") == Item("gear") == Item("gear", 0, 0, 0)
assert stock.to_reorder() == ["bolt", "nut"]
assert stock.receive("bolt", 10) == 10
assert stock.receive("bolt", 2) == 12
assert stock.receive("nut", 1) == 1
assert fails(stock.receive, "nut", 0) is not None
assert fails(stock.receive, "nut", -4) is not None
assert fails(stock.receive, "saw", 1) is not None
assert stock.to_reorder() == ["nut"]
assert stock.reserve("bolt", 8) is True
assert stock.reserve("bolt", 5) is False
assert stock.item("bolt").available == 4
assert stock.to_reorder() == ["nut", "bolt"]
assert stock.reserve("bolt", 4) is True
assert stock.item("bolt").available == 0
assert stock.to_reorder() == ["bolt", "nut"]
assert stock.totals() == {"on_hand": 13, "reserved": 12, "available": 1}
stock.ship("bolt", 7)
assert stock.item("bolt") == Item("bolt", 5, 5, 5)
assert fails(stock.ship, "bolt", 6) is not None
stock.ship("bolt", 5)
assert stock.item("bolt") == Item("bolt", 0, 0, 5)
assert stock.receive("bolt", 5) == 5
assert stock.to_reorder() == ["nut"]
assert stock.totals() == {"on_hand": 6, "reserved": 0, "available": 6}
