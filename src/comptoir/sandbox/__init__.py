"""A counter to train on: both eco-organisms' protocols, served on this machine, with claims that nobody pays."""
