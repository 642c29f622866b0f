"""What is asked, weighed and advised: pure Python and content, without clock, randomness or I/O but reading content."""
