"""Devices, their prices by grade, and the questions that make a grade."""
