// Takes the place of open-engine.ts in the browser build: Web Crypto takes no streams, so all is WebAssembly.
import type { AnyAlgorithm } from '../algorithm.ts';
import type { Engine } from './engine.ts';
import { wasmEngine } from './wasm.ts';

/** Starts a computation. */
export async function openEngine(algorithm: AnyAlgorithm): Promise<Engine> {
  return await wasmEngine(algorithm);
}
