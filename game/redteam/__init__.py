"""The breadth-first red-teamer: short matches from many instructions, ranked by concern."""
