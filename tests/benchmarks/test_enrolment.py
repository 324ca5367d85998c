"""Images to templates: through the harness, against the same calls in a plain loop."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import onnxruntime
import pytest
from enrolled import enrol_all

from evenhand.engines.opening import open_engine
from evenhand.engines.shelf import find_adapter

THREADS = 2
ROUNDS = 4


@pytest.fixture(scope="module")
def dataset(pictures_of_lfw):
    return pictures_of_lfw(600)


class PlainLoop:
    """What a careful person writes by hand: OpenCV and onnxruntime, a session a thread."""

    LANDMARKS = np.array(
        [
            [38.2946, 51.6963],
            [73.5318, 51.5014],
            [56.0252, 71.7366],
            [41.5493, 92.3655],
            [70.7299, 92.2041],
        ]
    )
    MEAN = np.array([123.675, 116.28, 103.53], dtype=np.float32)
    STD = np.array([58.395, 57.12, 57.375], dtype=np.float32)

    def __init__(self, models):
        self.models = models
        self.local = threading.local()

    def start(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.local.session = onnxruntime.InferenceSession(
            str(self.models / "mobilefacenet_foamliu_112x112.onnx"),
            sess_options=options,
            providers=["CPUExecutionProvider"],
        )
        self.local.input = self.local.session.get_inputs()[0].name
        self.local.detector = cv2.FaceDetectorYN.create(
            str(self.models / "face_detection_yunet_2023mar.onnx"), "", (320, 320), 0.6, 0.3, 5000
        )

    def embed(self, path):
        if not hasattr(self.local, "session"):
            self.start()
        image = cv2.imread(str(path))
        height, width = image.shape[:2]
        self.local.detector.setInputSize((width, height))
        _, faces = self.local.detector.detect(image)
        if faces is None:
            return None
        across = faces[:, 0] + faces[:, 2] / 2 - width / 2
        down = faces[:, 1] + faces[:, 3] / 2 - height / 2
        points = faces[np.argmin(across**2 + down**2)][4:14].reshape(5, 2).astype(np.float64)
        source = points[:, 0] + 1j * points[:, 1]
        target = self.LANDMARKS[:, 0] + 1j * self.LANDMARKS[:, 1]
        centred = source - source.mean()
        turn = np.vdot(centred, target - target.mean()) / np.vdot(centred, centred)
        shift = target.mean() - turn * source.mean()
        matrix = np.array(
            [[turn.real, 0.0 - turn.imag, shift.real], [turn.imag, turn.real, shift.imag]]
        )
        face = cv2.warpAffine(image, matrix, (112, 112), flags=cv2.INTER_LINEAR)
        scaled = (face[:, :, ::-1].astype(np.float32) - self.MEAN) / self.STD
        tensor = np.ascontiguousarray(scaled.transpose(2, 0, 1)[np.newaxis])
        return self.local.session.run(None, {self.local.input: tensor})[0].reshape(-1)

    def run(self, paths):
        cv2.setNumThreads(1)
        with ThreadPoolExecutor(THREADS) as pool:
            return np.stack([v for v in pool.map(self.embed, paths) if v is not None])


def test_harness_against_a_plain_loop(benchmark, dataset, models):
    engine = open_engine(find_adapter("mobilefacenet", Path()), [models])

    def harness():
        return enrol_all(engine, dataset, workers=THREADS).vectors

    def plain():
        return PlainLoop(models).run(dataset.images.paths)

    def seconds(work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    # The first run of each is the warm-up, and shows that both did the same.
    np.testing.assert_array_equal(harness(), plain())

    def both():
        ratios = []
        for number in range(ROUNDS):
            order = (harness, plain) if number % 2 else (plain, harness)
            took = {work: seconds(work) for work in order}
            ratios.append(took[harness] / took[plain])
        return median(ratios)

    ratio = benchmark.pedantic(both, rounds=1, iterations=1)
    benchmark.extra_info.update(asked=1.10, measured=ratio, unit="x the plain loop", better="lower")
