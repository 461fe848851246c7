"""What all tests share: random tests draw the same examples every time and are never stopped by the clock."""

from hypothesis import settings

settings.register_profile("havenward", derandomize=True, deadline=None, max_examples=50, print_blob=True)
settings.load_profile("havenward")
