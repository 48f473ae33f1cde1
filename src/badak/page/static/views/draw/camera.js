// Draw: a picture from the camera.

import { button, fill, h } from "../../parts/dom.js";
import { t } from "../../words.js";

/** @param {import("../../shell.js").Page} page @param {(picture: Blob) => void} taken */
export function cameraPart(page, taken) {
  if (!navigator.mediaDevices) return { element: null, close() {} };
  /** @type {MediaStream | null} */
  let stream = null;
  let asked = 0;
  const video = h("video", { autoplay: true, playsinline: true, muted: true, class: "camera", "aria-label": t("draw.camera") });
  const element = h("span", { class: "camera-tools" });

  function close() {
    asked++;
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    fill(element, button(t("draw.camera"), start, { id: "camera" }));
  }

  async function start() {
    const mine = ++asked;
    let found;
    try {
      found = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      page.say(t("draw.noCamera"));
      return;
    }
    if (mine !== asked) { // the view was left, or it was asked for again, before the reader allowed it
      for (const track of found.getTracks()) track.stop();
      return;
    }
    stream = found;
    video.srcObject = stream;
    fill(element, video, button(t("draw.shoot"), shoot), button(t("draw.cancel"), close));
  }

  async function shoot() {
    if (!video.videoWidth) return; // its first picture is still to come
    const picture = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    picture.getContext("2d")?.drawImage(video, 0, 0);
    close();
    taken(await picture.convertToBlob());
  }

  close();
  return { element, close };
}
