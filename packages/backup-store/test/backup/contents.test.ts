import { expect, it } from 'vitest';
import { analyze } from '../../src/analyze/index.ts';
import { noise, prose } from '../fixtures/content.ts';
import { createAt, newPlace, tempFolder } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';
import { postgresDump } from '../dump/dumps.ts';

/** What is never cut and never shares a frame, so that it counts as its own kind wherever keys cut the rest. */
const WHOLE = 256 * 1024;

it('a snapshot says of each kind of content how it was compressed, and what that saved', async () => {
  const repository = await createAt(newPlace());
  const notes = prose(2_000_000, 1);
  const folder = buildTree(tempFolder(), {
    'notes.txt': notes,
    photo: noise(WHOLE, 1),
    small: { 'a.txt': prose(900, 2) },
  });
  const dump = sourceOf('dump.sql', { '': postgresDump(60_000) });
  const { contents, snapshot, counts } = await repository.backup({
    paths: [folder],
    sources: [dump],
    compression: 'auto',
  });
  expect(snapshot?.compression).toBe('auto');
  expect(snapshot?.contents).toEqual(contents);
  const kinds = new Map(contents.map((each) => [each.kind, each]));
  // Where the dump is cut depends on keys: a piece of nothing but its rows is a table to whoever looks at it.
  expect([...kinds.keys()].filter((kind) => kind !== 'table').toSorted()).toEqual(['random', 'sql-dump', 'text']);
  expect(kinds.get('random')).toMatchObject({ bytesIn: WHOLE, bytesOut: WHOLE, saved: 0 });
  expect(kinds.get('text')).toMatchObject({
    reasons: { 'as-expected': expect.any(Number) as number },
  });
  expect(contents.reduce((sum, { bytesIn }) => sum + bytesIn, 0)).toBe(counts.bytesNew);
  expect([...(await repository.snapshots())].at(-1)?.contents).toEqual(contents);

  const again = await repository.backup({ paths: [folder], sources: [dump], compression: 'auto' });
  expect(again.contents).toEqual([]);
  expect(again.snapshot).not.toHaveProperty('contents');

  const found = await analyze(folder, { earlier: await repository.snapshots() });
  expect(found.earlier.map(({ kind, profile, snapshots }) => [kind, profile, snapshots])).toEqual([
    ['text', 'auto', 1],
    ['random', 'auto', 1],
  ]);
  expect(found.reasons.join(' ')).toMatch(/1 earlier backup stored text at .* to 1 with auto; sizes here/);
});

it('with a profile of one level, the method of every frame is that one or none', async () => {
  const repository = await createAt(newPlace());
  const folder = buildTree(tempFolder(), { text: prose(650_000, 1), noise: noise(WHOLE, 1) });
  const { contents } = await repository.backup({ paths: [folder], compression: 'fast' });
  expect(contents.flatMap(({ methods, reasons }) => [methods, reasons].map((each) => Object.keys(each)))).toEqual([
    ['zstd-1'],
    ['profile'],
    ['raw'],
    ['not-smaller'],
  ]);
});

it.each([
  [{ kind: 'safety' }, 'fast', 'urgent'],
  [{ kind: 'pre-deploy', trigger: 'scheduled' }, 'fast', 'urgent'],
  [{ trigger: 'scheduled' }, 'auto', 'scheduled'],
  [{}, 'balanced', 'default'],
  [{ trigger: 'scheduled', compression: 'fast' }, 'fast', 'asked'],
] as const)('a backup %o has the profile %s, and says that it is %s', async (options, profile, reason) => {
  const repository = await createAt(newPlace());
  const folder = buildTree(tempFolder(), { text: prose(1000, 1) });
  const { snapshot, compression } = await repository.backup({ paths: [folder], ...options });
  expect([snapshot?.compression, compression]).toEqual([profile, { profile, reason }]);
});
