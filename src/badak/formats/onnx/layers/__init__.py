"""Layers from ONNX nodes, and ONNX nodes from layers."""
