"""How many people, when and where: the ensemble and what it says together."""
