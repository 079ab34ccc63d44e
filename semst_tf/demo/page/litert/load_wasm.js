/* Loads LiteRT's WebAssembly in a worker; for `index.js` beside it. */

/**
 * Does what `createWasmLib` of the npm package @litertjs/wasm-utils does.
 *
 * That one looks for the .wasm file beside the worker, which has no place
 * here: the worker is made of a blob, to be under the page's security policy.
 *
 * @param {Function} Library Class around the WebAssembly module.
 * @param {string} script Absolute address of the program that loads it.
 * @return {Promise<Object>} An object of the class.
 */
export async function createWasmLib(Library, script) {
  self.importScripts(script);
  const makeModule = self.ModuleFactory;
  self.ModuleFactory = undefined;
  const module = await makeModule({
    locateFile: (name) => new URL(name, script).href,
  });
  return new Library(module);
}
