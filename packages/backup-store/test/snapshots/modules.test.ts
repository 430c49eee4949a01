import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { contentDigest, moduleDigest, modulesOf, onlyModules, softwareOf } from '../../src/snapshots/modules.ts';
import type { SnapshotSource } from '../../src/snapshots/record.ts';
import { failureOf } from '../fixtures/place.ts';
import { recordOf, sourceOf } from '../fixtures/records.ts';

const sha256 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const source = fc.record({ root: fc.string({ unit: 'binary' }), treeSha256: sha256, files: fc.nat(), bytes: fc.nat() });
/** Some sources, each with a root of its own. */
const sources = fc.uniqueArray(source, { minLength: 1, maxLength: 6, selector: ({ root }) => root });
const inModule = (module: string | undefined, of: readonly Partial<SnapshotSource>[]): SnapshotSource[] =>
  of.map((each) => sourceOf({ ...each, module }));

test('the digest of a module depends on nothing but its own sources, in whatever order', () => {
  fc.assert(
    fc.property(sources, sources, sources, (own, others, single) => {
      const alone = modulesOf(inModule('assets', own));
      const among = modulesOf([
        ...inModule('database', others),
        ...inModule('assets', own.toReversed()),
        ...inModule(undefined, single),
      ]);
      expect(among.map(({ name }) => name)).toEqual(['assets', 'database']);
      expect(among[0]).toEqual(alone[0]);
    }),
  );
});

test('what changes in a tree, a root or the number of sources changes the digest', () => {
  fc.assert(
    fc.property(sources, sha256, (own, other) => {
      const before = moduleDigest(inModule('m', own));
      const [first, ...rest] = own as [SnapshotSource, ...SnapshotSource[]];
      fc.pre(first.treeSha256 !== other);
      for (const changed of [
        [{ ...first, treeSha256: other }, ...rest],
        [{ ...first, root: `${first.root}/x` }, ...rest],
        [...own, { root: `${own.map(({ root }) => root).join('')}+`, treeSha256: other }],
      ])
        expect(moduleDigest(inModule('m', changed))).not.toBe(before);
    }),
  );
});

it('is the SHA-256 of what the format says, as text', () => {
  const tree = '0'.repeat(64);
  const text = `[{"kind":"directory","root":"/srv/é","treeSha256":"${tree}"},{"kind":"sqlite","root":"sqlite:app","treeSha256":"${tree}"}]`;
  const digest = moduleDigest([
    { kind: 'sqlite', root: 'sqlite:app', treeSha256: tree },
    { kind: 'directory', root: '/srv/é', treeSha256: tree },
  ]);
  expect(digest).toBe(createHash('sha256').update(text).digest('hex'));
  expect(softwareOf({ version: '1.2', name: 'shop' }).sha256).toBe(
    createHash('sha256').update('{"name":"shop","version":"1.2"}').digest('hex'),
  );
});

it('of content it says kinds and digests, wherever the sources were', () => {
  const [a, b] = ['0'.repeat(64), 'f'.repeat(64)];
  const text = `[{"contentSha256":"${a}","kind":"sqlite"},{"contentSha256":"${b}","kind":"directory"}]`;
  const own = [
    { kind: 'directory', contentSha256: b },
    { kind: 'sqlite', contentSha256: a },
  ];
  expect(contentDigest(own)).toBe(createHash('sha256').update(text).digest('hex'));
  expect(contentDigest([...own, { kind: 'directory' }])).toBeUndefined();
});

it('only modules that a record has can be taken, and the error lists those', async () => {
  const of = [...inModule('a', [{ path: 'a' }]), ...inModule('b', [{ path: 'b' }]), sourceOf({ path: 'c' })];
  const record = recordOf({ sources: of, modules: modulesOf(of) });
  expect(onlyModules(record, ['b']).sources.map(({ path }) => path)).toEqual(['b']);
  expect(onlyModules(record, undefined)).toBe(record);
  const failure = await failureOf((async () => onlyModules(record, ['a', 'x']))());
  expect(failure).toMatchObject({ code: 'MODULE_NOT_FOUND', hint: 'It has a, b.' });
});
