// Edits of weights as text in a link: conv1.weight*3-0-2-2*0.5, one parameter after another.

/** @typedef {import("./engine.js").Edit} Edit */

const LONGEST_EDITS = 6000; // characters; browsers and chats cut longer links

/** Edits as letters that an address holds as they are; "" if they are too many for a link.
 * @param {Edit[]} edits */
export function editsText(edits) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { parameter, index, value } of edits) {
    const group = groups.get(parameter) ?? [parameter];
    group.push(index.join("-"), String(value));
    groups.set(parameter, group);
  }
  const text = [...groups.values()].map((group) => group.join("*")).join("**");
  return text.length > LONGEST_EDITS ? "" : text;
}

/** The edits of a link; what cannot be read is left out.
 * @param {string | undefined} text @returns {Edit[]} */
export function editsOf(text) {
  return (text ?? "").split("**").flatMap((group) => {
    const [parameter, ...rest] = group.split("*"), edits = [];
    for (let i = 0; i + 1 < rest.length; i += 2) {
      const index = rest[i].split("-").map(Number), value = Number(rest[i + 1]);
      if (index.every(Number.isInteger) && rest[i + 1] && Number.isFinite(value))
        edits.push({ parameter, index, value });
    }
    return edits;
  });
}

/** The edits whose weights a network has.
 * @param {Edit[]} edits @param {import("./engine.js").About | null} about */
export function editsThatFit(edits, about) {
  const shapes = new Map(about?.layers.flatMap(({ name, parameters }) =>
    Object.entries(parameters).map(([own, shape]) => [`${name}.${own}`, shape])));
  return edits.filter(({ parameter, index }) => {
    const shape = shapes.get(parameter);
    return shape?.length === index.length && index.every((place, axis) => place >= 0 && place < shape[axis]);
  });
}
