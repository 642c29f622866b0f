"""The web chat: complete without JavaScript, on a phone and by keyboard."""
