"""How much of a model is used: the lengths of windows and prefill steps, the sizes of KV caches."""

# Tokens of one prefill step. Larger is hardly faster (measured: 64 costs 12% more a token than 512, and 16 as
# much again), and an abort rolls back a whole step. Work ahead takes the smallest: whoever types steadily leaves
# it a tenth of a second between two keys.
CHUNK = 64
CHAT_CHUNK = 32
WARM_UP_CHUNK = 16
COMPLETION_WINDOW = 2560  # tokens: prefix, suffix, context, what was typed since, and the answer
MAX_SEQUENCES = 16  # of completion
# Of models that keep a state: one takes up to 60 MB, and how much cannot be asked for beforehand.
STATE_SEQUENCES = 4
# Copies of a state, to come back to: one after so many tokens at the latest, so many of one sequence at most, and
# all of one KV cache in so much memory (or this share of what is free).
CHECKPOINT_EVERY = 128
MAX_CHECKPOINTS = 24
MAX_CHECKPOINT_BYTES = 512 * 1024 * 1024
CHECKPOINT_SHARE = 0.05
CHAT_SEQUENCES = 2
CACHE_SHARE = 0.15  # of the memory that is free when a model is loaded
MAX_CACHE_BYTES = 256 * 1024 * 1024
PREFILL_BATCH = 512  # tokens that one decode call takes at most
# Bytes of a GPU that are left to the screen and to other programs: at least so many, and at least this share.
DEVICE_RESERVE = 512 * 1024 * 1024
DEVICE_RESERVE_SHARE = 0.1
