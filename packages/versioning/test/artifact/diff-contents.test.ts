import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ContentsDiff, diffContents } from '../../src/index.ts';
import { anyContents, applied, file, folder, sorted } from './contents.ts';

const NOTHING: ContentsDiff = { added: [], removed: [], changed: [], renamed: [] };

test('what differs is told by what happened to it, in bytewise order', () => {
  const diff = diffContents(
    [file('b.js', 'old'), file('a.js', 'a'), file('gone.js', 'gone'), file('old.js', 'moved'), folder('tmp')],
    [file('a.js', 'a'), file('b.js', 'newer'), file('new.js', 'moved', true), folder('logs'), file('c.js', 'c')],
  );
  expect(diff).toEqual({
    added: [file('c.js', 'c'), folder('logs')],
    removed: [file('gone.js', 'gone'), folder('tmp')],
    changed: [{ path: 'b.js', before: file('b.js', 'old'), after: file('b.js', 'newer'), onlyExecutable: false }],
    renamed: [{ from: file('old.js', 'moved'), to: file('new.js', 'moved', true) }],
  });
});

test('an executable bit alone is told from another content', () => {
  const { changed } = diffContents([file('a', 'x'), file('b', 'x')], [file('a', 'x', true), file('b', 'y', true)]);
  expect(changed.map(({ path, onlyExecutable }) => [path, onlyExecutable])).toEqual([
    ['a', true],
    ['b', false],
  ]);
});

test('a file in the place of an empty folder has changed', () => {
  const [before, after] = [folder('a'), file('a', 'x')];
  expect(diffContents([before], [after])).toEqual({
    ...NOTHING,
    changed: [{ path: 'a', before, after, onlyExecutable: false }],
  });
});

test('of several files with one content, those with the same last name go together, then the rest in order', () => {
  const before = ['a/LICENSE', 'b/NOTICE', 'c/COPYING', 'd/x'].map((path) => file(path, 'MIT'));
  const after = ['e/NOTICE', 'f/y', 'g/LICENSE'].map((path) => file(path, 'MIT'));
  const { renamed, removed, added } = diffContents(before, after);
  expect(renamed.map(({ from, to }) => [from.path, to.path])).toEqual([
    ['b/NOTICE', 'e/NOTICE'],
    ['c/COPYING', 'f/y'],
    ['a/LICENSE', 'g/LICENSE'],
  ]);
  expect([removed, added]).toEqual([[file('d/x', 'MIT')], []]);
});

test('empty files and folders are never renamed', () => {
  const diff = diffContents([file('a', ''), folder('b')], [file('c', ''), folder('d')]);
  expect(diff).toEqual({ ...NOTHING, removed: [file('a', ''), folder('b')], added: [file('c', ''), folder('d')] });
});

test('a difference makes of the one list the other, and depends on no order', () => {
  fc.assert(
    fc.property(anyContents, anyContents, (before, after) => {
      const diff = diffContents(before, after);
      expect(applied(diff, before)).toEqual(sorted(after));
      expect(diffContents(sorted(before), after.toReversed())).toEqual(diff);
      for (const list of [diff.added, diff.removed, diff.changed, diff.renamed.map(({ to }) => to)]) {
        const paths = list.map(({ path }) => Buffer.from(path));
        expect(paths).toEqual(paths.toSorted((a, b) => Buffer.compare(a, b)));
      }
    }),
    { numRuns: 500 },
  );
});

test('a list has no difference from itself, and nothing is both added and removed with one content', () => {
  fc.assert(
    fc.property(anyContents, anyContents, (before, after) => {
      expect(diffContents(before, before.toReversed())).toEqual(NOTHING);
      const { added, removed } = diffContents(before, after);
      const gone = new Set(removed.filter(({ size }) => size > 0).map(({ digest }) => digest));
      expect(added.filter(({ digest }) => gone.has(digest))).toEqual([]);
    }),
  );
});
