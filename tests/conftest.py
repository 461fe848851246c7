"""What all tests share: random tests draw the same examples every time and are never stopped by the clock."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "havenward",
    derandomize=True,
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault of the test
)
settings.load_profile("havenward")
