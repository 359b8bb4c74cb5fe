"""Plays and scores: rules, sealed truth, judges, score, match and command line.

Nothing is imported here: `auditgame --help` must not wait for torch, and nothing stands above this package.
"""
