import { expect, test } from 'vitest';
import { chunked, chunksOf, collect, discard, isReplayable, ONE_CHUNK_BYTES } from '../src/body.ts';
import { bytes, stream, text } from './expectations.ts';

test('all forms of a body give the same bytes, without empty chunks', async () => {
  for (const body of [bytes('abc'), stream('a', '', 'bc'), () => stream('', 'abc', '')]) {
    expect(text(await collect(body))).toBe('abc');
  }
  for await (const chunk of chunksOf(stream('', 'a', ''))) expect(chunk.length).toBe(1);
  expect((await collect(new Uint8Array(0))).length).toBe(0);
});

test('only arrays and functions can be sent again', () => {
  expect(isReplayable(bytes('a'))).toBe(true);
  expect(isReplayable(() => stream('a'))).toBe(true);
  expect(isReplayable(stream('a'))).toBe(false);
});

test('what is collected is a copy', async () => {
  const sent = Buffer.from('abc');
  const kept = await collect(sent);
  sent.fill(0);
  expect(text(kept)).toBe('abc');
});

test('bytes at hand come as one chunk up to 8 MiB, in pieces beyond', async () => {
  const sizes: number[] = [];
  for await (const chunk of chunked(new Uint8Array(ONE_CHUNK_BYTES))) sizes.push(chunk.length);
  expect(sizes).toEqual([ONE_CHUNK_BYTES]);
  let count = 0;
  for await (const chunk of chunked(new Uint8Array(ONE_CHUNK_BYTES + 1))) count += chunk.length > 0 ? 1 : 0;
  expect(count).toBe(9);
});

test('a body left early is released', async () => {
  let released = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield bytes('a');
      yield bytes('b');
    } finally {
      released = true;
    }
  };
  for await (const chunk of chunksOf(source)) if (chunk.length > 0) break;
  expect(released).toBe(true);
});

test('discard releases a body that nobody read', async () => {
  let released = false;
  await discard({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: true, value: undefined }),
      return: async () => ({ done: (released = true), value: undefined }),
    }),
  });
  expect(released).toBe(true);
});
