"""Commit messages: `message` tells the story, of what `changes` finds in a repository that `git` reads."""
