"""Tests of how it comes in, is kept and goes out."""
