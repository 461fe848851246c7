"""How people move: one simulated day, repeated, for every member of an ensemble."""
