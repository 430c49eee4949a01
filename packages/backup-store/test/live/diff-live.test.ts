import {
  chmodSync,
  lutimesSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ContentCheck } from '../../src/live/compare-content.ts';
import type { Difference, EntryProblem, LiveDiffOptions, Repository } from '../../src/index.ts';
import { sha256 } from '../../src/bytes/sha256.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, listOf, newPlace, type Place, restored } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;

async function backedUp(): Promise<{ place: Place; repository: Repository; at: (name: string) => string }> {
  const place = newPlace();
  buildTree(place.source, {
    same: 'same',
    touched: 'touched',
    edited: 'edited',
    gone: 'gone',
    large: noise(5 * MiB, 'l'),
  });
  symlinkSync('same', join(place.source, 'link'));
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], sources: [sourceOf('shop', { '': 'dump' })] });
  return { place, repository, at: (name) => join(place.source, name) };
}

const shown = (differences: readonly Difference[]): string[] =>
  differences.map(({ change, path }) => `${change} ${path.split('/').at(-1)}`);
const diff = async (repository: Repository, options?: LiveDiffOptions): Promise<string[]> =>
  shown(await listOf(repository.diffLive('latest', options)));

it('nothing differs right after a backup, nor after a restore elsewhere', async () => {
  const { place, repository } = await backedUp();
  expect(await diff(repository)).toEqual([]);
  expect(await diff(repository, { content: 'always' })).toEqual([]);
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(await diff(repository, { to: place.out, content: 'always' })).toEqual([]);
  writeFileSync(join(place.out, 'shop'), 'dumb');
  writeFileSync(join(restored(place), 'same'), 'sane');
  expect(await diff(repository, { to: place.out, content: 'always' })).toEqual(['content shop', 'content same']);
});

it('what was added, removed, edited or only touched is told apart, reading only what has to be', async () => {
  const { repository, at } = await backedUp();
  writeFileSync(at('edited'), 'edition');
  writeFileSync(at('new'), 'new');
  rmSync(at('gone'));
  utimesSync(at('touched'), 1, 1);
  utimesSync(at('large'), 2, 2);
  chmodSync(at('same'), 0o640);
  rmSync(at('link'));
  symlinkSync('edited', at('link'));
  const folder = statSync(at('.')).mtimeMs;
  const differences = await listOf(repository.diffLive('latest'));
  expect(shown(differences)).toEqual([
    'metadata source',
    'content edited',
    'removed gone',
    'metadata large',
    'content link',
    'added new',
    'metadata same',
    'metadata touched',
  ]);
  expect(Number((differences[0]?.after?.mtimeNs ?? 0n) / 1_000_000n)).toBe(Math.floor(folder));
  expect(differences[1]).toMatchObject({ before: { size: 6 }, after: { size: 7 } });
  expect(await diff(repository, { paths: [at('edited')] })).toEqual(['content edited']);
});

it('content that changed under the same times is found when all is read', async () => {
  const { repository, at } = await backedUp();
  const { atime, mtime } = statSync(at('large'));
  const bytes = readFileSync(at('large'));
  bytes.writeUInt8(bytes.readUInt8(4 * MiB) ^ 1, 4 * MiB);
  writeFileSync(at('large'), bytes);
  utimesSync(at('large'), atime, mtime);
  lutimesSync(at('.'), statSync(at('.')).atime, statSync(at('.')).mtime);
  const large = { paths: [at('large')] };
  const found = await diff(repository, { ...large, content: 'always' });
  expect(found).toEqual(['content large']);
});

it('a root that is gone has lost everything, and a source that came from no files is compared nowhere', async () => {
  const { place, repository } = await backedUp();
  rmSync(place.source, { recursive: true });
  expect(await diff(repository)).toHaveLength(7);
  expect(await failureOf(diff(repository, { paths: ['shop'] }))).toMatchObject({ code: 'INVALID_OPTION' });
});

it('what can not be looked at is told and the rest compared, or it fails the call', async () => {
  const { repository, at } = await backedUp();
  // Ignore files of this size are not obeyed.
  writeFileSync(at('.holdfastignore'), '#'.repeat(2 * MiB));
  const problems: EntryProblem[] = [];
  const onProblem = (problem: EntryProblem): void => void problems.push(problem);
  expect(await diff(repository, { onProblem })).toEqual(['metadata source', 'added .holdfastignore']);
  expect(problems).toMatchObject([{ path: at('.holdfastignore') }]);
  expect(await failureOf(diff(repository))).toMatchObject({ code: 'PATH_FAILED' });
  expect(await failureOf(diff(repository, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' });
});

it('a file that has become a link is of another kind, and not read', async () => {
  const { repository, at } = await backedUp();
  rmSync(at('gone'));
  symlinkSync('edited', at('gone'));
  expect(await diff(repository, { paths: [at('gone')], content: 'always' })).toEqual(['kind gone']);
});

it('content is the same only if each byte is, however it comes in pieces', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }),
      fc.option(fc.nat(299)),
      (bytes, cuts, pieces, flip) => {
        const content = cutBy(bytes, cuts).map((part) => ({ sha256: sha256(part), length: part.length }));
        const now = Buffer.from(bytes);
        const at = flip === null ? undefined : flip % now.length;
        if (at !== undefined) now.writeUInt8(now.readUInt8(at) ^ 1, at);
        const check = new ContentCheck(content);
        for (const piece of cutBy(now, pieces)) check.add(piece);
        expect(check.end()).toBe(at === undefined);
        const short = new ContentCheck(content);
        short.add(bytes.subarray(0, -1));
        expect(short.end()).toBe(false);
        const long = new ContentCheck(content);
        long.add(bytes);
        long.add(Uint8Array.of(0));
        expect(long.end()).toBe(false);
      },
    ),
  );
});

function cutBy(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return parts;
}
