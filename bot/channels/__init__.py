"""Channels translate between people and the consult, and do nothing else."""
