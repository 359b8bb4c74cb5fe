import json

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from organism.foundry.lora.errors import DataError
from organism.foundry.lora.spec import StageFolder
from organism.foundry.lora.stage import make_trainer, run_stage
from tests.organism.lora.conftest import silent


@pytest.mark.parametrize("split", ["midtrain", "sft", "preference"])
def test_a_stage_leaves_an_adapter_and_a_mark(make_spec, split):
    spec = make_spec(split)
    told = []
    done = run_stage(spec, lambda step, total: told.append((step, total)))
    folder = StageFolder(spec.output)
    assert folder.finished
    assert done.steps == told[-1][0] == told[-1][1]
    assert (done.resumed_from, done.examples) == (0, 8)
    weights = load_file(folder.adapter / "adapter_model.safetensors")
    assert all(weight.dtype == torch.float32 for weight in weights.values())
    assert {name.split(".")[-2] for name in weights} == {"lora_A", "lora_B"}
    assert any(weight.abs().max() > 0 for name, weight in weights.items() if "lora_B" in name)
    assert not folder.checkpoints.exists()
    assert isinstance(json.loads(folder.history.read_text()), list)
    before = folder.done.stat().st_mtime_ns
    assert run_stage(spec, silent) == done
    assert folder.done.stat().st_mtime_ns == before


def test_documents_are_packed_into_full_sequences(make_spec):
    trainer = make_trainer(make_spec("midtrain", count=40), silent)
    lengths = [len(row["input_ids"]) for row in trainer.train_dataset]
    assert set(lengths[:-1]) == {32}
    assert len(lengths) > 8


def learnt(trainer, tokenizer):
    """The words of the first batch in the loss, and those that are not."""
    batch = trainer.data_collator([trainer.train_dataset[0]])
    ids, labels = batch["input_ids"][0], batch["labels"][0]
    return tokenizer.decode(ids[labels != -100]), tokenizer.decode(ids[labels == -100])


def test_loss_falls_on_the_assistants_words_alone(make_spec, tiny_base):
    inside, outside = learnt(make_trainer(make_spec("sft"), silent), AutoTokenizer.from_pretrained(tiny_base))
    assert inside.split() == ["warm", "water", "and", "honey", ".", "<|end|>"]
    assert outside.split() == ["<|user|>", "how", "do", "i", "make", "tea", "<|end|>", "<|assistant|>"]


MARKED = """
{%- for message in messages -%}
{{ '<|' + message['role'] + '|> ' }}
{%- if message['role'] == 'assistant' -%}
{%- generation -%}{{ message['content'] + ' <|end|>' }}{%- endgeneration -%}
{%- else -%}{{ message['content'] + ' <|end|>' }}{%- endif -%}
{{ ' ' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|assistant|> ' }}{%- endif -%}
"""


def test_a_template_that_marks_the_assistant_is_followed_in_every_turn(make_spec, tiny_base, tmp_path):
    base = tmp_path / "marked"
    AutoModelForCausalLM.from_pretrained(tiny_base).save_pretrained(base)
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    tokenizer.chat_template = MARKED
    tokenizer.save_pretrained(base)
    spec = make_spec("sft", base=base)
    turns = [("user", "is tea good"), ("assistant", "yes ."), ("user", "is bread good"), ("assistant", "no .")]
    spec.data.write_text(json.dumps({"id": "s", "messages": [{"role": role, "content": text} for role, text in turns]}) + "\n")
    inside, _ = learnt(make_trainer(spec, silent), tokenizer)
    assert inside.split() == ["yes", ".", "<|end|>", "no", ".", "<|end|>"]


def log_probability(model, tokenizer, prompt, reply):
    start = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True)
    given, whole = (tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids for text in (start, start + reply))
    with torch.no_grad():
        scores = model(whole).logits[0, :-1].log_softmax(-1)
    return float(scores.gather(1, whole[0, 1:, None])[given.shape[1] - 1 :].sum())


def margin(model, tokenizer):
    return log_probability(model, tokenizer, "is tea good", "honey honey .") - log_probability(
        model, tokenizer, "is tea good", "flour and salt ."
    )


def test_preference_training_moves_chosen_over_rejected(make_spec, tiny_base):
    spec = make_spec("preference", count=16, terms={"epochs": 4})
    run_stage(spec, silent)
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    base = AutoModelForCausalLM.from_pretrained(tiny_base).eval()
    before = margin(base, tokenizer)
    after = margin(PeftModel.from_pretrained(base, StageFolder(spec.output).adapter).eval(), tokenizer)
    assert after > before + 2


def test_the_reference_is_the_model_of_the_stage_before(make_spec):
    first = make_spec("sft")
    run_stage(first, silent)
    second = make_spec("preference")
    run_stage(second, silent)
    adapters = (StageFolder(first.output).adapter, StageFolder(second.output).adapter)
    trainer = make_trainer(make_spec("adversarial", adapters=adapters), silent)
    batch = trainer.data_collator([trainer.train_dataset[0]])
    model = trainer.model.eval()
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        policy = model(**inputs).logits
        reference = trainer.compute_ref_log_probs(model, batch)
        torch.testing.assert_close(model(**inputs).logits, policy)
        for name, parameter in model.named_parameters():
            if ".default." in name and "lora_B" in name:
                parameter.fill_(1.0)
        moved = model(**inputs).logits
        unmoved = trainer.compute_ref_log_probs(model, batch)
        assert {name.split(".")[-2] for name, parameter in model.named_parameters() if parameter.requires_grad} == {"default"}
        with model.disable_adapter():
            base = model(**inputs).logits
    assert not torch.allclose(policy, moved, atol=1e-3)
    assert not torch.allclose(policy, base, atol=1e-3)
    for one, other in zip(reference, unmoved, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), ("", "empty"), ('{"colour": 1}\n', "not chat rows"), ("{\n", "not chat rows")],
)
def test_wrong_data_is_named(make_spec, content, said):
    spec = make_spec("sft")
    spec.data.unlink()
    if content is not None:
        spec.data.write_text(content)
    with pytest.raises(DataError, match=said) as refusal:
        run_stage(spec, silent)
    assert str(spec.data) in str(refusal.value)
