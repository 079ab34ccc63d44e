/* From pixels to what a network sees, and back. Nothing here shows anything. */

/**
 * Size of an image inside a model's size: shrunk to fit, never enlarged.
 *
 * @param {number} width Of the image.
 * @param {number} height Of the image.
 * @param {{width: number, height: number}} model
 * @return {{width: number, height: number}}
 */
export function fitted(width, height, model) {
  const scale = Math.min(1, model.width / width, model.height / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * The model that shows most of an image and computes least beside it.
 *
 * @param {Object[]} models With `width` and `height`.
 * @param {number} width Of the image.
 * @param {number} height Of the image.
 * @return {Object} One of `models`.
 */
export function bestModel(models, width, height) {
  const shown = (model) => {
    const size = fitted(width, height, model);
    return size.width * size.height;
  };
  const area = (model) => model.width * model.height;
  return [...models].sort(
    (a, b) => shown(b) - shown(a) || area(a) - area(b),
  )[0];
}

/**
 * Values in [-1, 1] of pixels, in the channels of the model.
 *
 * @param {Uint8ClampedArray} rgba Of an image, four values a pixel.
 * @param {{channels: number, range: number[]}} format Of the model's input:
 *     1 or 3 channels, and the pixel values of black and white.
 * @return {Float32Array}
 */
export function unitValues(rgba, { channels, range: [black, white] }) {
  const values = new Float32Array((rgba.length / 4) * channels);
  const unit = (value) =>
    Math.min(1, Math.max(-1, ((value - black) * 2) / (white - black) - 1));
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    if (channels === 1) {
      // ITU-R BT.601, rounded to whole pixel values as in Python.
      const grey =
        0.299 * rgba[from] + 0.587 * rgba[from + 1] + 0.114 * rgba[from + 2];
      values[to++] = unit(Math.round(grey));
    } else {
      for (let channel = 0; channel < 3; channel++) {
        values[to++] = unit(rgba[from + channel]);
      }
    }
  }
  return values;
}

/**
 * Fills a larger size with an image by mirroring it at its right and bottom.
 *
 * @param {Float32Array} values Of `size`.
 * @param {{width: number, height: number}} size
 * @param {{width: number, height: number}} larger
 * @param {number} channels
 * @return {Float32Array} Of `larger`.
 */
export function mirrored(values, size, larger, channels) {
  const rows = mirroredPlaces(size.height, larger.height);
  const columns = mirroredPlaces(size.width, larger.width);
  const result = new Float32Array(larger.width * larger.height * channels);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * size.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        result[to++] = values[from + channel];
      }
    }
  }
  return result;
}

/** The first `count` of 0, 1, …, n-1, n-2, …, 1, 0, 1, …: no edge twice. */
function mirroredPlaces(length, count) {
  const period = Math.max(1, 2 * (length - 1));
  return Array.from({ length: count }, (_, place) => {
    const inside = place % period;
    return inside < length ? inside : period - inside;
  });
}

/**
 * The upper left part of an image.
 *
 * @param {Float32Array} values Of `larger`.
 * @param {{width: number, height: number}} larger
 * @param {{width: number, height: number}} size
 * @param {number} channels
 * @return {Float32Array} Of `size`.
 */
export function cropped(values, larger, size, channels) {
  const result = new Float32Array(size.width * size.height * channels);
  const line = size.width * channels;
  for (let row = 0; row < size.height; row++) {
    const from = row * larger.width * channels;
    result.set(values.subarray(from, from + line), row * line);
  }
  return result;
}

/** Values in other channels: grey repeated, colours averaged. */
export function matchChannels(values, from, to) {
  if (from === to) {
    return values;
  }
  const pixels = values.length / from;
  const result = new Float32Array(pixels * to);
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (to === 1) {
      const first = pixel * 3;
      result[pixel] =
        (values[first] + values[first + 1] + values[first + 2]) / 3;
    } else {
      result.fill(values[pixel], pixel * 3, pixel * 3 + 3);
    }
  }
  return result;
}

/**
 * Goes from an image towards its translation.
 *
 * The image may be larger than what was translated: then what the translation
 * changed is enlarged and applied to it, and the image keeps its detail.
 *
 * @param {Object} image `values`, Float32Array in [-1, 1] in the channels of
 *     the output; `width`; `height`.
 * @param {Object} change The same, of translation minus what was translated.
 * @param {number} strength Share of the way, from 0 to 1.
 * @param {{channels: number, range: number[]}} format Of the output.
 * @return {ImageData} Of the size of the image.
 */
export function blended(image, change, strength, { channels, range }) {
  const [black, white] = range;
  const data = new ImageData(image.width, image.height);
  const scale = (white - black) / 2;
  const rows = places(image.height, change.height);
  const columns = places(image.width, change.width);
  const exact =
    image.width === change.width && image.height === change.height;
  let from = 0;
  let to = 0;
  for (const [above, below, down] of rows) {
    for (const [left, right, along] of columns) {
      for (let channel = 0; channel < channels; channel++) {
        const at = (row, column) =>
          change.values[(row * change.width + column) * channels + channel];
        let moved = at(above, left);
        if (!exact) {
          const top = moved + along * (at(above, right) - moved);
          const bottom = at(below, left);
          moved = top;
          moved += down * (bottom + along * (at(below, right) - bottom) - top);
        }
        const value = image.values[from++] + strength * moved;
        // The array rounds, and clips to 8 bits.
        data.data[to + channel] =
          black + (Math.min(1, Math.max(-1, value)) + 1) * scale;
      }
      if (channels === 1) {
        data.data[to + 1] = data.data[to + 2] = data.data[to];
      }
      data.data[to + 3] = 255;
      to += 4;
    }
  }
  return data;
}

/** Where the pixels of a line lie between those of a shorter one. */
function places(length, shorter) {
  return Array.from({ length }, (_, place) => {
    const exact = ((place + 0.5) * shorter) / length - 0.5;
    const before = Math.min(shorter - 1, Math.max(0, Math.floor(exact)));
    const after = Math.min(shorter - 1, Math.max(0, Math.floor(exact) + 1));
    return [before, after, exact - Math.floor(exact)];
  });
}
