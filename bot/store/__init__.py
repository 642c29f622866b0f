"""What is kept, and how: tables, encryption, one conversation at a time."""
