"use strict";
// The page: what is drawn goes through the network, and every layer's output is shown.

const SLOW = 80; // milliseconds; a network that takes longer runs at the end of a stroke
const MANY = 24; // layers; of more than these, the later ones begin closed
const at = (id) => document.getElementById(id);
const network = readNetwork();
const [channels, height, width] = network.shapes[0];
const photo = network.prepare === "picture";
const page = document.body.classList;
let values = null, took = 0, waiting = false;

function inputOf(pixels) {
  if (!photo) return digitInput(pixels, BOXES[network.prepare]);
  return pictureInput(pixels, network.shapes[0], at("invert").checked, network.crop);
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
    const nothing = photo && !pad.drawable ? "No image yet" : "Nothing drawn yet";
    show(null, pixels ? "Nothing stands out from the paper" : nothing);
    return;
  }
  const start = performance.now();
  const outputs = forward(network, input);
  took = performance.now() - start;
  show(outputs);
}

function show(outputs, words) {
  values = outputs;
  page.toggle("empty", !outputs);
  at("part").textContent = pad.source === "drawing" ? "" : photo
    ? "The part of the image that the network sees."
    : "The whole image; the network sees the digit that is on it.";
  if (!outputs) {
    at("verdict").textContent = words;
    return;
  }
  const chances = softmax(outputs[network.output]), best = chances.indexOf(Math.max(...chances));
  at("verdict").textContent = `${network.classes[best]}, ${percent(chances[best])}`;
  const order = chances.map((_, k) => k);
  if (order.length > 20) order.sort((a, b) => chances[b] - chances[a]).splice(10);
  [...at("bars").children].forEach((row, place) => {
    const k = order[place];
    row.classList.toggle("best", k === best);
    row.querySelector(".name").textContent = row.title = network.classes[k];
    row.querySelector(".fill").style.width = `${100 * chances[k]}%`;
    row.querySelector(".share").textContent = percent(chances[k]);
  });
  drawInput(at("seen"), outputs[0], network.shapes[0]);
  network.stages.forEach(showStage);
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;

function showStage(stage) {
  const details = at(`stage-${stage.name}`), canvas = details.querySelector("canvas");
  if (!details.open || !values) return;
  const { count, few } = mapsOf(stage.shape), shown = details.dataset.all ? count : few;
  const room = at("stages").clientWidth;
  const largest = drawMaps(canvas, values[stage.value], stage.shape, room, shown);
  const part = shown < count ? `, the first ${shown} shown` : "";
  const words = `${stage.shape.join(" × ")}, strongest ${Number(largest.toPrecision(3))}${part}`;
  details.querySelector("span").textContent = `${stage.kind}, ${words}`;
  canvas.setAttribute("aria-label", `Output of ${stage.name}: ${words}`);
  details.querySelector("button").hidden = shown === count;
}

function build() {
  const shape = `${height} × ${width} pixels, ${channels === 1 ? "grey" : `${channels} channels`}`;
  const count = network.parameters.toLocaleString("en");
  at("about").textContent =
    `${network.classes.length} classes; images of ${shape}; ${count} parameters. ` +
    "The network runs in this page: no image leaves it.";
  at("prepared").textContent = {
    digit: "The ink alone, scaled into 20 × 20 and centred by its mass, as MNIST's digits were.",
    filling: "The ink alone, scaled to fill 28 × 28, as the training digits do.",
    picture: `Scaled to cover ${height} × ${width} and cropped to its middle.`,
  }[network.prepare];
  page.toggle("photo", photo);
  page.add("empty");
  at("colour-label").hidden = channels === 1;
  at("invert-label").hidden = channels !== 1 || !photo;
  at("bars").classList.toggle("named", network.classes.some((name) => name.length > 2));
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
    const all = document.createElement("button");
    all.type = "button";
    all.textContent = `Show all ${mapsOf(stage.shape).count.toLocaleString("en")}`;
    all.addEventListener("click", () => {
      details.dataset.all = "yes";
      showStage(stage);
    });
    details.append(summary, canvas, all);
    details.addEventListener("toggle", () => showStage(stage));
    at("stages").append(details);
  });
}

function span(name) {
  const element = document.createElement(name === "track" || name === "fill" ? "div" : "span");
  element.className = name;
  return element;
}

function drawing(on) {
  // Whether a page for photos is drawn on; one for digits always is.
  pad.drawable = on || !photo;
  page.toggle("drawing", on);
}

async function take(file) {
  if (!file) return;
  const fault = await pad.open(file);
  if (fault) at("verdict").textContent = fault;
  else drawing(false);
}

build();
const look = { size: [height, width], whole: !photo, drawable: !photo };
const pad = makePad(at("pad"), at("frame"), at("pen"), look, changed);
pad.clear();
at("clear").addEventListener("click", pad.clear);
for (const id of ["open", "start"]) at(id).addEventListener("click", () => at("file").click());
at("draw").addEventListener("click", () => {
  drawing(true);
  pad.clear();
  at("pad").focus();
});
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
  const all = [...at("stages").children], close = all.some((stage) => stage.open);
  for (const stage of all) stage.open = !close;
  at("fold").textContent = close ? "Open all" : "Close all";
});
const redraw = () => network.stages.forEach(showStage);
window.addEventListener("resize", () => requestAnimationFrame(redraw));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
