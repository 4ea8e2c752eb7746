"""Repairs: from intake to an invoice with its bonus."""
