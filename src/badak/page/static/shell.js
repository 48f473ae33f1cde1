// The frame around the views: header, tabs, language, and what the views share.

import { fill, h, button } from "./parts/dom.js";
import { copied } from "./parts/copied.js";
import { editsOf, editsText, editsThatFit } from "./edits.js";
import { linkOf, readLink, writeLink } from "./link.js";
import { count, languageNow, speak, t } from "./words.js";

// Browsers refuse to write the address many times a second: after some at once, one a pause.
const LINKS_AT_ONCE = 20, LINK_PAUSE = 350; // milliseconds

/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./engine.js").About} About */
/** @typedef {import("./engine.js").Edit} Edit */
/** @typedef {import("./engine.js").Questions} Questions */
/** @typedef {import("./engine.js").Tensor} Tensor */

/** The image looked at, as the network takes it, and where it comes from: "ink" (drawn or opened),
 * "test:17" or "train:3".
 * @typedef {{ input: Float32Array | null, source: string }} Subject */

/** How to make the network and its images in Python, line by line; `images` makes train and test.
 * @typedef {{ network: string[], images: string[] | null }} Code */

/** @typedef {object} View
 * @property {string} name  in the link, and in the words: t(`tabs.${name}`)
 * @property {string[]} needs  the questions without which the view is not shown
 * @property {boolean=} free  whether it can be used without a network
 * @property {(page: Page) => Open} open
 */

/** @typedef {object} Open
 * @property {HTMLElement} element
 * @property {() => void=} update  the state was changed by a link or Back
 * @property {() => void=} close
 */

/** What a view is given. @typedef {object} Page
 * @property {Engine} engine
 * @property {About | null} about  of the network looked at; null only in views that are `free`
 * @property {string} network  its id, as questions take it
 * @property {Code} code
 * @property {Subject} subject
 * @property {(subject: Subject) => void} setSubject
 * @property {Edit[]} edits  of the network's weights, for every view
 * @property {(edits: Edit[]) => void} setEdits
 * @property {(hear: () => void) => void} onSubject  called when the image or the edits change, until the view closes
 * @property {Record<string, string>} state  of this view, as the link holds it
 * @property {(change: Record<string, string>, step?: boolean) => void} setState  merges; "" removes
 * @property {<Q extends keyof Questions>(question: Q, params: Questions[Q]["params"]) =>
 *   Promise<{ facts: Questions[Q]["facts"], arrays: Record<string, Tensor> }>} look
 *   asks about the network, the image and the edits looked at
 * @property {(view: string, state?: Record<string, string>) => void} go  to a view
 * @property {(view: string, state?: Record<string, string>) => string} linkTo
 * @property {(code: () => string) => HTMLElement} python  a button that copies code
 * @property {(words: string) => void} say  a line that stays a few seconds and is read aloud
 */

/** @typedef {object} Start
 * @property {View[]} views
 * @property {Engine} engine
 * @property {string} title
 * @property {() => Promise<{ about: About | null, network: string, code: Code, missing?: string }>} network  the
 *   one to look at; missing: why it is not the one that the link names
 * @property {(page: Page) => (HTMLElement | null)=} chooser  of the network, in the header
 * @property {(page: Page) => Promise<Subject>=} first  the image looked at until another is chosen
 * @property {HTMLElement=} root
 * @property {boolean=} alone  without name and address: in a notebook's cell
 */

