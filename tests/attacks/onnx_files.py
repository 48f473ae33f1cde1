"""Forged ONNX files (BAD_INPUTS row O): name -> (model or bytes, a pattern of the message)."""

from functools import cache
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from attacks.onnx_models import (
    changed,
    deep,
    doubling,
    ends_with,
    external,
    nested,
    opset,
    rewired,
    sound,
    tensor,
    with_input,
)


@cache
def forged() -> dict[str, tuple[Any, str]]:
    """Every forged file; each must meet a FormatError of the pattern."""
    whole = sound().SerializeToString()
    one = np.ones(1, np.int64)
    return {
        "O1 empty": (b"", "no graph with nodes"),
        "O1 garbage": (b"\xff" * 100, "not a protobuf message"),
        "O1 text": (b"<!DOCTYPE html><html>", "not a protobuf message"),
        "O1 cut in half": (whole[: len(whole) // 2], "not a protobuf message"),
        "O1 a byte short": (whole[:-1], "not a protobuf message"),
        "O2 raw data short": (tensor(1, raw_data=bytes(15)), "takes 16 bytes; it has 15"),
        "O2 raw data long": (tensor(1, raw_data=bytes(17)), "takes 16 bytes; it has 17"),
        "O2 too few floats": (
            tensor(1, float_data=[1.0]),
            " 4 numbers.*float_data.* 1 ",
        ),
        "O2 another list": (tensor(1, int64_data=[1] * 4), "data in int64_data"),
        "O2 two kinds of data": (
            changed(lambda m: m.graph.initializer[1].float_data.extend([1.0] * 4)),
            "data in raw_data",
        ),
        "O3 negative size": (tensor(1, dims=[-4]), r"shape.*got \(-4,\)"),
        "O3 product overflows": (tensor(1, dims=[2**62, 4]), "takes 73786976294838206464 bytes"),
        "O3 product wraps to 0": (tensor(1, dims=[2**32, 2**32]), "it has 16"),
        "O3 nine axes": (
            tensor(1, dims=[1] * 8 + [4]),
            r"shape.*got \(1, 1, 1, 1, 1, 1, 1, 1, 4\)",
        ),
        "O4 unknown type": (tensor(1, data_type=99), "element type.* 99"),
        "O4 text": (tensor(1, data_type=TensorProto.STRING), "element type.* 8"),
        "O4 integers as weight": (tensor(1, data_type=TensorProto.INT32), "floats.*int32"),
        "O5 stride 0": (sound(strides=[0, 1]), r"strides.*got \[0, 1\]"),
        "O5 stride -1": (sound(strides=[-1, 1]), r"strides.*got \[-1, 1\]"),
        "O5 one stride": (sound(strides=[1]), r"strides.*got \[1\]"),
        "O5 strides no integers": (sound(strides=[1.0, 1.0]), r"strides.*got \[1\.0, 1\.0\]"),
        "O5 strides a word": (sound(strides="11"), "strides.*got 11"),
        "O5 dilation 0": (sound(dilations=[1, 0]), r"dilations.*got \[1, 0\]"),
        "O5 dilation 2**40": (sound(dilations=[2**40, 1]), r"dilations.*got \[1099511627776, 1\]"),
        "O5 kernel 0": (
            sound(kernel_shape=[0, 3]),
            r"kernel_shape.*got \[0, 3\]",
        ),
        "O5 group 0": (sound(group=0), "in 0 groups"),
        "O5 group -1": (sound(group=-1), "in -1 groups"),
        "O5 group 3": (sound(group=3), "takes 6 channels; the input has 2"),
        "O5 pads -5": (sound(pads=[0, 0, -5, 0]), "pads must be four integers, at least 0"),
        "O5 pads 2**40": (sound(pads=[2**40, 0, 0, 0]), "pads must be integers up to"),
        "O5 pads 2**30": (sound(pads=[2**30] * 4), "has more than 268,435,456 numbers"),
        "O5 three pads": (sound(pads=[1, 1, 1]), "pads must be four integers"),
        "O5 auto_pad": (sound(auto_pad="SAME"), "VALID; got 'SAME'"),
        "O5 auto_pad and pads": (sound(auto_pad="VALID", pads=[1] * 4), "pads or auto_pad"),
        "O5 unknown attribute": (sound(strids=[1, 1]), "attributes that badak does not know"),
        "O5 strides a graph": (
            sound(strides=helper.make_graph([], "g", [], [])),
            "holds neither numbers, text nor a tensor",
        ),
        "O5 attribute twice": (
            changed(lambda m: m.graph.node[0].attribute.append(m.graph.node[0].attribute[0])),
            "attributes.*got 'kernel_shape' twice",
        ),
        "O5 attribute without type": (
            changed(lambda m: setattr(m.graph.node[0].attribute[0], "type", 0)),
            "'kernel_shape'.*type",
        ),
        "O5 kernel larger than the image": (sound(dilations=[5, 5]), "11x11 .*6x5"),
        "O6 kernel and weight": (
            sound(kernel_shape=[3, 2]),
            r"kernel_shape.*\(3, 2\).*weight",
        ),
        "O6 bias of another length": (tensor(1, dims=[2, 2]), "input 2 .*floats.* 1 axis"),
        "O6 weight of three axes": (tensor(0, dims=[8, 3, 3]), "input 1 .*floats.* 4 axes"),
        "O6 matrix of another width": (
            tensor(2, dims=[40, 6]),
            "weight.* 40.* 48",
        ),
        "O7 unknown operators": (
            changed(lambda m: [setattr(m.graph.node[i], "op_type", f"No{i}") for i in (0, 1)]),
            r"operators: No0 \(1\), No1 \(1\)",
        ),
        "O7 another domain": (
            changed(lambda m: setattr(m.graph.node[1], "domain", "com.evil")),
            r"operators: com\.evil\.Relu \(1\)",
        ),
        "O7 opset 999": (opset(("", 999)), "opset must be from 6 to"),
        "O7 opset 1": (opset(("", 1)), "opset must be from 6 to"),
        "O7 no opset": (opset(("com.evil", 17)), "opset must be from 6 to"),
        "O7 two opsets": (opset(("", 17), ("ai.onnx", 9)), "opset must be from 6 to"),
        "O7 IR 99": (
            changed(lambda m: setattr(m, "ir_version", 99)),
            "IR version must be from 3 to",
        ),
        "O8 missing input": (rewired(1, input=["nowhere"]), "input 'nowhere' is missing"),
        "O8 cycle": (rewired(1, input=["f"]), "input 'f' .*only after.*cycle"),
        "O8 a node of itself": (rewired(1, input=["r"]), "input 'r' is computed only after it"),
        "O8 a name twice": (rewired(1, output=["c"]), "output 'c' .*name of another"),
        "O8 named as a weight": (rewired(1, output=["w"]), "output 'w' has the name of another"),
        "O8 no output of the node": (rewired(1, output=[]), "an operator and an output"),
        "O8 no output": (changed(lambda m: m.graph.ClearField("output")), "outputs"),
        "O8 output made nowhere": (
            changed(lambda m: setattr(m.graph.output[0], "name", "no")),
            "no node computes the output 'no'",
        ),
        "O8 two outputs": (
            changed(lambda m: m.graph.output.append(helper.make_empty_tensor_value_info("r"))),
            " one output; it has y, r: say which",
        ),
        "O8 no input": (changed(lambda m: m.graph.ClearField("input")), "'x' is missing"),
        "O8 two inputs": (with_input("v", [1]), "one input.*'x', 'v'"),
        "O8 free size": (
            changed(
                lambda m: m.graph.input[0].type.tensor_type.shape.dim[2].ClearField("dim_value")
            ),
            "images of one size",
        ),
        "O8 input of integers": (
            changed(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 7)),
            "input.* floats.* 7",
        ),
        "O8 input of negative size": (
            changed(
                lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[2], "dim_value", -2)
            ),
            "sizes.*got -2",
        ),
        "O8 output without input": (
            changed(lambda m: setattr(m.graph.output[0], "name", "w")),
            "output 'w' does not depend on the images",
        ),
        "O8 a weight left out": (rewired(0, input=["x"]), "input 1 .*constant.* left out"),
        "O8 an empty weight": (rewired(0, input=["x", ""]), "input 1 .*constant.* left out"),
        "O8 weight from the images": (
            rewired(3, input=["f", "f"]),
            "input 1 must be constant; it is computed from the images",
        ),
        "O9 two free sizes": (
            ends_with("Reshape", ["y", "k"], {"k": np.array([-1, -1])}),
            r"shape.*got \[-1, -1\]",
        ),
        "O9 images mixed": (
            ends_with("Reshape", ["y", "k"], {"k": np.array([-1, 1])}),
            "images apart",
        ),
        "O9 a shape of floats": (
            ends_with("Reshape", ["y", "k"], {"k": np.ones(2, np.float32)}),
            "list of integers.*float32",
        ),
        "O9 fill 2**40": (
            changed(
                lambda m: (
                    m.graph.node.append(helper.make_node("ConstantOfShape", ["k"], ["q"])),
                    m.graph.node.append(helper.make_node("Add", ["y", "q"], ["z"])),
                    m.graph.initializer.append(numpy_helper.from_array(2**40 * one, "k")),
                    setattr(m.graph.output[0], "name", "z"),
                )
            ),
            "filled with 268,435,456 numbers.*1099511627776",
        ),
        "O9 doubled 60 times": (doubling(), "constants may make"),
        "O9 a value added to itself": (ends_with("Sum", ["y", "y", "y"]), "adds a value to itself"),
        "O9 paths 9 deep": (deep(9), "nested (at most|more than)"),
        "O9 paths 4,000 deep": (deep(4_000), "nested (at most|more than)"),
        "O9 30,002 nodes": (deep(15_001), "has 30,006 nodes; at most 10,000 are read"),
        "O9 pad by 2**30": (
            ends_with("Pad", ["y", "k"], {"k": np.array([0, 2**30, 0, 0])}),
            "zeros.*1073741824",
        ),
        "O10 parent": (external(("location", "../secret")), "plain file name.*got"),
        "O10 absolute": (external(("location", "/etc/passwd")), "plain file name.*got"),
        "O10 drive": (external(("location", "C:secret")), "plain file name.*got"),
        "O10 backslash": (external(("location", "..\\secret")), "plain file name.*got"),
        "O10 the folder": (external(("location", "..")), "plain file name.*got"),
        "O10 NUL": (external(("location", "a\0b")), "plain file name.*got"),
        "O10 no location": (external(), "plain file name.*got"),
        "O10 subfolder": (external(("location", "sub/secret")), "plain file name.*got"),
        "O10 missing": (external(("location", "nothing")), "No such file"),
        "O10 link": (external(("location", "link")), "is a link"),
        "O10 hard link": (external(("location", "hard")), "plain file"),
        "O10 pipe": (external(("location", "pipe")), "plain file"),
        "O10 a folder": (external(("location", "sub")), "be read|plain file"),
        "O10 short": (
            external(("location", "short")),
            "288 .*'short'.* 10",
        ),
        "O10 negative offset": (
            external(("location", "short"), ("offset", "-1")),
            "offset of its external data must be a number",
        ),
        "O10 offset 2**50": (
            external(("location", "short"), ("offset", str(2**50))),
            "bytes 1125899906842624",
        ),
        "O10 length 2**50": (
            external(("location", "short"), ("length", str(2**50))),
            "288 bytes.*1125899906842624",
        ),
        "O10 unknown key": (
            external(("location", "short"), ("__class__", "x")),
            "must have keys of",
        ),
        "O10 a key twice": (
            external(("location", "short"), ("location", "link")),
            "must have keys of",
        ),
        "O10 in an attribute": (
            ends_with("Constant", [], value=external(("location", "short")).graph.initializer[0]),
            "for initializers",
        ),
        "O11 nested If": (nested(), r"operators: If \(1\)"),
        "O11 Loop": (
            ends_with("Loop", ["", "", "y"]),
            r"operators: Loop \(1\)",
        ),
        "O12 initializer twice": (
            changed(lambda m: m.graph.initializer.append(m.graph.initializer[0])),
            "initializers.*got 'w' twice",
        ),
        "O12 input of another shape": (with_input("b", [5]), r"FLOAT \(5,\)"),
        "O12 input of another type": (
            with_input("b", [4], TensorProto.INT64),
            r"INT64 \(4,\)",
        ),
        "O12 input twice": (with_input("x", ["N", 2, 6, 5]), "inputs.*got 'x' twice"),
        "O12 sparse": (
            changed(lambda m: m.graph.sparse_initializer.add()),
            "sparse initializers",
        ),
    }
