"""Returns: a basket across delivery notes, a case for each note, credit notes."""
