"""Bringing what others know into the species tables."""
