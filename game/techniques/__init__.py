"""The technique study: what each published auditing technique finds on an organism whose truth is known (Marks et al. 2025)."""

from game.techniques.results import Measurement, Published, Study, TechniqueResult, Value
from game.techniques.study import SAMPLES, TECHNIQUES, Technique, UnknownTechniqueError, get_techniques, study_organism

__all__ = [
    "SAMPLES",
    "TECHNIQUES",
    "Measurement",
    "Published",
    "Study",
    "Technique",
    "TechniqueResult",
    "UnknownTechniqueError",
    "Value",
    "get_techniques",
    "study_organism",
]
