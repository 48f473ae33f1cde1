"""What a page asks first: which questions there are, and which networks are open."""

from badak import __version__
from badak.inspect.explore import QUESTIONS, Answer
from badak.web.networks import about
from badak.web.session import Session


def session(session: Session) -> Answer:
    """Describe the session: the questions that are answered, and the network shown at first."""
    from badak.web.answers import ANSWERS

    return Answer(
        {
            "version": __version__,
            "questions": [*QUESTIONS, *ANSWERS],
            "runs_dir": str(session.runs_dir),
            **about(session.network()),
        }
    )


def network(session: Session, *, network: str = "") -> Answer:
    """Open a network, if it is not open yet, and say where it comes from."""
    return Answer(about(session.network(network)))


def opened(session: Session) -> Answer:
    """List the networks that are open, the one used last at the end."""
    return Answer({"networks": [about(network) for network in session.open_networks]})


def close(session: Session, *, network: str) -> Answer:
    """Forget an open network."""
    session.close(network)
    return Answer({})
