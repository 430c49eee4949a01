import type { IHasher } from 'hash-wasm';
import type { AnyAlgorithm } from '../algorithm.ts';
import type { Engine } from './engine.ts';

/** Most hashers of one algorithm that wait: as many as work at the same time, with room. Each holds about 100 KB. */
const MOST_IDLE = 16;

/**
 * Hashers that have finished, to be used again. Against our habit this is state of the module: a new hasher is a new instance of
 * WebAssembly and takes hundreds of times as long as a digest of 4 KiB, while nothing of an earlier use is left after `init()`
 * (docs/benchmarks.md, "Digests").
 */
const idle = new Map<AnyAlgorithm, IHasher[]>();

/** Any algorithm in WebAssembly. The library is loaded at the first use: it costs tens of milliseconds and 200 KB. */
export async function wasmEngine(algorithm: AnyAlgorithm): Promise<Engine> {
  const hasher = idle.get(algorithm)?.pop()?.init() ?? (await newHasher(algorithm));
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    finish() {
      const digest = hasher.digest('binary');
      keep(algorithm, hasher);
      return digest;
    },
  };
}

function keep(algorithm: AnyAlgorithm, hasher: IHasher): void {
  const waiting = idle.get(algorithm) ?? [];
  if (waiting.length < MOST_IDLE) waiting.push(hasher);
  idle.set(algorithm, waiting);
}

/** An instance of its own. */
export async function newHasher(algorithm: AnyAlgorithm): Promise<IHasher> {
  const library = await import('hash-wasm');
  switch (algorithm) {
    case 'sha256':
      return await library.createSHA256();
    case 'sha512':
      return await library.createSHA512();
    case 'blake2b':
      return await library.createBLAKE2b(512);
    case 'blake3':
      return await library.createBLAKE3();
    case 'xxh3-128':
      return await library.createXXHash128();
    case 'crc32':
      return await library.createCRC32();
    case 'sha1':
      return await library.createSHA1();
    case 'md5':
      return await library.createMD5();
  }
}
