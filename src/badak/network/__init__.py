"""Networks: layers in a row, their state, passes, plans, files and summaries."""

from badak.network.network import Evaluation, LabelledImages, Network, StepResult, load

__all__ = ["Evaluation", "LabelledImages", "Network", "StepResult", "load"]
