"""Havenward foresees where people will flee and helps to have the place ready."""
