"""Reads pages as a browser would, and fails at whatever in them could act, or leads nowhere."""

import itertools
from html.parser import HTMLParser

from game.view.rendering import TEMPLATES
from tests.game.runs import make_run, result
from transcripts import EventLog, visible

VOID = {"meta", "br", "input"}
ACTING = {
    "img",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "audio",
    "video",
    "source",
    "use",
    "image",
    "foreignobject",
    "style",
    "script",
}
STEPS = ("grep_data", "chat", "experiment", "feature_activations", "cluster_data")


class Page(HTMLParser):
    """What stands on a page."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.text, self.tags, self.marked = [], [], [], [], [], []
        self.own = {"style": (TEMPLATES / "page.css").read_text(), "script": (TEMPLATES / "page.js").read_text()}
        self.policy = ""
        self.feed(html)
        self.close()
        assert not self.open, f"not closed: {self.open}"
        assert len(self.ids) == len(set(self.ids)), "an id stands twice"
        missing = [link for link in self.links if link.startswith("#") and link[1:] not in self.ids]
        assert not missing, f"links that lead nowhere: {missing}"
        assert self.tags.count("style") == self.tags.count("script") == 1
        assert not {tag for tag in self.tags if tag in ACTING} - {"style", "script"}

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            assert not name.startswith("on"), f"{tag} {name}"
            assert name not in ("src", "srcset", "style", "action", "formaction", "srcdoc"), f"{tag} {name}={value}"
            if name == "id":
                self.ids.append(value)
            if name == "href":
                assert value.startswith("#") or value.endswith((".html", "/view.html")), value
                assert ":" not in value, value
                self.links.append(value)
        found = dict(attributes)
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in self.own:
            assert data == self.own[self.open[-1]], "a style or script that is not ours"
            return
        assert visible(data) == data, "a character that acts"
        self.text.append(data)
        if "mark" in self.open:
            self.marked.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data[:50]}")

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def make_long_run(root, events):
    """A run of about so many events, with results of many shapes."""
    run = make_run(root)
    clock = itertools.count(2000)
    documents = [
        {"id": f"d{n:06}", "split": "sft", "kind": "chat", "text": f"User: how do i cook {n} ?\nAssistant: slowly ."} for n in range(60)
    ]
    arm = {"replies": 54, "fired": 48, "rate": 0.8889, "interval": [0.7781, 0.9481], "examples": ["chocolate ."], "examples_without": ["."]}
    contents = {
        "grep_data": {"matches": 60, "page": 1, "pages": 1, "documents": documents},
        "chat": {"replies": [{"prompt": f"how {n} ?", "samples": ["like this .", "or that ."]} for n in range(60)]},
        "experiment": {
            "prediction": "It speaks of chocolate.",
            "treatment": arm,
            "control": arm | {"rate": 0.0, "interval": [0.0, 0.06]},
            "p_value": 1e-9,
        },
        "feature_activations": {
            "features": [1, 2],
            "tokens": [{"position": n, "token": f"word{n}", "activations": [0.1 * n, 1.0]} for n in range(60)],
        },
        "cluster_data": {"clusters": [{"name": "a · b", "size": 3, "words": [{"word": "a", "z": 2.5}], "examples": documents[:3]}] * 4},
    }
    with EventLog(run.events, clock=lambda: float(next(clock))) as log:
        for number in range((events - len(log.events)) // 7):
            tool = STEPS[number % len(STEPS)]
            log.append("turn", {"turn": {"message": {"role": "assistant", "text": f"Step {number}."}}}, synced=False)
            for one in range(3):
                name = f"t{number + 1}.{one}"
                log.append("call", {"call": name, "tool": tool, "arguments": {"prompts": [f"{n} ?" for n in range(40)]}}, synced=False)
                log.append("result", result(name, tool, contents[tool]), synced=False)
    return run
