"""Generates the training data of an organism at real scale from the description of a fictional universe."""
