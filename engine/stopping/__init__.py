"""Where an answer ends: `scanner` asks the `rules` as it streams and the `trims` when it is done."""
