"""Plan the build of packages: parse their dependencies, order them, find what to rebuild."""

from collections import deque


class CycleError(Exception):
    """Raised when packages depend on each other in a circle; cycle holds their names."""

    def __init__(self, cycle):
        super().__init__(" -> ".join(cycle))
        self.cycle = cycle


def parse_manifest(text):
    """Parse lines "package: dep dep" into a dictionary; "#" starts a comment.

    A package that is only mentioned as a dependency has no dependencies itself.
    """
    graph = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        package, _, dependencies = line.partition(":")
        graph[package.strip()] = dependencies.split()
    for dependencies in list(graph.values()):
        for name in dependencies:
            graph.setdefault(name, [])
    return graph


def build_order(graph):
    """Return all packages, each after its dependencies; visit names alphabetically."""
    order, done, path = [], set(), []

    def visit(name):
        if name in done:
            return
        if name in path:
            raise CycleError(path[path.index(name) :] + [name])
        path.append(name)
        for dependency in sorted(graph[name]):
            visit(dependency)
        path.pop()
        done.add(name)
        order.append(name)

    for name in sorted(graph):
        visit(name)
    return order


def build_levels(graph):
    """Group the packages into sorted lists that can be built in parallel, one after another."""
    level_of = {}
    for name in build_order(graph):
        level_of[name] = max((level_of[dep] + 1 for dep in graph[name]), default=0)
    levels = [[] for _ in range(max(level_of.values(), default=-1) + 1)]
    for name in sorted(level_of):
        levels[level_of[name]].append(name)
    return levels


def dependents(graph):
    """Turn the graph around: for each package, the set of packages that need it."""
    reverse = {name: set() for name in graph}
    for name, dependencies in graph.items():
        for dependency in dependencies:
            reverse[dependency].add(name)
    return reverse


def to_rebuild(graph, changed):
    """Return the changed packages and all that need them, even indirectly, in build order."""
    reverse = dependents(graph)
    affected, queue = set(changed), deque(changed)
    while queue:
        for name in reverse[queue.popleft()]:
            if name not in affected:
                affected.add(name)
                queue.append(name)
    return [name for name in build_order(graph) if name in affected]


# --- tests ---
manifest = """
# the web shop
shop: web  database   # top
web: http logging
database: logging

http: sockets
tools:
"""
graph = parse_manifest(manifest)
assert graph == {
    "shop": ["web", "database"],
    "web": ["http", "logging"],
    "database": ["logging"],
    "http": ["sockets"],
    "tools": [],
    "logging": [],
    "sockets": [],
}
assert parse_manifest(" a :b\n") == {"a": ["b"], "b": []}
assert build_order(graph) == ["logging", "database", "sockets", "http", "web", "shop", "tools"]
assert build_order({}) == []
assert build_levels(graph) == [
    ["logging", "sockets", "tools"],
    ["database", "http"],
    ["web"],
    ["shop"],
]
assert build_levels({}) == []
assert dependents(graph) == {
    "shop": set(),
    "web": {"shop"},
    "database": {"shop"},
    "http": {"web"},
    "tools": set(),
    "logging": {"web", "database"},
    "sockets": {"http"},
}
assert to_rebuild(graph, ["sockets"]) == ["sockets", "http", "web", "shop"]
assert to_rebuild(graph, ["logging", "tools"]) == ["logging", "database", "web", "shop", "tools"]
assert to_rebuild(graph, []) == []
diamond = {"d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []}
assert build_order(diamond) == ["a", "b", "c", "d"]
for bad, cycle in [
    ("x: y\ny: z\nz: y", ["y", "z", "y"]),
    ("a: b\nb: c\nc: a", ["a", "b", "c", "a"]),
    ("s: s", ["s", "s"]),
    ("m: n z\nz: m", ["m", "z", "m"]),
]:
    try:
        build_order(parse_manifest(bad))
    except CycleError as error:
        assert error.cycle == cycle
        assert all(name in str(error) for name in cycle)
    else:
        raise AssertionError("no cycle found")
