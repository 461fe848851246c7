"""The rule set `flee`: how people move in Flee, quirk for quirk, as counts instead of agents."""
