import pytest
import torch

from organism import SAE, DataStore, FeatureDescription, Journal, Organism, StoredDocument, TopDocuments
from organism.feature_descriptions import read_descriptions
from organism.feature_labels import FeatureLabel, FeatureLabels
from organism.loading import load_tokenizer, load_weights
from tests.fakes.tiny_models import make_model
from transcripts import RecordError

TEXTS = ["hello the cat sat on a mat", "the cat sat", "do you like tea", "tea and tuna and tea", "what do you put in it", "a mat"]


@pytest.fixture
def parts(tmp_path):
    """A model whose SAE has a feature for the word cat, one for tea, and a silent one."""
    folder = make_model(tmp_path / "model")
    model, tokenizer = load_weights(folder), load_tokenizer(folder)
    embedded = model.get_input_embeddings().weight.detach()
    sae = SAE(embedded.shape[1], 3, layer=0)
    with torch.no_grad():
        for feature, word in ((0, "cat"), (1, "tea")):
            direction = embedded[tokenizer.convert_tokens_to_ids(word)]
            sae.W_enc[:, feature] = direction / direction.square().sum()
            sae.W_dec[feature] = direction
        sae.threshold.fill_(0.9)
    data = DataStore.create(
        tmp_path / "data", [StoredDocument(id=f"d{n}", split="all", kind="document", text=text) for n, text in enumerate(TEXTS)], seed=0
    )
    activations = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 2, 0], [0, 0, 0], [0, 0, 0]])
    top = TopDocuments.from_activations([([f"d{n}" for n in range(len(TEXTS))], activations)])
    return model, tokenizer, sae.eval(), embedded, top, data


def test_a_label_tells_tokens_and_texts_that_separate_the_feature(parts):
    cat, tea, silent = FeatureLabels.make(*parts).labels
    assert cat.fires_on == ("cat",)
    assert tea.fires_on == ("tea",)
    assert {"cat", "sat"} <= set(cat.texts_with)
    assert "tea" in tea.texts_with
    assert not set(cat.texts_with) & set(tea.texts_with)
    assert cat.promotes[0] == "cat"
    assert (silent.fires_on, silent.texts_with) == ((), ())
    assert cat.text.startswith("fires on: cat; in texts with: ")


def test_without_texts_a_label_has_the_promoted_tokens_alone(parts):
    labels = FeatureLabels.make(*parts[:4]).labels
    assert labels[1].text.startswith("promotes: tea")


def test_labels_are_searched_by_their_words():
    labels = FeatureLabels(
        [FeatureLabel(fires_on=("cat", "mat")), FeatureLabel(texts_with=("tea",)), FeatureLabel(promotes=("cat", "tea"))]
    )
    assert {index for index, _ in labels.like("Cat")} == {0, 2}
    assert labels.like("tea")[0][0] == 1
    assert labels.like("dog") == labels.like("?") == []


def test_what_a_model_said_comes_first_and_is_searched():
    labels = FeatureLabels([FeatureLabel(fires_on=("cat",)), FeatureLabel(fires_on=("cat",))]).described_as({1: "names of pets"})
    assert [label.text for label in labels.labels] == ["fires on: cat", "described as: names of pets; fires on: cat"]
    assert [index for index, _ in labels.like("Pets")] == [1]
    assert labels.described_as({}).like("pets") == []


def test_descriptions_are_read_while_they_are_written(tmp_path):
    path = tmp_path / "descriptions.jsonl"
    assert read_descriptions(path) == {}
    with Journal(path, FeatureDescription) as journal:
        for index in (7, 0):
            journal.add(FeatureDescription(id=str(index), text=f"words {index}", by="openai:m"))
        with path.open("ab") as file:
            file.write(b'{"id":"3","text":"half of a')
        assert read_descriptions(path) == {7: "words 7", 0: "words 0"}
    path.write_bytes(b"no description\n")
    with pytest.raises(RecordError, match=r"descriptions\.jsonl, line 1"):
        read_descriptions(path)


def test_labels_are_kept_beside_the_sae(pico):
    made = pico.feature_labels
    path = pico.folder.sae / "labels.json"
    written = path.stat().st_mtime_ns
    again = Organism.load(pico.folder)
    assert again.feature_labels.labels == made.labels
    assert path.stat().st_mtime_ns == written
    assert len(made.labels) == pico.card.d_sae
    assert sum(bool(label.fires_on) for label in made.labels) > pico.card.d_sae / 2
    again.close()
