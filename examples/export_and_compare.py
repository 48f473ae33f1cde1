"""The same network in C, in ONNX and as a page: python export_and_compare.py.

It needs a C compiler, and pip install 'badak[onnx]' onnxruntime.
"""

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime

import badak
from badak.formats.c.source import c_source
from badak.formats.page.html import html_page

train, test = badak.data.load("digits")
net = badak.models.LeNet5(modern=True)
badak.Trainer(net, badak.optim.Adam(1e-3), epochs=5).fit(train)
expected = net(test.images)  # (N, 10)

c_source(net, "digits").save(Path("digits.c"))
command = ("cc", "-std=c99", "-O2", "-shared", "-fPIC", "digits.c", "-o", "digits.so", "-lm")
subprocess.run(command, check=True)
run = ctypes.CDLL("./digits.so").digits_run
logits = np.zeros_like(expected)
for image, row in zip(np.ascontiguousarray(test.images), logits, strict=True):
    run(image.ctypes.data_as(ctypes.c_void_p), row.ctypes.data_as(ctypes.c_void_p))
print("C:    largest difference", np.abs(logits - expected).max())

badak.onnx.export(net, "digits.onnx")
session = onnxruntime.InferenceSession("digits.onnx")
(logits,) = session.run(None, {session.get_inputs()[0].name: test.images})
print("ONNX: largest difference", np.abs(logits - expected).max())

page = html_page(net, "Digits", test.class_names, prepare="filling")
Path("digits.html").write_text(page, encoding="utf-8")
print("page: open digits.html in a browser and draw a digit")
