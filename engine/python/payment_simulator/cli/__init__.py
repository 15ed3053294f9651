"""The `payment-sim` command. stdout carries data only; everything for people goes to stderr."""
