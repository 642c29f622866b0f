"""How a message comes in, is kept and goes out."""
