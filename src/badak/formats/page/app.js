"use strict";
// The page: what is drawn goes through the network, and every layer's output is shown.

const SLOW = 80; // milliseconds; a network that takes longer runs at the end of a stroke
const MANY = 24; // layers; of more than these, the later ones begin closed
const at = (id) => document.getElementById(id);
const network = readNetwork();
const [channels, height, width] = network.shapes[0];
let values = null, took = 0, waiting = false;

function inputOf(pixels) {
  if (network.prepare === "digit") return digitInput(pixels);
  return pictureInput(pixels, network.shapes[0], at("invert").checked);
}

function changed(done) {
  if ((!done && took > SLOW) || waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    run();
  });
}

function run() {
  const pixels = pad.pixels(), input = pixels && inputOf(pixels);
  if (!input) {
    show(null, pixels ? "Nothing stands out from the paper" : "Nothing drawn yet");
    return;
  }
  const start = performance.now();
  const found = forward(network, input);
  took = performance.now() - start;
  show(found);
}

function show(found, words) {
  values = found;
  const chances = found ? softmax(found[network.output]) : network.classes.map(() => 0);
  const best = chances.indexOf(Math.max(...chances));
  at("verdict").textContent = found ? `${network.classes[best]}, ${percent(chances[best])}` : words;
  const order = chances.map((_, k) => k);
  if (order.length > 20) order.sort((a, b) => chances[b] - chances[a]).splice(10);
  [...at("bars").children].forEach((row, place) => {
    const k = order[place];
    row.classList.toggle("best", Boolean(found) && k === best);
    row.querySelector(".name").textContent = row.title = network.classes[k];
    row.querySelector(".fill").style.width = `${100 * chances[k]}%`;
    row.querySelector(".share").textContent = found ? percent(chances[k]) : "";
  });
  const blank = new Float32Array(channels * height * width);
  drawInput(at("seen"), found ? found[0] : blank, network.shapes[0]);
  network.stages.forEach(showStage);
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;

function showStage(stage) {
  const details = at(`stage-${stage.name}`), canvas = details.querySelector("canvas");
  const size = stage.shape.join(" × ");
  if (!details.open) return;
  const data = values ? values[stage.value] : new Float32Array(stage.shape.reduce((a, b) => a * b, 1));
  const largest = drawMaps(canvas, data, stage.shape, at("stages").clientWidth);
  const scale = values ? `, strongest ${Number(largest.toPrecision(3))}` : "";
  details.querySelector("span").textContent = `${stage.kind}, ${size}${scale}`;
  canvas.setAttribute("aria-label", `Output of ${stage.name}: ${size}${scale}`);
}

function build() {
  const shape = `${height} × ${width} pixels, ${channels === 1 ? "grey" : `${channels} channels`}`;
  const count = network.parameters.toLocaleString("en");
  at("about").textContent =
    `${network.classes.length} classes; images of ${shape}; ${count} parameters. ` +
    "The network runs in this page: nothing you draw leaves it.";
  at("prepared").textContent =
    network.prepare === "digit"
      ? "The ink alone, scaled into 20 × 20 and centred by its mass, as MNIST's digits were."
      : `Scaled to cover ${height} × ${width}, its middle kept.`;
  at("colour-label").hidden = channels === 1;
  at("invert-label").hidden = channels !== 1 || network.prepare === "digit";
  at("bars").classList.toggle("named", network.classes.some((one) => one.length > 2));
  for (let k = 0; k < Math.min(network.classes.length, network.classes.length > 20 ? 10 : 20); k++) {
    const row = document.createElement("li");
    for (const part of ["name", "track", "share"]) row.append(span(part));
    row.querySelector(".track").append(span("fill"));
    at("bars").append(row);
  }
  network.stages.forEach((stage, place) => {
    const details = document.createElement("details"), summary = document.createElement("summary");
    const name = document.createElement("b"), canvas = document.createElement("canvas");
    details.id = `stage-${stage.name}`;
    details.open = network.stages.length <= MANY || place < MANY / 2;
    name.textContent = stage.name;
    canvas.setAttribute("role", "img");
    const words = span("");
    words.textContent = `${stage.kind}, ${stage.shape.join(" × ")}`;
    summary.append(name, words);
    details.append(summary, canvas);
    details.addEventListener("toggle", () => showStage(stage));
    at("stages").append(details);
  });
}

function span(name) {
  const element = document.createElement(name === "track" || name === "fill" ? "div" : "span");
  element.className = name;
  return element;
}

async function take(file) {
  const fault = file && (await pad.open(file));
  if (fault) at("verdict").textContent = fault;
}

build();
const pad = makePad(at("pad"), at("frame"), at("pen"), [height, width], changed);
pad.clear();
at("clear").addEventListener("click", pad.clear);
at("open").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", () => take(at("file").files[0]));
at("invert").addEventListener("change", () => changed(true));
at("colour").addEventListener("input", () => (pad.colour = at("colour").value));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  at("frame").classList.remove("over");
  take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => take(event.clipboardData.files[0]));
at("fold").addEventListener("click", () => {
  const all = [...at("stages").children], close = all.some((one) => one.open);
  for (const one of all) one.open = !close;
  at("fold").textContent = close ? "Open all" : "Close all";
});
const redraw = () => network.stages.forEach(showStage);
window.addEventListener("resize", () => requestAnimationFrame(redraw));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
