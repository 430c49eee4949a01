import type { AnyAlgorithm } from '../algorithm.ts';
import { crc32Engine } from './crc.ts';
import type { Engine } from './engine.ts';
import { nativeEngine } from './native.ts';
import { wasmEngine } from './wasm.ts';

/**
 * Starts a computation with what is fastest on Node, as docs/benchmarks.md measures ("Digests"): node:crypto and zlib where they
 * have the algorithm, at 1.3 to 5 times the speed of WebAssembly, and WebAssembly elsewhere. The size makes no difference: for 64 bytes
 * both take one to three microseconds, but WebAssembly has to be loaded first, for tens of milliseconds.
 */
export async function openEngine(algorithm: AnyAlgorithm): Promise<Engine> {
  switch (algorithm) {
    case 'crc32':
      return crc32Engine();
    case 'blake3':
    case 'xxh3-128':
      return await wasmEngine(algorithm);
    case 'blake2b':
      return nativeEngine('blake2b512');
    case 'sha256':
    case 'sha512':
    case 'sha1':
    case 'md5':
      return nativeEngine(algorithm);
  }
}
