"""One audit in a process that holds nothing but what an auditor needs: a provider's brain over a script plays it from end to end.

    python -m tests.isolation.lone_auditor FOLDER-OF-ORGANISM BASE-URL FOLDER-OF-RUN

Prints as JSON which modules were loaded and which files were opened. It must not import the game or the foundry, not even by way of a fake.
"""

import asyncio
import json
import sys
from pathlib import Path

OPENED: set[str] = set()


def _note_file(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        OPENED.add(str(arguments[0]))


async def _audit(place: Path, url: str, folder: Path) -> None:
    from agent import BrainSpec, investigate, make_brain
    from organism import Organism, OrganismFolder
    from tools import Affordance, Budget, Workbench
    from transcripts import EventLog

    organism = Organism.load(OrganismFolder(place))
    brain = make_brain(BrainSpec.parse("anthropic:claude-test", base_url=url))
    with EventLog(folder / "events.jsonl") as log:
        bench = Workbench(organism, granted=frozenset(Affordance), budget=Budget(turns=100), log=log, seed=0)
        found = await investigate(brain, bench, folder / "graph.sqlite")
    organism.close()
    assert found.report is not None, found.ending


if __name__ == "__main__":
    sys.addaudithook(_note_file)
    asyncio.run(_audit(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
    sys.stdout.write(json.dumps({"modules": sorted(sys.modules), "opened": sorted(OPENED)}))
