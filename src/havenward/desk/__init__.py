"""A reading desk: what was said in very many reports, kept in a folder and asked about."""
