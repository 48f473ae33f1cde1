"""ONNX: files of other people's classifiers and our own, and a backend of its operators."""
