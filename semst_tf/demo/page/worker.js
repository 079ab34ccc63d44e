/* Translates in a thread of its own, so that the page stays usable. */

let runtime = null;
let loaded = { file: null, model: null };
let last = Promise.resolve();

self.onmessage = ({ data }) => {
  // One after the other: a model is deleted when the next one is loaded.
  last = last.then(() => answer(data));
};

async function answer(request) {
  const { id } = request;
  try {
    const { output, milliseconds } = await translate(request);
    self.postMessage({ id, output, milliseconds }, [output.buffer]);
  } catch (error) {
    self.postMessage({ id, error: String(error?.message || error) });
  }
}

/**
 * Translates one image of exactly the size of a model.
 *
 * @param {Object} request `runtime` and `file`, absolute addresses; `input`,
 *     Float32Array in [-1, 1]; `shape`, [1, height, width, channels].
 * @return {Promise<Object>} `output`, Float32Array, and `milliseconds` that
 *     the network took.
 */
async function translate(request) {
  const litert = await import(request.runtime + "index.js");
  runtime ??= litert.loadLiteRt(request.runtime);
  try {
    await runtime;
  } catch (error) {
    runtime = null;
    throw error;
  }
  if (loaded.file !== request.file) {
    loaded.model?.delete();
    loaded = { file: null, model: null };
    const model = await litert.loadAndCompile(request.file, {
      accelerator: "wasm",
    });
    loaded = { file: request.file, model };
  }
  const start = performance.now();
  const input = new litert.Tensor(request.input, request.shape);
  try {
    const [result] = await loaded.model.run(input);
    // A copy: the tensor's own memory belongs to WebAssembly.
    const output = Float32Array.from(await result.data());
    result.delete();
    return { output, milliseconds: performance.now() - start };
  } finally {
    input.delete();
  }
}
