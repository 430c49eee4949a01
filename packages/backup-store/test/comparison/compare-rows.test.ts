import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareByKey, digestRows } from '../../src/comparison/compare-rows.ts';
import type { ViewedRow } from '../../src/comparison/contract.ts';
import { textRows } from '../../src/comparison/text-rows.ts';
import { failureOf, listOf } from '../fixtures/place.ts';

type Rows = Readonly<Record<string, string>>;

const rowOf = (key: string, content: string): ViewedRow => ({ key: [Buffer.from(key)], content: Buffer.from(content) });

/** Rows in the order of the bytes of their keys. */
async function* sorted(rows: Rows): AsyncGenerator<ViewedRow, void, undefined> {
  const all = Object.entries(rows).map(([key, content]) => rowOf(key, content));
  yield* all.toSorted((a, b) => (a.key[0] as Buffer).compare(b.key[0] as Buffer));
}

async function* these(rows: readonly ViewedRow[]): AsyncGenerator<ViewedRow, void, undefined> {
  yield* rows;
}

const rowsOf = fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('a', 'b'), {
  noNullPrototype: true,
});

it('two sides differ in what looking each key up would find, and ids are limited where counts are not', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, rowsOf, fc.nat(3), async (before, after, maxIds) => {
      const found = await compareByKey({ before: sorted(before), after: sorted(after) }, { maxIds });
      const keysOf = (rows: Rows, fits: (key: string) => boolean): number => Object.keys(rows).filter(fits).length;
      const counts = {
        added: keysOf(after, (key) => !Object.hasOwn(before, key)),
        removed: keysOf(before, (key) => !Object.hasOwn(after, key)),
        changed: keysOf(before, (key) => Object.hasOwn(after, key) && after[key] !== before[key]),
      };
      expect([found.before, found.after]).toEqual([Object.keys(before).length, Object.keys(after).length]);
      for (const kind of ['added', 'removed', 'changed'] as const) {
        expect(found[kind].count).toBe(counts[kind]);
        expect(found[kind].ids).toHaveLength(Math.min(maxIds, counts[kind]));
      }
    }),
  );
});

it('a side that is in no order, or a run that was ended, is no result', async () => {
  const none = these([]);
  const disordered = these([rowOf('b', ''), rowOf('a', '')]);
  const failure = await failureOf(compareByKey({ before: disordered, after: none }, { maxIds: 1 }));
  expect(failure).toMatchObject({ code: 'RECORDS_UNORDERED', message: expect.stringContaining('"a" after "b"') });
  const many = Array.from({ length: 3000 }, (_, i) => rowOf(String(i).padStart(5, '0'), ''));
  const signal = AbortSignal.abort();
  expect(await failureOf(compareByKey({ before: these(many), after: none }, { maxIds: 1, signal }))).toMatchObject({
    code: 'ABORTED',
  });
});

it('a digest is the same for the same rows in any order, and another one when a row is there once more', async () => {
  const contents = ['x', 'x', 'y', ''];
  const digestOf = async (rows: readonly string[]): Promise<string> =>
    JSON.stringify(await digestRows(these(rows.map((content) => rowOf('', content)))));
  expect(await digestOf(contents)).toBe(await digestOf(contents.toReversed()));
  const others = [
    ['x', 'y', ''],
    ['x', 'y', 'y', ''],
    ['x', 'x', 'z', ''],
    ['xx', 'y', ''],
  ];
  for (const other of others) expect(await digestOf(other)).not.toBe(await digestOf(contents));
  // Two equal ones do not take each other away.
  expect(await digestOf(['x', 'x'])).not.toBe(await digestOf(['y', 'y']));
});

it('lines become rows, however they come in pieces', async () => {
  const text = 'a\\tb\tc\tone\ttwo\n\t\t\nk\tl\t\n';
  const unescaped = (field: string): string => field.replaceAll('\\t', '\t');
  for (let size = 1; size <= text.length; size++) {
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
    };
    const rows = await listOf(textRows(pieces(), 2, unescaped));
    expect(rows.map(({ key, content }) => [...key.map(String), String(content)])).toEqual([
      ['a\tb', 'c', 'one\ttwo'],
      ['', '', ''],
      ['k', 'l', ''],
    ]);
  }
});
