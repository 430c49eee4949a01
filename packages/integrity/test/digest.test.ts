import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyAlgorithm, digest, type DigestInput } from '../src/index.ts';
import { officialVectors } from './official-vectors.ts';

const algorithms: readonly AnyAlgorithm[] = [
  'sha256',
  'sha512',
  'blake2b',
  'blake3',
  'xxh3-128',
  'crc32',
  'sha1',
  'md5',
];

/** Cuts bytes at the given fractions of their length. */
function cut(bytes: Uint8Array, fractions: readonly number[]): Uint8Array[] {
  const ends = fractions.map((fraction) => Math.floor(fraction * bytes.length)).toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

async function* stream(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

/** As the streams of some browsers are. */
function readOnly(pieces: readonly Uint8Array[], onCancel?: () => void): ReadableStream<Uint8Array> {
  const left = [...pieces];
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: () => onCancel?.(),
  });
  return Object.defineProperty(source, Symbol.asyncIterator, { value: undefined });
}

describe('official vectors', () => {
  it.each(officialVectors)('$algorithm gives what $source says', async ({ algorithm, input, hex }) => {
    expect((await digest(input, { algorithm, legacy: true })).hex).toBe(hex);
  });

  it.each(officialVectors)('$algorithm as a stream gives what $source says', async ({ algorithm, input, hex }) => {
    const pieces = cut(input, [0.1, 0.5, 0.5]);
    expect((await digest(stream(pieces), { algorithm, legacy: true })).hex).toBe(hex);
  });
});

describe.each(algorithms)('%s', (algorithm) => {
  it('does not depend on how a stream is cut', async () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fractions, async (bytes, at) => {
        const whole = await digest(bytes, { algorithm, legacy: true });
        const inPieces = await digest(stream(cut(bytes, at)), { algorithm, legacy: true });
        expect(inPieces.toString()).toBe(whole.toString());
      }),
    );
  });

  it('differs once a bit differs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), async (bytes, position, bit) => {
        const flipped = Uint8Array.from(bytes);
        const at = position % bytes.length;
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const [one, other] = await Promise.all(
          [bytes, flipped].map((each) => digest(each, { algorithm, legacy: true })),
        );
        expect(one?.hex).not.toBe(other?.hex);
      }),
    );
  });
});

describe('inputs', () => {
  const bytes = new TextEncoder().encode('abc');
  const hex = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const inputs: readonly (readonly [string, () => DigestInput])[] = [
    ['a Uint8Array', () => bytes],
    ['a Buffer inside a larger one', () => Buffer.from('xabcx').subarray(1, 4)],
    ['an array of pieces', () => [bytes.subarray(0, 1), bytes.subarray(1)]],
    ['an async generator', () => stream([bytes])],
    ['a Node stream', () => Readable.from([Buffer.from('ab'), Buffer.from('c')])],
    ['a web stream', () => new Blob([bytes]).stream()],
    ['a web stream that can not be iterated over', () => readOnly([bytes.subarray(0, 2), bytes.subarray(2)])],
    ['a Blob', () => new Blob([bytes.subarray(0, 1), bytes.subarray(1)])],
    ['a File', () => new File([bytes], 'abc.txt')],
    ['shared memory', () => new Uint8Array(new SharedArrayBuffer(3)).map((_, index) => bytes[index] ?? 0)],
  ];

  it.each(inputs)('%s is digested', async (_, input) => {
    expect((await digest(input())).hex).toBe(hex);
  });

  it.each([
    ['text', 'abc'],
    ['a number', 7],
    ['nothing', undefined],
    ['null', null],
    ['an object', {}],
    ['an array of numbers', [1, 2]],
    ['a stream of text', Readable.from(['abc'])],
  ])('%s is refused with what to do instead', async (_, input) => {
    await expect(digest(input as never)).rejects.toMatchObject({
      name: 'IntegrityError',
      code: 'INVALID_INPUT',
      hint: expect.any(String) as string,
    });
  });

  it('an error of the stream comes through as it is', async () => {
    const broken = new Error('the disk is on fire');
    const input = new Readable({ read: (): void => void input.destroy(broken) });
    await expect(digest(input)).rejects.toBe(broken);
  });
});

describe('algorithm', () => {
  it('is sha256 unless another one is asked for', async () => {
    expect((await digest(new Uint8Array())).algorithm).toBe('sha256');
  });

  it.each(['md5', 'sha1'] as const)('%s is refused without legacy: true', async (algorithm) => {
    await expect(digest(new Uint8Array(), { algorithm })).rejects.toMatchObject({ code: 'LEGACY_ALGORITHM' });
  });

  it.each(['SHA256', 'sha-256', '', 'toString', 'sha3'])(
    '%j is unknown, and the known ones are named',
    async (name) => {
      await expect(digest(new Uint8Array(), { algorithm: name as never })).rejects.toMatchObject({
        code: 'UNKNOWN_ALGORITHM',
        message: expect.stringContaining('sha256, sha512, blake2b, blake3, xxh3-128, crc32') as string,
      });
    },
  );
});

describe('signal', () => {
  it('ends a stream between two pieces, and the stream is closed', async () => {
    const controller = new AbortController();
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(new Uint8Array(10));
      } finally {
        closed = true;
      }
    }
    setTimeout(() => controller.abort(new Error('enough')), 5);
    const input = endless();
    const paced = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of input) {
        await new Promise((resolve) => setImmediate(resolve));
        yield piece;
      }
    };
    await expect(digest(paced(), { signal: controller.signal })).rejects.toThrow('enough');
    expect(closed).toBe(true);
  });

  it('ends a web stream that can not be iterated over, and the stream is cancelled', async () => {
    const controller = new AbortController();
    let cancelled = false;
    const input = readOnly([bytesThatAbort(controller), new Uint8Array(1), new Uint8Array(1)], () => {
      cancelled = true;
    });
    await expect(digest(input, { signal: controller.signal })).rejects.toThrow('enough');
    expect(cancelled).toBe(true);
  });

  it('that has fired already lets nothing start', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(digest(new Uint8Array(), { signal })).rejects.toThrow('too late');
  });
});

/** Aborts soon after it is made, while the stream is read. */
function bytesThatAbort(controller: AbortController): Uint8Array {
  queueMicrotask(() => controller.abort(new Error('enough')));
  return new Uint8Array(1);
}
