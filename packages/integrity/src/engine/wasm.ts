import type { IHasher } from 'hash-wasm';
import type { AnyAlgorithm } from '../algorithm.ts';
import { fromHex } from '../encoding.ts';
import type { Engine } from './engine.ts';

/** Any algorithm in WebAssembly. The module is loaded at the first use: it costs some milliseconds and 200 KB. */
export async function wasmEngine(algorithm: AnyAlgorithm): Promise<Engine> {
  const hasher = await createHasher(algorithm);
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    finish: () => hasher.digest('binary'),
  };
}

async function createHasher(algorithm: AnyAlgorithm): Promise<IHasher> {
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

/** All at once; several times as fast for short inputs, since the library keeps one instance for such calls. */
export async function wasmDigest(algorithm: 'blake3' | 'xxh3-128', bytes: Uint8Array): Promise<Uint8Array> {
  const { blake3, xxhash128 } = await import('hash-wasm');
  return fromHex(await (algorithm === 'blake3' ? blake3(bytes) : xxhash128(bytes))) ?? new Uint8Array();
}
