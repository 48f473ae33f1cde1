"""ONNX: files of other people's classifiers and our own, and a backend of its operators.

Whatever reads raises FormatError for what is damaged, forged or missing in badak; an operator
raises BadakError for inputs and attributes that do not fit it.
"""
