"""ANSWERS: questions about runs, data sets and training, by name; each is a route.

An answer is a function of a Session and keyword-only arguments; its signature is its schema.
"""

from collections.abc import Callable

from badak.inspect.explore import Answer
from badak.web.answers import compare, editor, results, runs, session, time, training

ANSWERS: dict[str, Callable[..., Answer]] = {
    "session": session.session,
    "network": session.network,
    "opened": session.opened,
    "close": session.close,
    "train_options": training.train_options,
    "train_command": training.train_command,
    "train_start": training.train_start,
    "train_resume": training.train_resume,
    "train_control": training.train_control,
    "train_watch": training.train_watch,
    "train_state": training.train_state,
    "check_layers": editor.check_layers,
    "model_layers": editor.model_layers,
    "examples": editor.examples,
    "timeline": time.timeline,
    "moment": time.moment,
    "runs": runs.runs,
    "results": results.results,
    "cell": results.cell,
    "mistakes": results.mistakes,
    "compare": compare.compare,
    "disagreements": compare.disagreements,
    "speed": compare.speed,
}
