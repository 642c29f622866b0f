"""Tests of what is asked, weighed and advised."""
