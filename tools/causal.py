"""Changing what goes on inside the organism while it speaks: steering, noise, and the effect of each feature on a completion."""

import asyncio
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from organism import Shift
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, Page, PageSize, Prompts, Samples, System, Temperature
from tools.chat import MAX_REPLIES, opening
from tools.context import ToolContext, ToolError
from tools.features import Index, Labels, check_feature, facts
from tools.pages import paged
from tools.reading import Before, Start, preamble
from tools.tool import Result, tool

MOST_FEATURES = 256
"""Features that one call of `mediate` measures."""

Layer = Annotated[int | None, Field(ge=1, description="After this many layers; null for the middle (for a feature, the layer of the SAE).")]
OneText = Annotated[str | None, Field(min_length=1, max_length=MAX_TEXT)]


@tool(Affordance.STEER)
async def steer(
    context: ToolContext,
    prompts: Prompts,
    strength: Annotated[
        float, Field(ge=-20, le=20, description="In units of the residual stream's median norm: begin with 0.5; negative for the opposite.")
    ],
    feature: Annotated[Index | None, Field(description="Steer along this SAE feature; or give `toward` and `away`.")] = None,
    toward: Annotated[OneText, Field(description="Steer towards the mean activations of this text ...")] = None,
    away: Annotated[OneText, Field(description="... and away from those of this one.")] = None,
    layer: Layer = None,
    system: System = None,
    samples: Samples = 1,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
) -> Result:
    """Ask the organism while a direction is added to its residual stream at every token; beside it the same samples without.

    Tests what a feature or a difference between two texts does. Too strong a push makes any model babble: lower it until replies are whole.
    """
    model = context.organism.weights
    _check_count(len(prompts) * samples * 2, "replies, with and without steering,")
    if feature is not None and (toward is not None or away is not None):
        raise ToolError("give either a feature or two texts, not both")
    if feature is not None:
        context.require(Affordance.SAE, "steering along a feature")
        sae = context.organism.sae
        at, direction = _layer(context, layer, sae.layer), sae.W_dec[check_feature(sae, feature)].detach()
    elif toward is not None and away is not None:
        at = _layer(context, layer, None)
        direction = await asyncio.to_thread(_difference, context, toward, away, at)
    else:
        raise ToolError("give a feature (its number), or both `toward` and `away`")
    length = float(direction.norm())
    if length < 1e-8:
        raise ToolError("there is no direction: the two texts have the same activations (or the feature writes nothing)")
    conversations = [opening(system, prompt) for prompt in prompts for _ in range(samples)]
    unit = _median_norm(await asyncio.to_thread(_residual, context, model.render(conversations[0]), at))
    shift, seeds = Shift(at, direction * (strength * unit / length)), context.seeds(len(conversations))
    found = await model.chat(
        conversations * 2,
        max_new_tokens=max_tokens,
        temperature=temperature,
        seeds=seeds * 2,
        shifts=[shift] * len(conversations) + [None] * len(conversations),
    )
    context.meter.count(found)
    texts = [item.text for item in found]
    steered, plain = texts[: len(conversations)], texts[len(conversations) :]
    return {
        "layer": at,
        "added_norm": round(abs(strength) * unit, 4),
        "replies": [
            {"prompt": prompt, "steered": steered[row * samples : (row + 1) * samples], "plain": plain[row * samples : (row + 1) * samples]}
            for row, prompt in enumerate(prompts)
        ],
    }


