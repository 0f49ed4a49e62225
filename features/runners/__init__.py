"""Engines that map one computation over the buckets of a lake."""
