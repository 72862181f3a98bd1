"""What this machine lets a model have.

cores.py           how many threads there are, and why
memory.py          how much memory, by the system and by control groups
control_groups.py  the limits of a container or a service, where Linux keeps them
"""
