/* The page: what is shown, and what its controls do. */

import * as pixels from "./pixels.js";
import { Translator, missing } from "./translator.js";

const LONGEST_SIDE = 2048; // Of what is shown and downloaded.
const CAMERA_SIDE = 1280;

const base = new URL("./", import.meta.url).href;
const part = (id) => document.getElementById(id);
const state = {
  demo: null, // What demo.json says.
  translator: null,
  canvas: null, // The image as it came, at most LONGEST_SIDE.
  name: "image",
  result: null, // Of the last translation, see `translate`.
  running: null, // Of the camera, its MediaStream.
  job: 0, // Number of the newest translation; earlier ones are dropped.
};

/** What tests, and the curious in a console, may use. */
window.demo = { state, pixels, missing, ready: start() };

async function start() {
  const lack = missing();
  if (lack) {
    return complain(lack);
  }
  try {
    const answer = await fetch(new URL("demo.json", base));
    if (!answer.ok) {
      throw new Error(`${answer.status} ${answer.statusText}`);
    }
    state.demo = await answer.json();
  } catch (error) {
    return complain(
      `demo.json, which belongs to this page, was not found (${error.message}).`,
    );
  }
  state.translator = new Translator(base);
  describe(state.demo);
  listen();
  complain("");
  for (const control of ["file", "camera", "size", "detail"]) {
    part(control).disabled = false;
  }
  part("sample").disabled = !state.demo.sample;
  say("Nothing is loaded yet. The first image loads the translator.");
}

function describe(demo) {
  document.title = demo.title;
  part("title").textContent = demo.title;
  const sides = [...new Set(demo.models.map(longestSide))];
  sides.sort((a, b) => a - b);
  for (const side of sides) {
    part("size").add(new Option(`up to ${side} pixels`, side));
  }
  part("size").value = sides.at(-1);
  part("size-field").hidden = sides.length < 2;
  part("sample").hidden = !demo.sample;
  showSliders();
  part("facts").textContent =
    `Computed on the processor by ${demo.runtime} (WebAssembly, one thread). ` +
    `Made by semst_tf ${demo.semst_tf}.`;
}

const longestSide = (size) => Math.max(size.width, size.height);

/* What is shown. */

function say(text) {
  part("status").textContent = text;
}

function complain(text) {
  const place = part("problem");
  place.hidden = !text;
  if (text) {
    place.replaceChildren(document.createElement("p"));
    place.firstChild.textContent = text;
  }
}

function showSliders() {
  const split = part("split").value;
  part("compare").style.setProperty("--split", `${split}%`);
  tell("split", `${100 - split} % after`);
  tell("strength", `${part("strength").value} %`);
}

/** Writes what a slider means beside it; a screen reader reads the same. */
function tell(slider, text) {
  part(`${slider}-value`).textContent = text;
  part(slider).setAttribute("aria-valuetext", text);
}

/** Shows the image at once, and its translation as soon as there is one. */
function show() {
  part("empty").hidden = true;
  part("compare").hidden = false;
  const { canvas, result } = state;
  const shown = result ? blend() : canvas;
  for (const [name, image] of [["before", canvas], ["after", shown]]) {
    draw(part(name), image);
  }
  const { width, height } = canvas;
  // As large as its pixels, the page and most of the window allow.
  part("compare").style.width =
    `min(100%, ${Math.max(1.5 * width, 320)}px, ${(60 * width) / height}vh)`;
  part("compare").style.aspectRatio = `${width} / ${height}`;
}

function draw(place, image) {
  place.width = image.width;
  place.height = image.height;
  const context = place.getContext("2d");
  if (image instanceof ImageData) {
    context.putImageData(image, 0, 0);
  } else {
    context.drawImage(image, 0, 0);
  }
}

/** The translation at the strength and in the size that are chosen. */
function blend() {
  const { result, demo } = state;
  const image = part("detail").checked ? result.original() : result.image;
  const strength = part("strength").value / 100;
  return pixels.blended(image, result.change, strength, demo.output);
}

/* Translating. */

/**
 * Translates what is on a canvas and shows it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} side Longest side at which it is translated.
 * @return {Promise<boolean>} Whether it is shown: not if a newer one came.
 */
async function translate(canvas, side) {
  const job = ++state.job;
  const { demo, translator } = state;
  const { width, height } = canvas;
  const models = demo.models.filter((model) => longestSide(model) === side);
  const model = pixels.bestModel(models, width, height);
  const size = pixels.fitted(width, height, model);
  const channels = demo.input.channels;
  const values = pixels.unitValues(read(canvas, size), demo.input);
  const input = pixels.mirrored(values, size, model, channels);
  const answer = await translator.translate(model, input, channels);
  if (job !== state.job) {
    return false;
  }
  const made = demo.output.channels;
  const output = pixels.cropped(answer.output, model, size, made);
  const before = pixels.matchChannels(values, channels, made);
  state.canvas = canvas;
  state.result = {
    output,
    size,
    milliseconds: answer.milliseconds,
    image: { values: before, ...size },
    change: { values: output.map((value, i) => value - before[i]), ...size },
    original: once(() => ({
      values: pixels.matchChannels(
        pixels.unitValues(read(canvas, canvas), demo.input),
        channels,
        made,
      ),
      width,
      height,
    })),
  };
  part("detail-field").hidden = size.width === width && size.height === height;
  show();
  for (const control of ["split", "strength", "download"]) {
    part(control).disabled = false;
  }
  return true;
}

