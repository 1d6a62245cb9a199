"""Transports: what carries frames between a connection (session.py) and its client."""
