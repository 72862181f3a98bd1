"""What the model is shown besides the text around the cursor: `gathering` chooses among what `sources` propose."""
