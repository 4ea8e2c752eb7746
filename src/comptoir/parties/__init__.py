"""Resellers and their pickup addresses."""
