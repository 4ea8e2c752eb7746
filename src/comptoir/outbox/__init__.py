"""Outbox: what is to be sent, what left, what was refused."""
