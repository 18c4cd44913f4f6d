"""How the place is doing, for its staff: what waits, how quick it is, what failed, who works."""
