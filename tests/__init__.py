"""The tests: conversations as data, promises as properties, real servers."""
