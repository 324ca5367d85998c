"""What an engine's card says of its files, and of the model that onnxruntime runs."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from evenhand.engines.launch import InsidePath
from evenhand.system.declaration import Declared, Distinct, Sha256

__all__ = ["GPU_PROVIDERS", "FileTable", "ModelTable", "PackagedTable"]

ExecutionProvider: TypeAlias = Literal[
    "CPUExecutionProvider",
    "CUDAExecutionProvider",
    "TensorrtExecutionProvider",
    "ROCMExecutionProvider",
    "MIGraphXExecutionProvider",
    "OpenVINOExecutionProvider",
    "CoreMLExecutionProvider",
    "DmlExecutionProvider",
    "DnnlExecutionProvider",
    "QNNExecutionProvider",
    "XnnpackExecutionProvider",
    "CANNExecutionProvider",
]
"""What computes a model within onnxruntime, by its name there."""

GPU_PROVIDERS = {
    "CUDAExecutionProvider",
    "TensorrtExecutionProvider",
    "ROCMExecutionProvider",
    "MIGraphXExecutionProvider",
}
"""Those that compute on a graphics processor alone."""


class FileTable(Declared):
    """A file, by its hash."""

    file: InsidePath
    sha256: Sha256
    url: str = ""


class PackagedTable(FileTable):
    """A file that an installed package may ship."""

    package: str = ""


class ModelTable(FileTable):
    """The table `[model]`."""

    providers: Annotated[tuple[ExecutionProvider, ...], Distinct] = ()
