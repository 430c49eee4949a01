import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue, Migration, Release, ReleaseDiff } from '../../src/index.ts';
import { compareReleases, type OpenedRelease } from '../../src/release/diff-releases.ts';
import type { BillComponent } from '../../src/release/sbom-components.ts';
import { anyContents, file } from '../artifact/contents.ts';
import { FULL, LEAST } from './manifests.ts';

const opened = (more: Partial<Release> = {}, rest: Partial<OpenedRelease> = {}): OpenedRelease => ({
  release: {
    ...LEAST,
    status: 'released',
    manifest: `sha256:${'0'.repeat(64)}`,
    releasedAt: LEAST.createdAt,
    ...more,
  },
  contents: [],
  components: [],
  ...rest,
});
const migration = (id: string, sql = 'select 1;\n'): Migration => ({ id, kind: 'expand', description: id, sql });

const SAME: Omit<ReleaseDiff, 'from' | 'to'> = {
  size: { before: 0, after: 0 },
  files: { added: [], removed: [], changed: [], renamed: [] },
  components: { added: [], removed: [], changed: [] },
  migrations: { added: [], removed: [], changed: [] },
  flags: [],
  other: [],
};

test('a release has no difference from itself', () => {
  expect(compareReleases(opened(), opened())).toEqual({ from: '0.1.0', to: '0.1.0', ...SAME });
});

test('two releases are told apart by all that they hold', () => {
  const before = opened(
    {
      migrations: {
        forward: [migration('0001_a'), migration('0002_b'), migration('0003_c'), migration('0004_d')],
        backward: [migration('0003_c', 'undo'), migration('0004_d', 'undo')],
      },
      flags: { kept: { a: 1, b: [2] }, gone: true, changed: { on: false } },
    },
    {
      contents: [file('a.js', 'a'), file('b.js', 'b')],
      components: [
        { name: 'a', version: '1.0.0' },
        { name: 'b', version: '1.0.0' },
        { name: 'b', version: '2.0.0' },
        { name: 'c', version: '1.0.0' },
      ],
    },
  );
  const after = opened(
    {
      version: '0.2.0-beta.1',
      channel: 'beta',
      preRelease: true,
      description: 'Other',
      artifact: { ...(FULL.artifact as NonNullable<Release['artifact']>), size: 99 },
      migrations: {
        forward: [migration('0001_a'), migration('0003_c', 'other'), migration('0004_d'), migration('0005_e')],
        backward: [migration('0003_c', 'undo'), migration('0004_d', 'undo otherwise')],
      },
      flags: { changed: { on: true }, kept: { b: [2], a: 1 }, fresh: null },
    },
    {
      contents: [file('a.js', 'A'), file('c.js', 'b')],
      components: [
        { name: 'd', version: '' },
        { name: 'b', version: '2.0.0' },
        { name: 'b', version: '3.0.0' },
        { name: 'b', version: '3.0.0' },
        { name: 'a', version: '1.0.0' },
      ],
    },
  );
  expect(compareReleases(before, after)).toEqual({
    from: '0.1.0',
    to: '0.2.0-beta.1',
    size: { before: 0, after: 99 },
    files: {
      added: [],
      removed: [],
      changed: [{ path: 'a.js', before: file('a.js', 'a'), after: file('a.js', 'A'), onlyExecutable: false }],
      renamed: [{ from: file('b.js', 'b'), to: file('c.js', 'b') }],
    },
    components: {
      added: [{ name: 'd', version: '' }],
      removed: [{ name: 'c', version: '1.0.0' }],
      changed: [{ name: 'b', before: ['1.0.0', '2.0.0'], after: ['2.0.0', '3.0.0'] }],
    },
    migrations: {
      added: [migration('0005_e')],
      removed: [migration('0002_b')],
      changed: ['0003_c', '0004_d'],
    },
    flags: [
      { name: 'changed', before: { on: false }, after: { on: true } },
      { name: 'fresh', after: null },
      { name: 'gone', before: true },
    ],
    other: ['channel', 'preRelease', 'description'],
  });
});

