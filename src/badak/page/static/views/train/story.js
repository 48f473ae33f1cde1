// A training as its packets tell it: what happened so far, and what the last look showed.

/** @typedef {import("../../engine.js").LiveFacts} LiveFacts */
/** @typedef {import("../../engine.js").LiveBegin} LiveBegin */
/** @typedef {import("../../engine.js").LiveLook} LiveLook */
/** @typedef {import("../../engine.js").TrainState} TrainState */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../parts/strip.js").Histogram} Histogram */

/** @typedef {object} Story
 * @property {string} run
 * @property {string} path  of its directory, absolute
 * @property {"here" | "elsewhere" | "nowhere"} where
 * @property {TrainState} state
 * @property {string} words  of the state, for the reader
 * @property {string[]} lines  the last that the process printed
 * @property {string} command
 * @property {"steps" | "epochs"} detail
 * @property {LiveBegin | null} begin
 * @property {number} step
 * @property {number} epoch  that is being trained, from 1
 * @property {number} rate  images per second; 0 if not known
 * @property {{ step: number[], epoch: number[], loss: number[], accuracy: number[], lr: number[] }} steps
 * @property {Record<string, number[]>} epochs  step, train_loss, validation_accuracy ...
 * @property {{ facts: LiveLook, arrays: Record<string, Tensor> } | null} look
 * @property {Record<string, Histogram[]>} histograms  "activations.conv1" -> one per look
 * @property {Record<string, { step: number[], ratio: number[] }>} ratios  of the updates, by parameter
 */

const STEP_NAMES = /** @type {const} */ (["step", "epoch", "loss", "accuracy", "lr"]);
const EPOCH_NAMES = ["epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"];
const STORY_LOOKS = 240; // kept of a distribution; then every second goes
const HISTOGRAM = /^(activations|gradients|weights)\./;

/** @returns {Story} */
export function emptyStory() {
  return {
    run: "", path: "", where: "nowhere", state: "", words: "", lines: [], command: "", detail: "steps", begin: null,
    step: 0, epoch: 0, rate: 0, steps: { step: [], epoch: [], loss: [], accuracy: [], lr: [] },
    epochs: Object.fromEntries(EPOCH_NAMES.map((name) => [name, []])),
    look: null, histograms: {}, ratios: {},
  };
}

/** Add what a packet tells; the story it belongs to comes back.
 * @param {Story} story @param {{ facts: LiveFacts, arrays: Record<string, Tensor> }} packet
 * @returns {Story}
 */
export function toldBy(story, { facts, arrays }) {
  if (facts.kind === "story") {
    const { kind, ...rest } = facts;
    // A page that lost the server for a moment keeps what it alone has seen: the looks.
    const same = facts.run === story.run && story.look;
    const kept = same ? { look: story.look, histograms: story.histograms, ratios: story.ratios } : {};
    story = { ...emptyStory(), ...rest, ...kept };
    addHistory(story, arrays);
    story.step = Math.max(story.step ?? 0, rest.begin?.step ?? 0);
    if (rest.begin) forgetAfter(story, story.step);
  } else if (facts.kind === "begin") {
    const { steps, epochs } = emptyStory();
    Object.assign(story, { begin: facts, steps, epochs });
    addHistory(story, arrays);
    story.step = facts.step;
    forgetAfter(story, facts.step);
  } else if (facts.kind === "steps") {
    addSteps(story, arrays);
    [story.step, story.epoch, story.rate] = [facts.step, facts.epoch, facts.rate ?? 0];
  } else if (facts.kind === "epoch") {
    const { kind, ...numbers } = facts;
    for (const [name, value] of Object.entries(numbers)) story.epochs[name].push(value ?? NaN);
  } else if (facts.kind === "state") {
    [story.state, story.words, story.lines] = [facts.state, facts.words, facts.lines];
    story.step = Math.max(story.step, facts.step);
  } else if (facts.kind === "look") {
    addLook(story, facts, arrays);
  }
  return story;
}

/** @param {Story} story @param {Record<string, Tensor>} arrays */
function addHistory(story, arrays) {
  for (const name of EPOCH_NAMES) story.epochs[name].push(...(arrays[`epochs.${name}`]?.data ?? []));
  addSteps(story, arrays);
}

/** Forget looks at steps that were lost: a run goes on from its checkpoint. @param {Story} story @param {number} step */
function forgetAfter(story, step) {
  if (story.look && story.look.facts.step > step) story.look = null;
  for (const [name, looks] of Object.entries(story.histograms))
    story.histograms[name] = looks.filter((one) => one.step <= step);
  for (const line of Object.values(story.ratios)) {
    const kept = line.step.filter((one) => one <= step).length; // they are in order
    line.step.length = line.ratio.length = kept;
  }
}

/** Keep a history from growing for ever: the first and last stay. @template T @param {T[]} history */
function thinned(history) {
  if (history.length <= STORY_LOOKS) return history;
  return history.filter((_, place) => place % 2 === 0 || place === history.length - 1);
}

/** @param {Story} story @param {Record<string, Tensor>} arrays */
function addSteps(story, arrays) {
  const known = story.steps.step, first = known.length ? known[known.length - 1] : -1;
  const steps = arrays.step?.data ?? [];
  for (let at = 0; at < steps.length; at++) {
    if (steps[at] <= first) continue; // told before
    for (const name of STEP_NAMES) story.steps[name].push(arrays[name].data[at]);
  }
  if (known.length) {
    story.step = known[known.length - 1];
    story.epoch = story.steps.epoch[known.length - 1];
  }
}

/** @param {Story} story @param {LiveLook} facts @param {Record<string, Tensor>} arrays */
function addLook(story, facts, arrays) {
  const before = story.look?.facts.step ?? -1;
  story.look = { facts, arrays };
  if (facts.step <= before) return; // the same step, seen for another image
  /** @type {Record<string, number>} */
  const reaches = {};
  for (const layer of facts.layers) {
    reaches[`activations.${layer.name}`] = layer.activations;
    reaches[`gradients.${layer.name}`] = layer.gradients;
  }
  for (const { name, weights, ratio } of facts.parameters) {
    reaches[`weights.${name}`] = weights;
    const line = (story.ratios[name] ??= { step: [], ratio: [] });
    if (ratio === null) continue;
    line.step.push(facts.step);
    line.ratio.push(ratio);
  }
  for (const [name, { data }] of Object.entries(arrays)) {
    if (!HISTOGRAM.test(name) || !reaches[name]) continue;
    const history = (story.histograms[name] ??= []);
    history.push({ step: facts.step, reach: reaches[name], counts: data });
    story.histograms[name] = thinned(history);
  }
}

/** @param {TrainState} state */
export const isActive = (state) => ["starting", "running", "paused", "stopping", "finishing"].includes(state);

/** Steps in all. @param {Story} story */
export function lastStep({ begin, step }) {
  return Math.max(begin ? begin.epochs * begin.batch_count : 0, step);
}
