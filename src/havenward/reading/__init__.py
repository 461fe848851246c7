"""From a report to figures: who says how many of whom, doing what, where and when, and what agrees."""
