"""Showing scores to people and programs: store, API, console."""
