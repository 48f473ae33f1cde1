// A run's moments: what came with the timeline, or is asked for when it is looked at.

/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../engine.js").TimelineFacts} TimelineFacts */

/** What is large of one moment. @typedef {Record<string, Tensor>} Large  confusion, filters.NAME, maps.NAME */

const KEPT_MOMENTS = 24;

export class Moments {
  /** @param {import("../../shell.js").Page} page @param {TimelineFacts} facts @param {Record<string, Tensor>} arrays */
  constructor(page, facts, arrays) {
    this.page = page;
    this.facts = facts;
    this.arrays = arrays;
    this.steps = Array.from(arrays.steps.data);
    /** @type {Map<number, Large>} */
    this.kept = new Map();
  }

  get count() {
    return this.steps.length;
  }

  /** The number of the last moment at or before a step. @param {number} step */
  of(step) {
    const after = this.steps.findIndex((each) => each > step);
    return after < 0 ? this.count - 1 : Math.max(after - 1, 0);
  }

  /** What is small and known for every moment: loss, accuracy, "dead.NAME", "ratios.NAME".
   * @param {string} name @returns {ArrayLike<number> | null} */
  series(name) {
    return this.arrays[name]?.data ?? null;
  }

  /** What is large of a moment, if it is here. @param {number} t @returns {Large | null} */
  here(t) {
    if (!this.facts.whole) return this.kept.get(t) ?? null;
    /** @type {Large} */
    const large = {};
    for (const [name, { data, shape }] of Object.entries(this.arrays)) {
      if (name !== "confusion" && !/^(filters|maps)\./.test(name)) continue;
      const size = data.length / shape[0];
      large[name] = { shape: shape.slice(1), data: data.subarray(t * size, (t + 1) * size) };
    }
    return large;
  }

  /** What is large of a moment, asked for if it is not here. @param {number} t @returns {Promise<Large>} */
  async at(t) {
    const known = this.here(t);
    if (known) return known;
    const { arrays } = await this.page.engine.ask("moment", { network: this.page.network, t });
    this.kept.set(t, arrays);
    if (this.kept.size > KEPT_MOMENTS) this.kept.delete(this.kept.keys().next().value ?? -1);
    return arrays;
  }
}
