import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupSource, Repository } from '../../src/index.ts';
import { noise, prose } from '../fixtures/content.ts';
import { createAt, failureOf, listOf, newPlace, openAt, restored } from '../fixtures/place.ts';
import { coded, sourceOf, streamOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;

async function contentOf(repository: Repository, snapshot: string, path: string): Promise<Buffer> {
  return Buffer.concat(await listOf(repository.read(snapshot, { path })));
}

describe('a snapshot of streams and folders', () => {
  const place = newPlace(afterAll);
  const dump = Buffer.concat([noise(9 * MiB, 'dump'), prose(6 * MiB, 'dump')]);
  const files = { 'shop.sql': dump, 'parts/empty': '', 'globals.sql': 'CREATE ROLE app;' };
  const sources = [
    sourceOf('databases/main', files, {
      async *read({ describe: say }) {
        say({ server: '15.2' });
        yield* sourceOf('any', files).read({ signal: new AbortController().signal, describe: say });
        say({ databases: ['shop'] });
      },
    }),
    sourceOf('crontab', { '': '* * * * * true\n' }),
  ];
  let repository: Repository;
  beforeAll(async () => {
    buildTree(place.source, { 'a.txt': 'a' });
    repository = await createAt(place, { performance: { workers: 2 } });
  });

  it('has all of them, and what sources say of themselves', async () => {
    const result = await repository.backup({ paths: [place.source], sources });
    expect(result).toMatchObject({ status: 'ok', problems: [], counts: { filesNew: 5, bytesNew: dump.length + 32 } });
    const all = [
      { kind: 'made', root: 'made:databases/main', path: 'databases/main', status: 'ok', files: 3, entries: 5 },
      { kind: 'made', root: 'made:crontab', path: 'crontab', status: 'ok', files: 1, entries: 1, bytes: 15 },
      { kind: 'directory', root: place.source, files: 1 },
    ];
    expect(result.sources).toMatchObject(all);
    expect(result.sources[0]?.details).toEqual({ server: '15.2', databases: ['shop'] });
    const [record] = await (await openAt(place)).snapshots();
    expect(record).toEqual(result.snapshot);
    expect(record?.sources).toEqual(result.sources);
  });

  it('lists, restores, reads and verifies like files', async () => {
    const paths = (await listOf(repository.entries('latest', { path: 'databases' }))).map(({ path, kind }) => [
      path,
      kind,
    ]);
    expect(paths).toEqual([
      ['databases/main', 'directory'],
      ['databases/main/globals.sql', 'file'],
      ['databases/main/parts', 'directory'],
      ['databases/main/parts/empty', 'file'],
      ['databases/main/shop.sql', 'file'],
    ]);
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(readFileSync(join(place.out, 'databases/main/shop.sql')).equals(dump)).toBe(true);
    expect(readFileSync(join(place.out, 'crontab'), 'utf8')).toBe('* * * * * true\n');
    expect(readFileSync(join(restored(place), 'a.txt'), 'utf8')).toBe('a');
    expect((await contentOf(repository, 'latest', 'databases/main/shop.sql')).equals(dump)).toBe(true);
    expect(await contentOf(repository, 'latest', 'databases/main/parts/empty')).toHaveLength(0);
    expect((await contentOf(repository, 'latest', join(place.source, 'a.txt'))).toString()).toBe('a');
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
  });

  it.each([
    ['databases/main/none', 'PATH_NOT_FOUND'],
    ['databases', 'PATH_NOT_FOUND'],
    ['databases/main', 'PATH_FAILED'],
    ['crontab/below', 'PATH_NOT_FOUND'],
  ])('reading %s is %s', async (path, code) => {
    expect(await failureOf(contentOf(repository, 'latest', path))).toMatchObject({ code });
  });

  it('is not restored in place as far as it did not come from files', async () => {
    const whole = repository.planRestore({ snapshot: 'latest', inPlace: true });
    expect(await failureOf(whole)).toMatchObject({ code: 'INVALID_OPTION' });
    const folder = await repository.planRestore({ snapshot: 'latest', inPlace: true, path: place.source });
    expect(folder.counts.keep).toBe(2);
  });

  it('stores nothing twice: not what is the same, nor what a file holds, nor what stands behind a change', async () => {
    const same = await repository.backup({ paths: [place.source], sources });
    expect(same.counts).toMatchObject({ filesUnchanged: 5, filesNew: 0, filesChanged: 0, bytesNew: 0 });
    buildTree(place.source, { 'dump.sql': dump });
    const file = await repository.backup({ paths: [place.source], sources });
    expect(file.counts).toMatchObject({ filesNew: 1, bytesNew: 0 });
    const changed = Buffer.concat([Buffer.from('-- a line more\n'), dump]);
    const other = await repository.backup({ sources: [sourceOf('other', { dump: changed })] });
    expect(other.counts.bytesNew).toBeGreaterThan(0);
    expect(other.counts.bytesNew).toBeLessThanOrEqual(5 * MiB);
  });

  it('cuts every so many bytes where a source asks for that: what is changed in place costs the chunks it is in', async () => {
    const pages = noise(3 * MiB + 100, 'pages');
    const inChunks = (content: Buffer): BackupSource => {
      const entry = { path: '', content: streamOf(content), chunkBytes: 16_384 };
      return sourceOf(
        'pages',
        {},
        {
          read: async function* () {
            yield entry;
          },
        },
      );
    };
    const first = await repository.backup({ sources: [inChunks(pages)] });
    expect(first.counts.bytesNew).toBe(pages.length);
    for (const at of [0, 100_000, 2 * MiB, pages.length - 1]) pages[at] = (pages[at] ?? 0) ^ 1;
    const { counts } = await repository.backup({ sources: [inChunks(pages)] });
    expect(counts).toMatchObject({ filesChanged: 1, bytesNew: 3 * 16_384 + 100 });
    expect((await contentOf(repository, 'latest', 'pages')).equals(pages)).toBe(true);
  });
});

describe('a source that fails', () => {
  const good = sourceOf('good', { '': 'good' });

  it('is left out and told; what it was before is not taken for now; the next run heals', async () => {
    const place = newPlace();
    buildTree(place.source, { a: 'x' });
    const events: string[] = [];
    const repository = await createAt(place, {
      onEvent: ({ name, details }) => events.push(`${name} ${details['code'] ?? ''}`),
    });
    const run = async (bad: BackupSource, more: object = {}) =>
      await repository.backup({ paths: [place.source], sources: [bad, good], ...more });
    const content = noise(3 * MiB, 'before');
    await run(sourceOf('db', { 'shop.sql': content }));
    const begun = noise(20 * MiB, 'lost');
    const dies = sourceOf(
      'db',
      {},
      {
        async *read() {
          yield { path: 'shop.sql', content: streamOf(begun, { failure: coded('EPIPE', 'the server has gone') }) };
        },
      },
    );
    const result = await run(dies);
    const error = { code: 'EPIPE', message: 'the server has gone' };
    expect(result).toMatchObject({ status: 'partial', problems: [{ path: 'db/shop.sql', ...error }] });
    expect(result.sources).toMatchObject([
      { status: 'failed', entries: 0, files: 0, bytes: 0, problems: 1, error },
      { status: 'ok', files: 1 },
      { status: 'ok', files: 1 },
    ]);
    expect(events).toContain('source.failed EPIPE');
    expect(await failureOf(contentOf(repository, 'latest', 'db/shop.sql'))).toMatchObject({ code: 'PATH_NOT_FOUND' });
    const healed = await run(sourceOf('db', { 'shop.sql': content }));
    expect(healed).toMatchObject({ status: 'ok', counts: { bytesNew: 0, filesNew: 1, filesUnchanged: 2 } });
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    await repository.prune();
    // What was sent of the stream that died is garbage.
    expect((await repository.stats()).tenants[0]?.bytesUnique).toBeLessThan(content.length + MiB);
    expect((await contentOf(repository, 'latest', 'db/shop.sql')).equals(content)).toBe(true);
  });

  it('keeps the files that were complete before', async () => {
    const repository = await createAt(newPlace());
    const files = { 'one.sql': 'one', 'two.sql': coded('EIO', 'broken'), 'three.sql': 'three' };
    const goesOn = await repository.backup({ sources: [sourceOf('db', files)] });
    expect(goesOn.sources).toMatchObject([{ status: 'partial', files: 2, problems: 1, error: { code: 'EIO' } }]);
    const ends = sourceOf(
      'db',
      {},
      {
        async *read() {
          yield { path: 'one.sql', content: streamOf(Buffer.from('one')) };
          throw coded('ECONNREFUSED', 'no more');
        },
      },
    );
    const ended = await repository.backup({ sources: [ends] });
    expect(ended.problems).toEqual([{ path: 'db', code: 'ECONNREFUSED', message: 'no more' }]);
    expect(ended.sources).toMatchObject([{ status: 'partial', files: 1, error: { code: 'ECONNREFUSED' } }]);
    expect(ended.counts).toMatchObject({ filesUnchanged: 1, entriesRemoved: 1 });
  });

  it('leaves no snapshot when it is alone, or all have to be there', async () => {
    const repository = await createAt(newPlace());
    const bad = sourceOf('bad', { '': coded('EIO', 'broken') });
    const alone = await failureOf(repository.backup({ sources: [bad] }));
    expect(alone).toMatchObject({ code: 'SOURCE_FAILED', details: ['bad: EIO: broken'] });
    const atomic = await failureOf(repository.backup({ sources: [good, bad], atomic: true }));
    expect(atomic).toMatchObject({ code: 'SOURCE_FAILED', details: ['bad: EIO: broken'] });
    expect(await repository.snapshots()).toEqual([]);
    expect(await repository.backup({ sources: [good], atomic: true })).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['paths that leave it', { '../x': 'x' }],
    ['absolute paths', { '/x': 'x' }],
    ['a path below a file', { a: 'x', 'a/b': 'y' }],
    ['a file where a folder is', { 'a/b': 'x', a: 'y' }],
    ['a file beside one that is the whole source', { '': 'x', a: 'y' }],
  ])('fails by giving %s', async (_what, files) => {
    const repository = await createAt(newPlace());
    const result = await repository.backup({ sources: [sourceOf('odd', files), good] });
    expect(result.sources).toMatchObject([{ error: { code: 'INVALID_OPTION' } }, { status: 'ok' }]);
  });

  it.each([0, 4095, 4 * MiB + 1, 8192.5, Number.NaN])('fails by asking for chunks of %s bytes', async (chunkBytes) => {
    const repository = await createAt(newPlace());
    const entry = { path: '', content: streamOf(Buffer.from('x')), chunkBytes };
    const bad = sourceOf(
      'bad',
      {},
      {
        read: async function* () {
          yield entry;
        },
      },
    );
    const { sources } = await repository.backup({ sources: [bad, good] });
    expect(sources).toMatchObject([{ status: 'failed', error: { code: 'INVALID_OPTION' } }, { status: 'ok' }]);
  });

  it('fails by giving what is no bytes, or details that are too long', async () => {
    const repository = await createAt(newPlace());
    const text = sourceOf(
      'text',
      {},
      {
        async *read() {
          yield { path: '', content: ['text'] as unknown as AsyncIterable<Uint8Array> };
          yield {
            path: '',
            content: (async function* () {
              yield 'text' as unknown as Uint8Array;
            })(),
          };
        },
      },
    );
    const long = sourceOf(
      'long',
      {},
      {
        async *read({ describe: say }) {
          say({ text: 'x'.repeat(70_000) });
          yield { path: '', content: streamOf(Buffer.from('never')) };
        },
      },
    );
    const { sources } = await repository.backup({ sources: [text, long, good] });
    expect(sources.map(({ status }) => status)).toEqual(['failed', 'failed', 'ok']);
    expect(sources[0]?.problems).toBe(2);
  });
});

it.each([
  ['no name', { name: '' }],
  ['an absolute name', { name: '/a' }],
  ['a name that leads out', { name: 'a/../b' }],
  ['a kind of others', { kind: 'directory' }],
  ['a kind in capitals', { kind: 'SQL' }],
  ['the place of another source', { name: 'good/below' }],
])('a source with %s is refused before anything is read', async (_what, odd) => {
  const repository = await createAt(newPlace());
  const sources = [sourceOf('good', { '': 'x' }), { ...sourceOf('odd', { '': 'x' }), ...odd }];
  expect(await failureOf(repository.backup({ sources }))).toMatchObject({ code: 'INVALID_OPTION' });
  expect(await failureOf(repository.backup({}))).toMatchObject({ code: 'INVALID_OPTION' });
  expect(await repository.snapshots()).toEqual([]);
});

it('a dry run reads nothing and asks sources whether they could be read', async () => {
  const place = newPlace();
  const repository = await createAt(place);
  const never = (): never => {
    throw new Error('must not be called');
  };
  const hooks = { read: never, quiesce: never, resume: never };
  const able = sourceOf('able', {}, { ...hooks, check: async ({ describe: say }) => say({ server: '15' }) });
  const unable = sourceOf('unable', {}, { ...hooks, check: async () => await Promise.reject(coded('EACCES', 'no')) });
  const result = await repository.backup({ sources: [able, unable], dryRun: true });
  expect(result.sources).toMatchObject([
    { status: 'ok', details: { server: '15' } },
    { status: 'failed', error: { code: 'EACCES', message: 'no' } },
  ]);
  expect(result).toMatchObject({ status: 'partial', problems: [{ path: 'unable', code: 'EACCES' }] });
});
