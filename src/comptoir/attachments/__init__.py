"""Documents attached to a case, a product or a family."""
