// The widget of a notebook's cell: a frame with the page, so that neither's style touches the other,
// and the way of questions from there to Python and back. anywidget calls `renderWidget`.

/** What anywidget gives. @typedef {object} WidgetModel
 * @property {(name: string) => any} get
 * @property {(content: object) => void} send
 * @property {(event: string, hear: (content: any, buffers: DataView[]) => void) => void} on
 * @property {(event: string, hear: (content: any, buffers: DataView[]) => void) => void} off
 */

/** @param {{ model: WidgetModel, el: HTMLElement }} cell */
export function renderWidget({ model, el }) {
  const view = Math.random().toString(36); // the same widget may be shown twice
  const frame = document.createElement("iframe");
  /** @type {MessagePort | null} */
  let port = null;
  frame.title = model.get("title");
  frame.allow = "clipboard-write; camera";
  Object.assign(frame.style, { width: "100%", height: "24rem", border: "0", display: "block" });
  frame.addEventListener("load", () => {
    const channel = new MessageChannel(); // a frame that is moved loads again
    port = channel.port1;
    port.onmessage = ({ data: { height, ...question } }) => {
      if (height) frame.style.height = `${height}px`;
      else model.send({ view, ...question });
    };
    const badak = { questions: model.get("questions"), code: model.get("code"), dark: isDark(el) };
    frame.contentWindow?.postMessage({ badak }, "*", [channel.port2]);
  });
  /** @param {{ view: string, id: number, error?: string }} content @param {DataView[]} buffers */
  function hear(content, buffers) {
    if (content.view !== view) return;
    const [bytes] = buffers ?? [];
    const packet = bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice().buffer;
    port?.postMessage({ id: content.id, error: content.error, packet });
  }
  model.on("msg:custom", hear);
  frame.srcdoc = model.get("page");
  el.append(frame);
  return () => model.off("msg:custom", hear);
}

/** Whether the notebook's theme is dark, by its text. @param {HTMLElement} el */
function isDark(el) {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(el).color.match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue > 384;
}
