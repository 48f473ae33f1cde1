// Where a training stands: its state in words, how far it is, and the buttons that the state allows.

import { button, fill, h } from "../../parts/dom.js";
import { count, t } from "../../words.js";
import { isActive, lastStep } from "./story.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("./story.js").Story} Story */

// Where a run that has ended is looked into, and what the engine must answer for it.
const LOOK_IN = /** @type {const} */ (["draw", "filters", "time", "results"]);
const NEEDED = { draw: "forward", filters: "filters", time: "timeline", results: "results" };
const MORE_EPOCHS = 5; // suggested for a finished run

/** @param {Page} page @param {() => void} resumed  called when a stopped run goes on */
export function standingPart(page, resumed) {
  const title = h("div", { class: "standing" }), progress = h("progress", { max: "1", value: "0" });
  const numbers = h("p", { class: "hint number" }), controls = h("div", { class: "tools" }), trouble = h("div", { role: "alert" });
  const note = h("p", { class: "hint" }), others = h("p", { class: "row others" }), about = h("p", { class: "hint" });
  const epochs = h("input", { type: "number", min: "1", class: "few", "aria-label": t("train.epochsInAll") });
  const element = h("section", { class: "state" }, title, progress, numbers, controls, trouble, note, others, about);
  let shown = "";

  /** @param {Story} story @param {boolean} heard  whether the server has told anything yet
   * @param {string} lost  why it tells nothing more
   */
  function show(story, heard, lost) {
    const { run, state, words, begin, where } = story, nothing = where === "nowhere";
    const known = [run, state, words, begin?.epochs, where, heard, lost].join("\n");
    if (known !== shown) showState(story, heard, lost);
    shown = known;
    for (const part of [progress, numbers, about]) part.hidden = nothing;
    showProgress(story);
    about.textContent = begin ? `${begin.about}; ${t("train.parameters", { count: count(begin.parameters) })}` : "";
  }

  /** @param {Story} story */
  function showProgress(story) {
    const { begin, step, state, rate } = story, end = lastStep(story);
    progress.max = end || 1;
    if (begin || !isActive(state)) progress.value = step;
    else progress.removeAttribute("value"); // nobody knows yet
    const epoch = begin && Math.min(begin.epochs, Math.max(1, Math.ceil(step / begin.batch_count)));
    numbers.textContent = [
      begin && t("train.epochOf", { epoch: Number(epoch), epochs: begin.epochs }),
      end > 0 && t("train.stepOf", { step: count(step), steps: count(end) }),
      rate > 0 && state === "running" && t("train.rate", { rate: count(Math.round(rate)) }),
    ].filter(Boolean).join(" · ");
  }

  /** @param {Story} story @param {boolean} heard @param {string} lost */
  function showState(story, heard, lost) {
    const { run, state, where, begin } = story, nothing = where === "nowhere";
    fill(title, h("h2", null, !nothing ? run : heard ? t("train.nothing") : "…"),
      !nothing && h("span", { class: "chip" }, t(`train.states.${state || "starting"}`)));
    fill(trouble, ...(lost ? [h("p", null, lost)] : troubleIn(story)));
    note.textContent = nothing && heard ? t("train.nothingHint") : state === "elsewhere" ? t("train.told.elsewhere") : "";
    const ended = ["finished", "stopped", "died"].includes(state);
    fill(others, ...LOOK_IN.filter((view) => ended && page.engine.can.has(NEEDED[view])).map((view) =>
      h("a", { href: page.linkTo(view, { network: `run/${run}` }) }, t("train.lookIn", { view: t(`tabs.${view}`) }))));
    epochs.value = String((begin?.epochs ?? 0) + (state === "finished" ? MORE_EPOCHS : 0) || "");
    const held = controls.contains(document.activeElement);
    fill(controls, ...(nothing || lost ? [] : buttonsFor(story)));
    if (held) controls.querySelector("button")?.focus(); // the keyboard's place is not lost
  }

  /** @param {Story} story */
  function buttonsFor({ run, state, where }) {
    const control = (/** @type {"pause" | "resume" | "step" | "stop"} */ act, main = false) =>
      button(t(`train.do.${act}`), () => tried(page.engine.ask("train_control", { do: act })),
        { class: main ? "primary" : "", id: `train-${act}` });
    if (where === "here" && (state === "running" || state === "starting")) return [control("pause", true), control("step"), control("stop")];
    if (where === "here" && state === "paused") return [control("resume", true), control("step"), control("stop")];
    if (isActive(state) || state === "elsewhere") return [];
    const go = () => tried(page.engine.ask("train_resume", { name: run, epochs: Number(epochs.value) || null }).then(resumed));
    const words = t(state === "finished" ? "train.do.longer" : "train.do.goOn");
    return [button(words, go, { class: state === "finished" ? "" : "primary", id: "train-again" }),
      h("label", { class: "choice" }, h("span", null, t("train.epochsInAll")), epochs)];
  }

  /** @param {Promise<any>} answer */
  const tried = (answer) => void answer.catch((fault) => page.say(fault instanceof Error ? fault.message : String(fault)));

  return { element, show };
}

/** What went wrong, and what to do. @param {Story} story */
function troubleIn({ state, words, lines }) {
  if (state !== "died" && state !== "failed") return [];
  return [
    h("p", null, h("strong", null, t(`train.told.${state}`))), h("p", { lang: "en" }, words),
    state === "died" && h("p", null, t("train.afterDeath")),
    lines.length > 0 && h("details", null, h("summary", null, t("train.lines")), h("pre", { lang: "en" }, lines.join("\n"))),
  ];
}