/** Pixels of a canvas at a size. */
function read(canvas, { width, height }) {
  const smaller = newCanvas(width, height);
  const context = smaller.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

function newCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

function once(make) {
  let made;
  return () => (made ??= make());
}

async function translateImage() {
  if (!state.canvas) {
    return;
  }
  const canvas = state.canvas;
  state.result = null;
  part("download").disabled = true;
  show();
  part("busy").hidden = false;
  say("Translating … the first time the translator is loaded, too.");
  try {
    if (await translate(canvas, Number(part("size").value))) {
      complain("");
      say(timing());
    }
  } catch (error) {
    complain(`This image could not be translated: ${error.message}`);
    say("");
  } finally {
    part("busy").hidden = !state.translator.busy;
  }
}

function timing() {
  const { width, height } = state.result.size;
  const seconds = (state.result.milliseconds / 1000).toPrecision(2);
  return `Translated at ${width} × ${height} pixels in ${seconds} s.`;
}

/* Where images come from. */

/** @param {Blob} file An image file. */
async function open(file) {
  stopCamera();
  let image;
  try {
    image = await createImageBitmap(file);
  } catch {
    return complain(
      `${file.name || "This"} is not an image that this browser can show.`,
    );
  }
  const scale = Math.min(1, LONGEST_SIDE / longestSide(image));
  state.canvas = onWhite(
    image,
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  );
  image.close();
  state.name = (file.name || "image").replace(/\.[^.]*$/, "");
  part("credit").hidden = true;
  await translateImage();
}

function onWhite(image, width, height) {
  const canvas = newCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

async function openSample() {
  const { file, credit } = state.demo.sample;
  const answer = await fetch(new URL(file, base));
  const image = new File([await answer.blob()], file);
  await open(image);
  part("credit").textContent = credit || "";
  part("credit").hidden = !credit;
}

async function toggleCamera() {
  if (state.running) {
    stopCamera();
    return;
  }
  if (!navigator.mediaDevices?.getUserMedia) {
    complain(
      "Browsers give the camera only to pages whose address begins with " +
        "https, or with http://127.0.0.1 or http://localhost.",
    );
    return;
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: CAMERA_SIDE } },
    });
  } catch (error) {
    complain(
      error.name === "NotAllowedError"
        ? "The camera was not allowed. The browser's settings of this page " +
            "can allow it again."
        : `There is no camera that can be used (${error.message}).`,
    );
    return;
  }
  complain("");
  state.running = stream;
  state.name = "camera";
  part("credit").hidden = true;
  part("size").disabled = true;
  part("camera").setAttribute("aria-pressed", "true");
  part("camera").textContent = "Stop the camera";
  const video = Object.assign(document.createElement("video"), {
    srcObject: stream,
    muted: true,
    playsInline: true,
  });
  await video.play();
  await followCamera(stream, video);
}

/** Translates frame after frame, the newest whenever one is done. */
async function followCamera(stream, video) {
  say("The camera is on; the first frame loads the translator.");
  const smallest = Math.min(...state.demo.models.map(longestSide));
  let last = performance.now();
  while (state.running === stream && !video.ended) {
    const frame = onWhite(video, video.videoWidth, video.videoHeight);
    try {
      if (await translate(frame, smallest)) {
        const now = performance.now();
        const rate = (1000 / (now - last)).toPrecision(2);
        last = now;
        showRate(`${timing()} ${rate} frames a second.`);
      }
    } catch (error) {
      stopCamera();
      complain(`The camera's image could not be translated: ${error.message}`);
    }
    await new Promise(requestAnimationFrame);
  }
}

/** Says the rate without having it read aloud at every frame. */
function showRate(text) {
  part("status").setAttribute("aria-live", "off");
  say(text);
}

function stopCamera() {
  if (!state.running) {
    return;
  }
  for (const track of state.running.getTracks()) {
    track.stop();
  }
  state.running = null;
  part("size").disabled = false;
  part("camera").setAttribute("aria-pressed", "false");
  part("camera").textContent = "Start the camera";
  part("status").removeAttribute("aria-live");
  if (state.result) {
    say(timing());
  }
}

function download() {
  const canvas = newCanvas(0, 0);
  draw(canvas, blend());
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.download = `${state.name}_translated.png`;
    link.href = URL.createObjectURL(blob);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }, "image/png");
}

/* Controls. */

function listen() {
  part("file").addEventListener("change", ({ target }) => {
    if (target.files.length) {
      open(target.files[0]);
    }
    target.value = ""; // So that the same file can be chosen again.
  });
  part("camera").addEventListener("click", toggleCamera);
  part("sample").addEventListener("click", openSample);
  part("download").addEventListener("click", download);
  part("split").addEventListener("input", showSliders);
  part("strength").addEventListener("input", () => {
    showSliders();
    showSoon();
  });
  part("detail").addEventListener("change", showSoon);
  part("size").addEventListener("change", translateImage);
  listenToPointer(part("compare"));
  listenToDrops(part("stage"));
  document.addEventListener("paste", ({ clipboardData }) => {
    openFirstImage(clipboardData);
  });
}

let shown = 0;

/** Shows once for all that changes until the next frame. */
function showSoon() {
  cancelAnimationFrame(shown);
  shown = requestAnimationFrame(() => state.result && show());
}

function listenToPointer(area) {
  const move = (event) => {
    const box = area.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    part("split").value = Math.round(100 * share);
    showSliders();
  };
  area.addEventListener("pointerdown", (event) => {
    if (!part("split").disabled) {
      area.setPointerCapture(event.pointerId);
      move(event);
    }
  });
  area.addEventListener("pointermove", (event) => {
    if (area.hasPointerCapture(event.pointerId)) {
      move(event);
    }
  });
}

function listenToDrops(stage) {
  // Anywhere on the page: a browser would leave it for a dropped file.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) {
      stage.classList.remove("over");
    }
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("over");
    openFirstImage(event.dataTransfer);
  });
}

function openFirstImage(transfer) {
  const [file] = transfer?.files ?? [];
  if (file) {
    open(file);
  }
}
