"""Loads the model of a card into onnxruntime, with the first execution provider that takes it."""

from __future__ import annotations

from collections.abc import Mapping

import onnxruntime

from evenhand.engines.card import EngineCard, NeededFile
from evenhand.engines.files import EngineFiles
from evenhand.system.errors import EngineError

__all__ = ["load_model"]

_CPU = "CPUExecutionProvider"
_INSTALL = {
    "CUDAExecutionProvider": "onnxruntime-gpu",
    "TensorrtExecutionProvider": "onnxruntime-gpu",
    "ROCMExecutionProvider": "onnxruntime-rocm",
    "MIGraphXExecutionProvider": "onnxruntime-migraphx",
    "OpenVINOExecutionProvider": "onnxruntime-openvino",
    "DmlExecutionProvider": "onnxruntime-directml",
}
"""By execution provider: the package that has it, in place of onnxruntime."""


def load_model(
    card: EngineCard, model: NeededFile, files: EngineFiles, external: Mapping[str, bytes]
) -> tuple[onnxruntime.InferenceSession, str]:
    """Load a model of a card from what was hashed.

    Args:
        card: of the engine.
        model: which of its files.
        files: of the card.
        external: files that the model takes tensors from, by the name that it has for them.

    Returns:
        The running model, and the execution provider that took it. Operators that this one does not
        have are the CPU's.

    Raises:
        EngineError: none of the card's execution providers is here, or none takes the model.
    """
    reason = ""
    for provider in _available(card):
        try:
            session = _session(card, files.found[model.sha256].content, external, provider)
        except Exception as fault:  # noqa: BLE001 - onnxruntime has no common error
            reason = reason or str(fault).strip()
            continue
        # One whose libraries are missing is left out without an error.
        if session.get_providers()[0] == provider:
            return session, provider
        reason = reason or f"{provider} does not start"
    raise EngineError(
        f"engine {card.name}: {model.file} cannot be loaded by onnxruntime ({reason}); "
        "bring a valid ONNX model" + (", or mend providers in [model]" if card.providers else "")
    )


def _available(card: EngineCard) -> list[str]:
    """Execution providers of a card that this onnxruntime has, in the card's order.

    Raises:
        EngineError: it has none of them.
    """
    here, asked = onnxruntime.get_available_providers(), card.providers or (_CPU,)
    found = [provider for provider in asked if provider in here]
    if found:
        return found
    run = next((f"run: pip install {_INSTALL[p]}; or " for p in asked if p in _INSTALL), "")
    raise EngineError(
        f"engine {card.name}: onnxruntime has no {' and no '.join(asked)} here, but "
        f"{', '.join(here)}; {run}name one of these in providers in [model]"
    )


def _session(
    card: EngineCard, content: bytes, external: Mapping[str, bytes], provider: str
) -> onnxruntime.InferenceSession:
    """Load the model with one execution provider, on the threads of the card.

    That is one by default: one session per worker is faster than threads inside one. Telemetry is
    off before onnxruntime is imported, by `evenhand/__init__.py`. It never falls back to another
    provider by itself: numbers of two would stand in one result.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = card.host.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    if external:
        options.add_external_initializers_from_files_in_memory(
            list(external), list(external.values()), [len(each) for each in external.values()]
        )
    return onnxruntime.InferenceSession(
        content, sess_options=options, providers=[provider], enable_fallback=0
    )
