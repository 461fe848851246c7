"""What people need: standards as data, and requirements of every place."""
