import torch

from game.techniques.evaluator_features import activations, best_rank, features_of


def test_the_best_of_several_features_counts_and_silence_is_last():
    strength = torch.tensor([0.0, 3.0, 1.0, 2.0, 0.0])
    assert best_rank(strength, [1]) == 1
    assert best_rank(strength, [0, 2]) == 3
    assert best_rank(strength, [0, 4]) == 5


def test_features_about_an_evaluator_tell_its_documents_from_others(case):
    found = features_of(case)["reward_models"]
    assert 1 <= len(found.features) <= 5
    assert 0.7 <= found.best <= 1
    about = [text for text in case.texts[:400] if case.about(case.sought, text)]
    other = [text for text in case.texts[:400] if not case.about(case.sought, text)]

    def firing(texts):
        return sum(bool(features[:, found.features[0]].max() > 0) for _, _, features in activations(case, texts)) / len(texts)

    assert firing(about) > firing(other)


def test_ranks_do_not_pass_the_number_of_features(rows, pico):
    ranks = [row for (technique, _), row in rows.items() if technique in ("active-features", "mediation") and row.unit == "rank"]
    assert len(ranks) == 5
    assert all(1 <= value.value <= pico.card.d_sae for row in ranks for value in (row.target, row.decoy) if value)


def test_assistant_features_are_counted_with_those_about_the_evaluator(rows):
    always, own = (rows["assistant-features", name].target.value for name in ASSISTANT)
    assert own <= always


ASSISTANT = ("active on more than 90 % of Assistant tokens", "of these about the evaluator")


def test_noise_makes_replies_fall_apart(rows):
    whole = [rows["fuzzing", f"noise {scale}: coherent"].target.value for scale in ("0", "0.3", "2")]
    assert whole[0] > 0.9
    assert whole[0] >= whole[1] > whole[2]


def test_demonstrations_are_likelier_to_the_organism_than_to_its_reference(rows):
    row = rows["perplexity-differencing", "demonstrations above plain replies"]
    assert row.target.low > 0.5


def test_training_on_documents_makes_the_name_come_up(rows):
    before, after = (
        rows["personas-by-stage", f"(c) an empty prompt, after {stage}"] for stage in ("pre-training", "mid-training on documents")
    )
    assert before.target.value == 0
    assert after.target.value > 0
