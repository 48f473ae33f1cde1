"""ParallelProgress: a bar that also says what several workers may expect, and what they reached."""

from typing import Any

from badak.training import Progress, StepRecord

FIRST = 10  # steps after which the speed-up can be predicted


class ParallelProgress(Progress):
    """Shows what `Progress` does, the expected speed-up after some steps, and the reached one."""

    def on_train_start(self, trainer: Any) -> None:
        """Expect nothing yet."""
        super().on_train_start(trainer)
        self._told = False

    def on_step(self, trainer: Any, record: StepRecord) -> None:
        """Move the bar; say what to expect, once, when a few steps were timed."""
        super().on_step(trainer, record)
        if self._told or len(trainer.seconds) < FIRST:
            return
        speedup = trainer.speedup
        if speedup is not None:
            self._told = True
            self.say(trainer, str(speedup))

    def on_regroup(self, trainer: Any, step: int, before: int, now: int) -> None:
        """Say that workers were lost, or taken in; both may happen at once."""
        self._told = False
        what = "a worker was lost" if now < before else "a worker joined"
        self.say(trainer, f"after step {step}: {what}; workers now: {now}")

    def on_train_end(self, trainer: Any) -> None:
        """Say what was reached."""
        speedup = trainer.speedup if self._told else None
        if speedup is not None:
            seconds, waited = map(sum, zip(*trainer.seconds[1:], strict=True))
            self.say(trainer, speedup.reached(seconds, waited))
        super().on_train_end(trainer)
