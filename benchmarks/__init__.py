"""Measurements: printed, never asserted. Run with `make bench`."""
