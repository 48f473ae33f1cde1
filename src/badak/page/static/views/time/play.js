// The moments one after another, until the last or until the reader stops them.

import { button, calm } from "../../parts/dom.js";
import { t } from "../../words.js";

const PLAY_PACE = 160, PLAY_CALM_PACE = 1500; // milliseconds a moment; slow for who asked for little movement

/** @param {() => boolean} next goes on to the next moment; false at the last */
export function playButton(next) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const element = button("", () => toggle(), { id: "play", class: "primary" });

  function stop() {
    clearInterval(timer);
    timer = undefined;
    say();
  }

  function toggle() {
    if (timer !== undefined) {
      stop();
      return;
    }
    next();
    timer = setInterval(() => {
      if (!document.hidden && !next()) stop();
    }, calm() ? PLAY_CALM_PACE : PLAY_PACE);
    say();
  }

  function say() {
    element.textContent = t(timer === undefined ? "time.play" : "time.pause");
  }

  say();
  return { element, stop, toggle };
}
