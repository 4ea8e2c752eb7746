"""Parts: what was bought, and in which repair it went."""
