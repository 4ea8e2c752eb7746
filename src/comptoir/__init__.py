"""The counter of those who give equipment a second life."""

__version__ = "0.1.0"
