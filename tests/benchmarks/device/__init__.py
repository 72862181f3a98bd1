"""What Hearth reaches on a device, beside llama.cpp's own programs; `tests/benchmarks/gpu.sh` runs it.

shapes.py   models of the usual sizes with random weights
speed.py    tokens per second, beside llama-bench
keys.py     how long a key takes, alone and while a chat streams
clients.py  sixteen typists at once, beside llama-server
figures.py  what is reported, and what it should be
"""
