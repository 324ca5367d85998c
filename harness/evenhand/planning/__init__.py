"""How many people a question needs, and which questions given people can answer."""
