"""llama.cpp, built so that its AMX kernels work, or as it is there. Needs Python only, and a compiler to build.

build.py  the wheel of llama-cpp-python: which flags, and where what was built is kept
carried.py  a wheel that lies beside Hearth, so that nothing is compiled
portable.py  makes such a wheel, for all processors of this kind of system
wheel_file.py  writes a wheel
existing.py  the Python files alone, with links to libraries that something else installed
tiles.py  looks into a compiled library whether the flags did what they are for
"""
