"""A shopping basket with discounts; all prices are in cents.

Shipping costs 4.90, but nothing from 50.00 on; one can buy at most 99 pieces of a product.
"""

from dataclasses import dataclass

SHIPPING = 490
FREE_SHIPPING_FROM = 5000
MAX_QUANTITY = 99


@dataclass(frozen=True)
class Product:
    """An article of the shop."""

    name: str
    price: int
    category: str = "other"


class BuyGetFree:
    """Of every group of (buy + free) equal products, the free ones cost nothing."""

    def __init__(self, buy, free):
        self.buy = buy
        self.free = free

    def discount(self, product, quantity):
        """Return the cents saved on one line of the basket."""
        groups = quantity // (self.buy + self.free)
        return groups * self.free * product.price


class PercentOff:
    """A percentage off all the products of one category, rounded down to whole cents."""

    def __init__(self, category, percent):
        self.category = category
        self.percent = percent

    def discount(self, product, quantity):
        """Return the cents saved on one line of the basket."""
        if product.category != self.category:
            return 0
        return product.price * quantity * self.percent // 100


class Basket:
    """The products that a customer wants to buy."""

    def __init__(self, offers=()):
        self.offers = list(offers)
        self.quantities = {}

    def add(self, product, quantity=1):
        """Put products into the basket, at most MAX_QUANTITY of each."""
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        total = self.quantities.get(product, 0) + quantity
        self.quantities[product] = min(total, MAX_QUANTITY)

    def remove(self, product, quantity=1):
        """Take products out again; a line with nothing left disappears."""
        if product not in self.quantities:
            raise KeyError(product.name)
        self.quantities[product] -= quantity
        if self.quantities[product] <= 0:
            del self.quantities[product]

    def line_total(self, product):
        """Return the price of one line, after the single best offer for it."""
        quantity = self.quantities[product]
        savings = [offer.discount(product, quantity) for offer in self.offers]
        return product.price * quantity - max(savings, default=0)

    def subtotal(self):
        """Return the price of all lines, without shipping."""
        return sum(self.line_total(product) for product in self.quantities)

    def total(self):
        """Return the price to pay; shipping is free for an empty or a large basket."""
        subtotal = self.subtotal()
        if subtotal == 0 or subtotal >= FREE_SHIPPING_FROM:
            return subtotal
        return subtotal + SHIPPING


# --- tests ---
pen = Product("pen", 199, "paper goods")
pad = Product("pad", 350, "paper goods")
lamp = Product("lamp", 2500)
assert lamp.category == "other"
three_for_two = BuyGetFree(2, 1)
assert three_for_two.discount(pen, 2) == 0
assert three_for_two.discount(pen, 3) == 199
assert three_for_two.discount(pen, 7) == 398
assert BuyGetFree(3, 2).discount(pen, 10) == 796
ten_off = PercentOff("paper goods", 10)
assert ten_off.discount(pen, 1) == 19
assert ten_off.discount(pen, 10) == 199
assert ten_off.discount(lamp, 4) == 0
empty = Basket()
assert empty.offers == [] and empty.subtotal() == 0 and empty.total() == 0
basket = Basket([three_for_two, ten_off])
basket.add(pen)
assert basket.quantities == {pen: 1}
assert basket.line_total(pen) == 180
assert basket.total() == 180 + 490
basket.add(pen, 2)
assert basket.line_total(pen) == 398
basket.add(pad, 2)
assert basket.line_total(pad) == 630
assert basket.subtotal() == 1028
assert basket.total() == 1518
basket.add(lamp)
assert basket.line_total(lamp) == 2500
assert basket.total() == 3528 + 490
basket.remove(pen)
assert basket.quantities[pen] == 2
basket.remove(pen)
assert basket.quantities[pen] == 1
basket.remove(pen)
assert pen not in basket.quantities
basket.remove(pad, 5)
assert list(basket.quantities) == [lamp]
try:
    basket.remove(pad)
except KeyError:
    pass
else:
    raise AssertionError("removed a product that is not there")
for wrong in (0, -1):
    try:
        basket.add(pad, wrong)
    except ValueError:
        pass
    else:
        raise AssertionError("added nothing")
assert pad not in basket.quantities
basket.add(lamp)
assert basket.subtotal() == 5000 and basket.total() == 5000
basket.add(pen, 98)
assert basket.quantities[pen] == 98
basket.add(pen, 5)
assert basket.quantities[pen] == 99
plain = Basket()
plain.add(Product("mug", 4999))
assert plain.total() == 5489
