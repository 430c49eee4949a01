import type { Engine } from './engine.ts';

/** What Node does not have. The module is loaded at the first use: it costs some milliseconds and 200 KB. */
export async function wasmEngine(algorithm: 'blake3' | 'xxh3-128'): Promise<Engine> {
  const { createBLAKE3, createXXHash128 } = await import('hash-wasm');
  const hasher = algorithm === 'blake3' ? await createBLAKE3() : await createXXHash128();
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    finish: () => hasher.digest('binary'),
  };
}

/** All at once; several times as fast for short inputs, since the library keeps one instance for such calls. */
export async function wasmDigest(algorithm: 'blake3' | 'xxh3-128', bytes: Uint8Array): Promise<Uint8Array> {
  const { blake3, xxhash128 } = await import('hash-wasm');
  return Buffer.from(await (algorithm === 'blake3' ? blake3(bytes) : xxhash128(bytes)), 'hex');
}
