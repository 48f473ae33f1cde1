"""Networks: layers in a row, their state, passes, plans, files and summaries."""

from badak.network.loading import load
from badak.network.network import Network
from badak.network.results import Evaluation, LabelledImages, StepResult
from badak.network.state_dict import Loaded

__all__ = ["Evaluation", "LabelledImages", "Loaded", "Network", "StepResult", "load"]
