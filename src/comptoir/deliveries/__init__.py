"""Deliveries: delivery notes and what they hold."""
