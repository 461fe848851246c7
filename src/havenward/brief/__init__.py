"""What is published: facts for one audience, and the files they are written to."""
