"""Scan a part, a box or a delivery note, and see what it is."""
