"""Satisfaction: ask customers, keep their answers, report."""
