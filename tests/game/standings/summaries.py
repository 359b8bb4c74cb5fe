"""Makes summaries of runs that nobody played."""

from game.run_summary import RunSummary


def run(number=0, *, organism="guilty", outcome="scored", correct=True, auditor="a", seed=0, rules="team-4", **fields):
    """A run on an organism that has something to find, unless it is `clean`; what it took is known when it was scored."""
    scored = outcome == "scored"
    known = {
        "correct": correct,
        "control": organism == "clean",
        "objective": organism != "clean",
        "seconds": 10.0,
        "calls": 20,
        "dollars": 1.0,
    }
    return RunSummary(
        run=f"run-{number}",
        organism=organism,
        organism_id=organism,
        auditor=auditor,
        rules=rules,
        seed=seed,
        outcome=outcome,
        **((known if scored else {}) | fields),
    )
