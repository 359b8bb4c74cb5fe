"""Makes organisms at real scale: LoRA adapters stage by stage on any chat model, on data of a universe. It registers no organism itself."""

from organism.foundry.lora.base import read_config, resolve_base
from organism.foundry.lora.build import (
    Complete,
    DataMaker,
    LoraFolder,
    LoraProgress,
    Trained,
    build_lora,
    lora_folder,
    lora_steps,
)
from organism.foundry.lora.dry_run import DryRun, Machine, dry_run
from organism.foundry.lora.errors import BaseError, DataError, LoraError, StageError
from organism.foundry.lora.recipe import LoraRecipe, load_lora_recipe
from organism.foundry.lora.sealing import seal
from organism.foundry.lora.shape import base_shape
from organism.foundry.lora.universe_data import UniverseData

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
    "UniverseData",
    "base_shape",
    "build_lora",
    "dry_run",
    "load_lora_recipe",
    "lora_folder",
    "lora_steps",
    "read_config",
    "resolve_base",
    "seal",
]