test('a way back that was added or taken away is a change of its migration', () => {
  const [one, both] = [
    opened({ migrations: { forward: [migration('0001_a')], backward: [] } }),
    opened({ migrations: { forward: [migration('0001_a')], backward: [migration('0001_a', 'undo')] } }),
  ];
  expect(compareReleases(one, both).migrations).toEqual({ added: [], removed: [], changed: ['0001_a'] });
  expect(compareReleases(both, one).migrations.changed).toEqual(['0001_a']);
});

test('flags with names that objects have already are told as any others', () => {
  const flags = JSON.parse('{"toString":1,"hasOwnProperty":2}') as Record<string, JsonValue>;
  expect(compareReleases(opened(), opened({ flags })).flags).toEqual([
    { name: 'hasOwnProperty', after: 2 },
    { name: 'toString', after: 1 },
  ]);
});

describe('whatever two releases hold', () => {
  const anyComponents = fc.array(
    fc.record({
      name: fc.constantFrom('a', '@x/a', 'b', 'é', 'toString'),
      version: fc.constantFrom('', '1.0.0', '2.0.0'),
    }),
    { maxLength: 8 },
  );
  const anyMigrations = fc
    .uniqueArray(fc.constantFrom('0001_a', '0002_b', '0003_c'))
    .chain((ids) => fc.tuple(...ids.map((id) => fc.constantFrom('x', 'y').map((sql) => migration(id, sql)))))
    .chain((forward) => fc.subarray(forward).map((backward) => ({ forward, backward })));
  const anyOpened = fc
    .record({
      contents: anyContents,
      components: anyComponents,
      migrations: anyMigrations,
      flags: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 1 })),
    })
    .map(({ contents, components, migrations, flags }) =>
      opened({ migrations, flags: flags as Record<string, JsonValue> }, { contents, components }),
    );

  /** What a bill says, whatever its order and however often. */
  const versionsOf = (components: readonly BillComponent[]): readonly string[] =>
    [...new Set(components.map(({ name, version }) => `${name} ${version}`))].toSorted();

  test('the difference makes of the components of the one those of the other', () => {
    fc.assert(
      fc.property(anyOpened, anyOpened, (before, after) => {
        const { added, removed, changed } = compareReleases(before, after).components;
        const touched = new Set([...removed, ...changed].map(({ name }) => name));
        const now = [
          ...before.components.filter(({ name }) => !touched.has(name)),
          ...added,
          ...changed.flatMap(({ name, after: versions }) => versions.map((version) => ({ name, version }))),
        ];
        expect(versionsOf(now)).toEqual(versionsOf(after.components));
      }),
    );
  });

  test('the difference the other way round is its reverse', () => {
    fc.assert(
      fc.property(anyOpened, anyOpened, (before, after) => {
        const [there, back] = [compareReleases(before, after), compareReleases(after, before)];
        expect(back.components.added).toEqual(there.components.removed);
        expect(back.components.changed).toEqual(
          there.components.changed.map((each) => ({ name: each.name, before: each.after, after: each.before })),
        );
        expect(back.migrations.added).toEqual(there.migrations.removed);
        expect(back.migrations.changed.toSorted()).toEqual(there.migrations.changed.toSorted());
        const turned = there.flags.map(({ name, ...values }) => ({
          name,
          ...('after' in values ? { before: values.after } : {}),
          ...('before' in values ? { after: values.before } : {}),
        }));
        expect(back.flags).toEqual(turned);
      }),
    );
  });

  test('order makes no difference', () => {
    fc.assert(
      fc.property(anyOpened, anyOpened, (before, after) => {
        const shuffled = ({ release, contents, components }: OpenedRelease): OpenedRelease => ({
          release: { ...release, flags: Object.fromEntries(Object.entries(release.flags).toReversed()) },
          contents: contents.toReversed(),
          components: components.toReversed(),
        });
        expect(compareReleases(shuffled(before), shuffled(after))).toEqual(compareReleases(before, after));
        expect(compareReleases(before, shuffled(before))).toEqual({ from: '0.1.0', to: '0.1.0', ...SAME });
      }),
    );
  });
});
