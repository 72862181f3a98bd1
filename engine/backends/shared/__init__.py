"""What the backends that ask a server share: addresses, keys, HTTP, limits and the formats of the APIs."""
