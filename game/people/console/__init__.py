"""The console by which one person plays: lines are commands, each granted tool is one of them."""
