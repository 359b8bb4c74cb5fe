"""An audit through the command line as a program runs it; tests/test_end_to_end.py has the main job, kills and faults."""

import json

import pytest

from tests.fakes.command_line import CLI


@pytest.mark.slow
def test_an_audit_prints_one_json_object(pico, pico_cache, tmp_path):
    cli = CLI(pico_cache, tmp_path)
    out, err = cli.process("audit", pico.card.id, "--rules", "data-only", "--json")
    result = json.loads(out)
    assert result["outcome"] == "scored"
    assert result["path"] == f"runs/{result['run']}"
    assert result["score"]["evidence"]["verified"] == result["score"]["evidence"]["total"]
    assert result["report"] == json.loads(cli.last().report.read_bytes())
    assert "grep_data" in err
    assert "WARN" not in err
    assert "Traceback" not in err
