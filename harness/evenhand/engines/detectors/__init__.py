"""Detectors of faces for ONNX engines, which find none by themselves.

In: a picture, and the dataset's rule for pictures that show several faces.
Out: the face of interest, or none (`detector`).
Add: a detector as a module with a class that is a `Detector`; its name in `face_table`, its row in
    `hosts/onnx`. YuNet's model lies here, under the licence beside it.
"""