@tool(Affordance.STEER)
async def fuzz(
    context: ToolContext,
    prompts: Prompts,
    scale: Annotated[float, Field(ge=0, le=8, description="Length of the noise in units of the residual stream's median norm.")] = 0.5,
    vectors: Annotated[int, Field(ge=1, le=64, description="Noise vectors, each added at every token of its replies.")] = 8,
    samples: Annotated[int, Field(ge=1, le=64, description="Replies to each prompt under each vector.")] = 2,
    layer: Layer = None,
    system: System = None,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
) -> Result:
    """Ask the organism while Gaussian noise disturbs its residual stream; raise the scale until replies fall apart.

    What is kept back by a thin layer of training may slip out under noise. Compare with `chat` before you read anything into a reply.
    """
    model = context.organism.weights
    _check_count(len(prompts) * vectors * samples, "replies")
    at = _layer(context, layer, None)
    conversations = [opening(system, prompt) for prompt in prompts for _ in range(vectors * samples)]
    stream = await asyncio.to_thread(_residual, context, model.render(conversations[0]), at)
    unit, width = _median_norm(stream), stream.shape[1]
    noise = np.random.default_rng([context.seed, 1]).standard_normal((vectors, width)) * (scale * unit / width**0.5)
    shifts = [Shift(at, torch.tensor(vector, dtype=torch.float32)) for vector in noise for _ in range(samples)]
    found = await model.chat(
        conversations,
        max_new_tokens=max_tokens,
        temperature=temperature,
        seeds=context.seeds(len(conversations)),
        shifts=shifts * len(prompts),
    )
    context.meter.count(found)
    texts = iter([item.text for item in found])
    return {
        "layer": at,
        "noise_norm": round(scale * unit, 4),
        "replies": [{"prompt": prompt, "by_vector": [[next(texts) for _ in range(samples)] for _ in range(vectors)]} for prompt in prompts],
    }


@tool(Affordance.STEER, Affordance.SAE)
async def mediate(
    context: ToolContext,
    completion: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="What the model might say.")],
    text: Start = "",
    prompt: Before = None,
    amount: Annotated[float, Field(gt=0, le=100, description="a: features are scaled by 1 + a and by 1 - a.")] = 4.0,
    labels: Labels = False,
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """Find the SAE features that a completion hangs on: how its log-probability changes when each active feature is made more or less.

    `more` is the change in nats under 1 + a, `less` under 1 - a; the largest effects come first. All else in the stream stays as it is.
    """
    return await asyncio.to_thread(_mediate, context, completion, text, prompt, amount, labels, page, page_size)


def _mediate(
    context: ToolContext, completion: str, text: str, prompt: str | None, amount: float, labels: bool, page: int, page_size: int
) -> Result:
    organism = context.organism
    model = organism.weights
    found = model.mediation(organism.sae, preamble(model, prompt) + text, completion, amount=amount, most=MOST_FEATURES)
    context.meter.read_tokens += found.tokens
    size = torch.maximum(found.more.abs(), found.less.abs())
    order = size.argsort(descending=True, stable=True).tolist()
    shown, place = paged(order, page, page_size, "features")
    rows: list[Result] = [
        {
            "feature": found.features[row],
            "more": round(float(found.more[row]), 4),
            "less": round(float(found.less[row]), 4),
            "activation": round(float(found.activations[row]), 4),
        }
        | facts(organism, found.features[row], labels)
        for row in shown
    ]
    result: Result = {"log_probability": round(found.log_probability, 4), "active": found.active, "measured": len(order)}
    return result | place | {"features": list(rows)}


def _layer(context: ToolContext, layer: int | None, default: int | None) -> int:
    """The layer asked for, else the default, else the middle."""
    layers = context.organism.card.layers or 1
    at = layer or default or max(1, layers // 2)
    if at > layers:
        raise ToolError(f"no layer {at}; the organism has {layers}, numbered from 1")
    return at


def _residual(context: ToolContext, text: str, layer: int) -> Tensor:
    """Residual stream on a text, `[tokens, d_model]`."""
    tokens, residual = context.organism.weights.activations(text, layer)
    context.meter.read_tokens += len(tokens)
    return residual


def _median_norm(residual: Tensor) -> float:
    """Of the tokens; the mean would follow the few huge norms that first tokens tend to have."""
    return float(residual.norm(dim=1).median())


def _difference(context: ToolContext, toward: str, away: str, layer: int) -> Tensor:
    """From the mean of one text's residual stream to that of the other, `[d_model]`."""
    return _residual(context, toward, layer).mean(0) - _residual(context, away, layer).mean(0)


def _check_count(replies: int, what: str) -> None:
    if replies > MAX_REPLIES:
        raise ToolError(f"{replies} {what} are more than {MAX_REPLIES}; ask for fewer at once")
