// What is chosen for a training: kept in the link, and as the options of `badak train`.

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").TrainOptions} TrainOptions */
/** @typedef {import("../../engine.js").TrainChoices} TrainChoices */
/** @typedef {ReturnType<typeof trainForm>} TrainForm */

export const TYPED_MODEL = "layers"; // chosen instead of a model
export const FIRST_MODEL = "simple";
export const NUMBER_FIELDS = ["lr", "epochs", "batch_size", "weight_decay", "seed", "limit_train", "snapshots"];
export const MORE_NUMBERS = ["label_smoothing", "ema", "early_stopping"]; // seldom chosen
export const MORE_TICKS = { class_weight: "balanced", balance: "1" }; // and what stands for "on" in the link
const ALL_NUMBERS = [...NUMBER_FIELDS, ...MORE_NUMBERS];
const TEXT_CHOICES = ["optimizer", "schedule", "augment", "name", "class_weight"];

/** @param {Page} page @param {TrainOptions} options */
export function trainForm(page, options) {
  /** @type {(() => void)[]} */
  const hearers = [];
  const get = (/** @type {string} */ name) => page.state[name] ?? "";
  const isTyped = () => get("model") === TYPED_MODEL;
  const dataset = () => options.datasets.find(({ name }) => name === get("dataset")) ?? options.datasets[0];
  const layers = () => get("layers") || options.layers;
  const numberIn = (/** @type {string} */ name) => Number(get(name).replace(",", "."));

  /** How the model trains unless something else is chosen. */
  const recipe = () => options.models.find(({ name }) => name === (get("model") || FIRST_MODEL)) ??
    { name: TYPED_MODEL, optimizer: "adam", lr: null, weight_decay: null, schedule: null, epochs: 20, augment: false,
      label_smoothing: null, ema: null };

  /** The augmentation of the recipe: names, or "none". */
  function ownAugment() {
    const { augment } = recipe();
    if (typeof augment === "string") return augment;
    return augment ? dataset().augment : "none";
  }

  /** @returns {TrainChoices} */
  function choices() {
    const { name: data, image_size } = dataset();
    /** @type {Record<string, any>} */
    const chosen = { dataset: data };
    if (image_size) chosen.image_size = image_size; // the one that is shown, not the option's default
    for (const name of TEXT_CHOICES) if (get(name)) chosen[name] = get(name);
    if (isTyped()) chosen.layers = layers();
    else if (get("model")) chosen.model = get("model");
    for (const name of ALL_NUMBERS) if (get(name)) chosen[name] = numberIn(name);
    if (get("balance")) chosen.balance = true;
    return chosen;
  }

  return {
    options, get, isTyped, dataset, layers, recipe, ownAugment, choices,
    /** The first field whose number cannot be read. */
    unclear: () => ALL_NUMBERS.find((name) => Number.isNaN(numberIn(name))),
    /** @param {Record<string, string>} change */
    set(change) {
      page.setState(change);
      for (const hear of hearers) hear();
    },
    onChange: (/** @type {() => void} */ hear) => void hearers.push(hear),
  };
}
