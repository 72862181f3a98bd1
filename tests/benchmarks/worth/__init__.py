"""What suggestions are worth to somebody who types real code: `run.py` tells the story, in virtual time."""
