"""How good the answers of a project are, as people's words tell, and what to do about it."""