/** Build the page and show the view that the link names. @param {Start} start */
export async function startPage({ views, engine, title, network, chooser, first, root = document.body, alone }) {
  /** @type {Set<() => void>} */
  const hearers = new Set();
  /** @type {Open | null} */
  let open = null;
  let shown = "";
  /** @type {HTMLAnchorElement[]} */
  let tabs = [];
  const main = h("main", { id: "main" }), header = h("header", { class: "top" });
  const line = h("p", { class: "said", role: "status" });
  const edited = h("span", { class: "edits" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let writing;
  let links = LINKS_AT_ONCE, asked = 0, turn = 0;

  /** @type {Page} */
  const page = {
    engine, about: null, network: "", code: { network: [], images: null },
    subject: { input: null, source: "" }, edits: [], state: {},
    setSubject(subject) {
      page.subject = subject;
      for (const hear of hearers) hear();
    },
    setEdits(edits) {
      page.edits = edits;
      tellEdits();
      write();
      for (const hear of hearers) hear();
    },
    onSubject: (hear) => void hearers.add(hear),
    setState(change, step = false) {
      page.state = { ...page.state, ...change };
      write(step);
    },
    look(question, params) {
      /** @type {any} */
      const whole = { ...params, network: page.network };
      if (page.subject.input) whole.input = page.subject.input;
      if (page.edits.length) whole.edits = page.edits;
      return engine.ask(question, whole);
    },
    go(view, state = {}) {
      page.state = state;
      show(view, true);
    },
    linkTo: (view, state = {}) => // edits are of this network's weights
      linkOf(view, { network: page.network, edits: state.network ? "" : editsText(page.edits), ...state }),
    python: (code) => copied(t("shell.python"), code, page.say),
    say(words) {
      line.textContent = words;
      clearTimeout(silence);
      silence = setTimeout(() => (line.textContent = ""), 6000);
    },
  };

  const usable = () => views.filter((view) =>
    view.needs.every((need) => engine.can.has(need)) && (page.about || view.free));

  /** @param {boolean} [step] */
  function write(step) {
    clearTimeout(writing);
    if (alone) return;
    const now = performance.now();
    links = Math.min(LINKS_AT_ONCE, links + (now - asked) / LINK_PAUSE);
    asked = now;
    if (!step && links < 1) {
      writing = setTimeout(write, LINK_PAUSE);
      return;
    }
    links -= 1;
    writeLink(shown, { ...page.state, network: page.network, edits: editsText(page.edits) }, step);
  }

  function tellEdits() {
    const { length } = page.edits;
    for (const tab of tabs) tab.href = page.linkTo(tab.dataset.view ?? "");
    fill(edited, length > 0 && [h("span", null, t("shell.edited", { count: count(length) })),
      button(t("shell.unedit"), () => page.setEdits([]), { class: "quiet", id: "unedit" })]);
  }

  /** @param {string} name @param {boolean} [step] */
  function show(name, step = false) {
    open?.close?.();
    hearers.clear();
    const there = usable(), view = there.find((entry) => entry.name === name) ?? there[0];
    shown = view.name;
    write(step);
    dress();
    open = view.open(page);
    fill(main, open.element);
    main.dataset.view = view.name;
    if (!alone) document.title = `${t(`tabs.${view.name}`)} · ${title}`;
  }

  function dress() {
    tabs = usable().map((view) =>
      h("a", { dataset: { view: view.name }, "aria-current": view.name === shown ? "page" : null,
        onclick: (/** @type {MouseEvent} */ event) => {
          if (!alone && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // a tab or window of the browser
          event.preventDefault();
          page.go(view.name);
        } }, t(`tabs.${view.name}`)));
    tellEdits();
    const other = languageNow() === "en" ? "ko" : "en";
    const big = document.documentElement.classList.contains("big");
    fill(header,
      !alone && h("div", { class: "brand" }, h("strong", null, title), chooser?.(page), edited),
      tabs.length > 1 && h("nav", { "aria-label": t("shell.views") }, ...tabs),
      h("div", { class: "ways" },
        button(t("shell.other"), () => {
          speak(other, true);
          show(shown);
        }, { class: "quiet", lang: other, id: "language" }),
        button(t("shell.big"), () => {
          document.documentElement.classList.toggle("big");
          show(shown);
        }, { class: "quiet", "aria-pressed": String(big), id: "big" })));
    header.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone
  }

  /** Look at the network that the link names; false if another was chosen meanwhile. @param {Edit[]} edits */
  async function reload(edits) {
    const mine = ++turn, { missing, ...found } = await network();
    if (mine !== turn) return false;
    Object.assign(page, found);
    page.edits = missing ? [] : editsThatFit(edits, found.about); // they are of the other's weights
    if (missing) page.say(missing);
    const none = { input: null, source: "" };
    page.subject = none;
    // The page is shown before its first image: a data set may take a while.
    if (found.about) first?.(page).then((found) => page.subject === none && page.setSubject(found),
      (fault) => page.subject === none && page.say(fault.message));
    return true;
  }

  fill(root, !alone && h("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => {
    event.preventDefault();
    main.focus();
  } }, t("shell.skip")), header, main, line);
  main.tabIndex = -1;
  let place = readLink(), followed = "";
  do { // the link may be changed while its network is read
    followed = location.hash;
    place = readLink();
    page.state = place.state;
    await reload(editsOf(place.state.edits));
  } while (location.hash !== followed);
  show(place.view);
  if (alone) return page;
  window.addEventListener("popstate", async () => {
    clearTimeout(writing);
    const back = readLink(), same = (back.state.network ?? "") === page.network;
    page.state = back.state;
    const edits = editsOf(back.state.edits);
    if (same) turn++; // what is still loading is not wanted any more
    else if (!(await reload(edits).catch((fault) => page.say(fault.message)))) return;
    else page.state = back.state; // the view before may have added to it
    if (same && editsText(edits) !== editsText(page.edits)) page.setEdits(edits);
    if (same && back.view === shown && open?.update) open.update();
    else show(back.view);
  });
  return page;
}
