"""A crisis as data: load, check, narrow to what was known, write; what is assumed."""
