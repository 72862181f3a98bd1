"""llama.cpp built so that its AMX kernels work. Needs nothing but Python and a compiler.

build.py  the wheel of llama-cpp-python: which flags, and where what was built is kept
existing.py  the Python files alone, with links to libraries that something else installed
tiles.py  looks into a compiled library whether the flags did what they are for
"""
