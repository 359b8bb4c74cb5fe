"""Sweeps: organisms, rules, auditors and seeds crossed, every match played somewhere, resumable and within one purse."""
