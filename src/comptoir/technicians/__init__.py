"""Technicians: their fiches métier, their trainings, the legal watch."""
