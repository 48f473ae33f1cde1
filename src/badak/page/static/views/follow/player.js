// Steps one after another: back, play, on, and a slider over all of them.

import { button, calm, h } from "../../parts/dom.js";
import { t } from "../../words.js";

const PLAYED = 8000; // milliseconds that all steps take, and a step's bounds
const SLOWEST = 700, QUICKEST = 60;

/** @param {(step: number) => void} show
 */
export function playerOf(show) {
  let count = 1, step = 0, timer = 0;
  const slider = h("input", { type: "range", min: 0, step: 1, "aria-label": t("follow.player.step"), oninput: () => go(Number(slider.value)) });
  const said = h("span", { class: "number hint" });
  const play = button("▶", () => (timer ? stop() : start()), { class: "play", "aria-label": t("follow.player.play") });
  const before = button("◀", () => go(step - 1), { "aria-label": t("follow.player.back") });
  const after = button("▶", () => go(step + 1), { "aria-label": t("follow.player.on") });
  before.textContent = "‹";
  after.textContent = "›";

  /** @param {number} next */
  function go(next, playing = false) {
    if (!playing) stop();
    step = Math.max(0, Math.min(count - 1, next));
    write();
    show(step);
  }
  function write() {
    slider.max = String(count - 1);
    slider.value = String(step);
    said.textContent = t("follow.player.of", { step: step + 1, count });
    before.disabled = step === 0;
    after.disabled = step === count - 1;
  }
  function start() {
    if (calm()) return go(count - 1); // the buttons and the slider show what lies between
    const pause = Math.min(SLOWEST, Math.max(QUICKEST, PLAYED / count));
    go(step === count - 1 ? 0 : step + 1, true);
    timer = window.setInterval(() => {
      go(step + 1, true);
      if (step === count - 1) stop();
    }, pause);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", t("follow.player.pause"));
  }
  function stop() {
    window.clearInterval(timer);
    timer = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", t("follow.player.play"));
  }
  const element = h("div", { class: "player", role: "group", "aria-label": t("follow.player.group") }, before, play, after, slider, said);
  return {
    element, go, close: stop,
    /** So many steps from now on, this one first. @param {number} steps @param {number} first */
    set(steps, first) {
      stop();
      count = steps;
      step = first;
      write();
    },
    get step() {
      return step;
    },
  };
}
