"""Networks: layers in a row, their state, passes, plans, files and summaries."""

from badak.network.network import Network, load
from badak.network.results import Evaluation, LabelledImages, StepResult

__all__ = ["Evaluation", "LabelledImages", "Network", "StepResult", "load"]
