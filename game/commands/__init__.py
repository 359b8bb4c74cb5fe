"""The commands of `auditgame`, a module for each group that belongs together. `game.cli` lists them."""
