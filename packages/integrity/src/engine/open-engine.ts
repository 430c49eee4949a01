import type { AnyAlgorithm } from '../algorithm.ts';
import { crc32Engine } from './crc.ts';
import type { Engine } from './engine.ts';
import { nativeEngine } from './native.ts';
import { wasmEngine } from './wasm.ts';

/**
 * Starts a computation with whatever is fastest on Node: node:crypto and zlib where they have the algorithm
 * (SHA-256 runs at five times the speed of WebAssembly, BLAKE2b at the same), WebAssembly elsewhere.
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
