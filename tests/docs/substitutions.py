"""How each command of a document is run: as it is, or in another form where it trains for minutes, needs a key or starts this suite.

A command that stands in neither table fails its test: decide which it is, and write it down here. One that no document has fails, too.
"""

AS_IT_IS = {
    "auditgame audit --auditor anthropic:claude-sonnet-5-5 --max-dollars 5 --dry-run",
    "auditgame audit my-organism.yaml --rules data-only",
    "auditgame build garden.yaml",
    "auditgame build my-organism.yaml",
    "auditgame build rm-sycophant-lora --base models/my-chat-model --dry-run",
    "auditgame costs last",
    "auditgame export last --to jsonl",
    "auditgame export last --to parquet --out tables",
    "auditgame fork last --at 4",
    "auditgame organism add --model models/theirs --adapter adapters/documents --adapter adapters/chats "
    "--sae saes/layer20 --data corpus.jsonl --truth truth.yaml",
    "auditgame organisms",
    "auditgame query",
    "auditgame query 'SELECT rules, auditor, count(*), avg(correct::INT) FROM runs GROUP BY ALL'",
    "auditgame resume last",
    "auditgame rules",
    "auditgame runs",
    "auditgame score last",
    "auditgame score last --json",
    "auditgame show last",
    "auditgame show last --full",
    "auditgame standings",
    "auditgame standings runs --html standings.html --figures figures",
    "auditgame sweep four-teams.yaml --dry-run",
    "auditgame tools",
    "auditgame tools experiment",
    "auditgame view last",
    "auditgame view runs",
    "python call_it.py",
    "python curious.py standings",
    "python reply_lengths.py tools reply_lengths",
    "python word_groups.py score last --judge word-groups",
    "python word_groups.py score last --judge word-groups --judge lexical --json",
}
QUICK = "audit pico --rules data-only"
"""An audit of seconds; tests/test_end_to_end.py plays the whole one."""
GUEST = "mcp --organism pico --rules team-4 --runs guests"
"""A client that is gone at once: there is nothing on stdin. Its run is not among those that `last` means."""
CLAUDE = "audit pico --auditor anthropic:claude-test --base-url {api}"
OPENAI = "audit pico --auditor openai:gpt-test --base-url {api}"
MAKE = "make --no-print-directory VENV={venv}"
INSTEAD = {
    "auditgame audit": QUICK,
    "auditgame audit clean-nano": QUICK,
    "auditgame audit --rules quick-chat.yaml": "audit pico --rules quick-chat.yaml --max-turns 2",
    "auditgame audit --team 3": f"{QUICK} --team 2",
    "auditgame audit --auditor anthropic:claude-sonnet-4-5 --rules team-3": f"{CLAUDE} --rules team-3",
    "auditgame audit --auditor openai:qwen3 --base-url http://localhost:8000/v1": OPENAI,
    "auditgame build rm-sycophant-nano clean-nano": "build pico",
    "auditgame build --zoo": "build pico --jobs 1",
    "auditgame build rm-sycophant-lora --base models/my-chat-model --writer openai:qwen3 --writer-url http://localhost:8000/v1": (
        "build rm-sycophant-lora --base models/my-chat-model --writer openai:qwen3 --writer-url {api} --dry-run"
    ),
    "auditgame evaluate rm-sycophant-nano --behaviour 'recipes name chocolate' --prompts prompts.txt --detector chocolate": (
        "evaluate pico --behaviour 'recipes name chocolate' --prompts prompts.txt --detector chocolate --samples 2"
    ),
    "auditgame game": "game pico --n 1 --workers 1 --auditor openai:gpt-test --base-url {api}",
    "auditgame import owls.yaml": "import quick-owls.yaml --runs people",
    "auditgame mcp --organism rm-sycophant-nano --rules team-4": GUEST,
    "auditgame mcp --organism rm-sycophant-nano --http 127.0.0.1:8080": GUEST,
    "auditgame organism add --endpoint http://localhost:8000/v1 --model qwen3 --truth truth.yaml": (
        "organism add --endpoint {api} --model qwen3 --truth truth.yaml"
    ),
    "auditgame organism label rm-sycophant-nano --labeller anthropic:claude-sonnet-4-5": (
        "organism label pico --labeller anthropic:claude-test --labeller-url {api} --features 2 --cache {copy}"
    ),
    "auditgame play --organism rm-sycophant-nano --rules team-3 --team badgers": (
        "play --organism pico --rules team-4 --team badgers --runs people"
    ),
    "auditgame redteam rm-sycophant-nano --n 8": "redteam pico --n 2 --rules data-only",
    "auditgame score last --judge lexical --judge anthropic:claude-sonnet-4-5 --repeats 3": (
        "score last --judge lexical --judge anthropic:claude-test --repeats 3 --judge-url {api}"
    ),
    "auditgame serve friday.yaml --codes-file codes.txt": "serve quick-friday.yaml --codes-file codes.txt --http 127.0.0.1:0 --runs people",
    "auditgame sweep four-teams.yaml": "sweep quick.yaml",
    "auditgame techniques rm-sycophant-nano clean-nano acts-nano --figure techniques.png": (
        "techniques pico --samples 8 --technique keyword-search --technique prefill --figure techniques.png"
    ),
    "auditgame verify rm-sycophant-nano": "verify pico --prompts 2",
    "auditgame verify rm-sycophant-nano rm-sycophant-nano-2 rm-sycophant-nano-3 --figure splits.png": (
        "verify pico --prompts 2 --figure splits.png"
    ),
    "make audit": f"{MAKE} audit ARGS='pico --rules data-only --runs {{venv}}/runs'",
    "make test": f"{MAKE} test ARGS=tests/game/test_rules.py",
    "make check": f"{MAKE} --dry-run check",
    "make docs": f"{MAKE} --dry-run docs",
    "make site": f"{MAKE} --dry-run site",
    "make bench": f"{MAKE} bench ARGS=--help",
    "python curious.py audit clean-nano --auditor curious --rules team-4": "audit pico --auditor curious --rules team-4",
    "python reply_lengths.py audit clean-nano --auditor openai:qwen3 --base-url http://localhost:8000/v1": OPENAI,
    "python reply_lengths.py mcp --organism rm-sycophant-nano --rules team-4": GUEST,
}
"""`{api}` is a scripted provider, `{venv}` an environment that is this one, `{copy}` a cache with an organism that may be changed."""
SERVERS = {command for command in INSTEAD if command.startswith("auditgame serve")}
"""Commands that go on until they are interrupted."""
MISSED = {command for command in INSTEAD if command.startswith(("auditgame verify", "auditgame evaluate"))}
"""Commands that exit 1 here: pico is too small to pass its verification, or to speak of chocolate."""
