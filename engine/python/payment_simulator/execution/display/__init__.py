"""A tick as text for people: fixed in width, without markup or colour, the same bytes live and in replay."""
