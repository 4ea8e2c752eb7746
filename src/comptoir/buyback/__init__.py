"""Quote devices, validate a buyback, print its papers, follow it."""
