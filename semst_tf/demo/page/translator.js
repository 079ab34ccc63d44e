/* Asks the worker for translations, one at a time. */

/** The smallest module with an instruction of WebAssembly SIMD. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1,
  8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/**
 * What the browser lacks, in words for its user; nothing if it has it all.
 *
 * @param {Object} browser What would be `window`.
 * @return {string}
 */
export function missing(browser = globalThis) {
  if (!browser.WebAssembly?.validate) {
    return (
      "This browser has no WebAssembly, in which the translator runs, or it " +
      "is switched off. Any current browser has it."
    );
  }
  if (!browser.WebAssembly.validate(SIMD)) {
    return (
      "This browser has WebAssembly without SIMD, which the translator " +
      "needs. Chrome and Edge have it since version 91, Firefox since 89, " +
      "Safari since 16.4."
    );
  }
  if (!browser.Worker) {
    return "This browser has no web workers, in which the translator runs.";
  }
  return "";
}

/** Runs the models of a demo in a worker. */
export class Translator {
  /** @param {string} base Absolute address of the demo's folder. */
  constructor(base) {
    this._base = base;
    this._waiting = new Map();
    this._number = 0;
    this._start();
  }

  /** Whether a translation is still to come. */
  get busy() {
    return this._waiting.size > 0;
  }

  /**
   * Translates an image of exactly the size of a model.
   *
   * @param {Object} model One of the description's `models`.
   * @param {Float32Array} input Values in [-1, 1].
   * @param {number} channels Of the input.
   * @return {Promise<{output: Float32Array, milliseconds: number}>}
   */
  translate(model, input, channels) {
    const id = ++this._number;
    return new Promise((resolve, reject) => {
      this._waiting.set(id, { resolve, reject });
      this._worker.postMessage({
        id,
        runtime: new URL("litert/", this._base).href,
        file: new URL(model.file, this._base).href,
        input,
        shape: [1, model.height, model.width, channels],
      });
    });
  }

  _start() {
    // A worker out of a blob is under the page's security policy; one with
    // an address of its own would not be.
    const script = JSON.stringify(new URL("worker.js", this._base).href);
    const program = new Blob([`importScripts(${script});`], {
      type: "text/javascript",
    });
    const address = URL.createObjectURL(program);
    this._worker = new Worker(address);
    this._worker.onmessage = ({ data }) => {
      const { resolve, reject } = this._waiting.get(data.id);
      this._waiting.delete(data.id);
      data.error ? reject(new Error(data.error)) : resolve(data);
    };
    this._worker.onerror = (event) => {
      // It may be out of memory: the next image gets a new one.
      event.preventDefault();
      this._worker.terminate();
      const waiting = [...this._waiting.values()];
      this._waiting.clear();
      this._start();
      for (const { reject } of waiting) {
        reject(new Error(event.message || "the translator has stopped"));
      }
    };
  }
}
