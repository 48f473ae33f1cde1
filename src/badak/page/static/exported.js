// The page that `badak export --to html` writes: one view, and the engine that is in the page.

import { engineHere } from "./engines/here.js";
import { startPage } from "./shell.js";
import { firstLanguage, speak } from "./words.js";
import { drawView } from "./views/draw.js";

speak(firstLanguage());
const exportedEngine = engineHere();

startPage({
  views: [drawView],
  engine: exportedEngine,
  title: document.title,
  async network() {
    const { facts } = await exportedEngine.ask("about", {});
    return { about: facts, network: "", code: { network: ['net = badak.load("model.safetensors")'], images: null } };
  },
});
