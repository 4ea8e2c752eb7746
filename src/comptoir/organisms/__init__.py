"""Eco-organisms: what they support, and the two wires they speak."""
