"""What a claim must be to be paid, and what is done next for it."""
