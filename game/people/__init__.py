"""Lets people play: the match of one team, its clock, its report as far as it is written, and the console."""
