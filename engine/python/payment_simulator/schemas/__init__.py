"""What policies and costs are made of, as documents for people and for tools."""
