import fc from 'fast-check';
import { afterEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { type AnyAlgorithm, createDigest, digest } from '../../src/index.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { newHasher, wasmEngine } from '../../src/engine/wasm.ts';

const native: readonly AnyAlgorithm[] = ['sha256', 'sha512', 'blake2b', 'crc32', 'sha1', 'md5'];
const lacking: readonly AnyAlgorithm[] = ['blake3', 'xxh3-128'];
const bytes = new TextEncoder().encode('Holdfast');

/** Node has it, its types have not. */
const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: { instantiate: () => unknown } };

const watchInstances = (): MockInstance => vi.spyOn(wasm, 'instantiate');

afterEach(() => void vi.restoreAllMocks());

describe('on Node', () => {
  it.each(native)('%s is computed without WebAssembly', async (algorithm) => {
    const instantiate = watchInstances();
    const expected = (await newHasher(algorithm)).update(bytes).digest('hex');
    instantiate.mockClear();
    const engine = await openEngine(algorithm);
    engine.update(bytes);
    expect(Buffer.from(engine.finish()).toString('hex')).toBe(expected);
    expect((await digest([bytes], { algorithm, legacy: true })).hex).toBe(expected);
    expect((await digest(bytes, { algorithm, legacy: true })).hex).toBe(expected);
    expect(instantiate).not.toHaveBeenCalled();
  });

  it.each(lacking)('%s takes no new instance of WebAssembly once one has finished', async (algorithm) => {
    await digest(bytes, { algorithm });
    const instantiate = watchInstances();
    for (let index = 0; index < 20; index++) {
      await digest(bytes, { algorithm });
      await digest([bytes], { algorithm });
    }
    expect(instantiate).not.toHaveBeenCalled();
  });
});

describe.each([...native, ...lacking])('a hasher of %s that is used again', (algorithm) => {
  it('knows nothing of what it was fed before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 })), async (inputs) => {
        for (const input of inputs) {
          const engine = await wasmEngine(algorithm);
          engine.update(input);
          const fresh = (await newHasher(algorithm)).update(input).digest('binary');
          expect(engine.finish()).toEqual(fresh);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('leaves the digests that it gave before as they are', async () => {
    const first = await wasmEngine(algorithm);
    first.update(bytes);
    const given = first.finish();
    const copy = Uint8Array.from(given);
    const second = await wasmEngine(algorithm);
    second.update(bytes.subarray(1));
    expect(second.finish()).not.toEqual(copy);
    expect(given).toEqual(copy);
  });
});

describe('hashers of WebAssembly', () => {
  it('that are at work at the same time are different ones', async () => {
    const [one, other, left] = [
      await createDigest('blake3'),
      await createDigest('blake3'),
      await createDigest('blake3'),
    ];
    left.update(bytes);
    one.update(bytes);
    other.update(bytes.subarray(1));
    expect(one.digest().hex).toBe((await digest(bytes, { algorithm: 'blake3' })).hex);
    expect(other.digest().hex).toBe((await digest(bytes.subarray(1), { algorithm: 'blake3' })).hex);
    expect(left.digest().hex).toBe((await digest(bytes, { algorithm: 'blake3' })).hex);
  });

  it('wait in no larger number than 16', async () => {
    const many = async (): Promise<void> => {
      const engines = await Promise.all(Array.from({ length: 40 }, async () => await wasmEngine('xxh3-128')));
      for (const engine of engines) engine.finish();
    };
    await many();
    const instantiate = watchInstances();
    await many();
    expect(instantiate).toHaveBeenCalledTimes(40 - 16);
  });
});
