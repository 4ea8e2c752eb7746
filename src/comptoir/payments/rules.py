"""Which claims a payment pays."""
