"""Fiches métier: the control points of the label, and the products they cover."""
