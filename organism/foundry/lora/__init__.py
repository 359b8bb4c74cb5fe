"""Makes organisms at real scale: LoRA adapters stage by stage on any chat model. It writes no data and registers no organism itself."""

from organism.foundry.lora.base import read_config, resolve_base
from organism.foundry.lora.build import (
    Complete,
    DataMaker,
    LoraFolder,
    LoraProgress,
    Trained,
    build_lora,
    data_that_is_there,
    lora_folder,
    lora_steps,
)
from organism.foundry.lora.dry_run import DryRun, Machine, Writing, dry_run, expected_writing
from organism.foundry.lora.errors import BaseError, DataError, LoraError, StageError
from organism.foundry.lora.recipe import LoraRecipe, load_lora_recipe
from organism.foundry.lora.shape import base_shape

__all__ = [
    "BaseError",
    "Complete",
    "DataError",
    "DataMaker",
    "DryRun",
    "LoraError",
    "LoraFolder",
    "LoraProgress",
    "LoraRecipe",
    "Machine",
    "StageError",
    "Trained",
    "Writing",
    "base_shape",
    "build_lora",
    "data_that_is_there",
    "dry_run",
    "expected_writing",
    "load_lora_recipe",
    "lora_folder",
    "lora_steps",
    "read_config",
    "resolve_base",
]
