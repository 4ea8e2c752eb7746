"""Payments: what the eco-organisms pay, matched to the claims."""
