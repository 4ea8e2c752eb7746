"""Qualirépar: eligibility, claims with the eco-organisms, what they pay."""
