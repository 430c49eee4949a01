import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupOptions, BackupResult, Repository } from '../../src/index.ts';
import { createAt, failureOf, listOf, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { sourceOf, streamOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

/** Ahead of the file system, so that no file is too young to be trusted. */
const ahead = (): number => Date.now() + 60_000;

async function withTwoFiles(): Promise<{
  place: Place;
  repository: Repository;
  back: (options?: Partial<BackupOptions>) => Promise<BackupResult>;
}> {
  const place = newPlace();
  buildTree(place.source, { same: 'same', changing: 'first' });
  const repository = await createAt(place, { clock: ahead });
  const back = async (options: Partial<BackupOptions> = {}): Promise<BackupResult> =>
    await repository.backup({ paths: [place.source], ...options });
  return { place, repository, back };
}

const change = ({ source }: Place, text: string): void => writeFileSync(join(source, 'changing'), text);

describe('kinds of backups', () => {
  it('an incremental one without a parent is full, the next reads only what has changed, and restores alone', async () => {
    const { place, repository, back } = await withTwoFiles();
    const first = await back();
    expect(first.snapshot).toMatchObject({ kind: 'full', trigger: 'manual', bytes: { read: 9 } });
    change(place, 'second');
    const second = await back({ kind: 'incremental', trigger: 'scheduled' });
    expect(second.snapshot).toMatchObject({
      kind: 'incremental',
      trigger: 'scheduled',
      parent: first.snapshot?.id,
      bytes: { total: 10, read: 6 },
    });
    await repository.forget({ snapshots: [first.snapshot?.id ?? ''] });
    await repository.prune({ maxUnusedPercent: 0 });
    expect(await repository.restore({ snapshot: second.snapshot?.id ?? '', to: place.out })).toMatchObject({
      status: 'ok',
    });
    expect(readFileSync(join(restored(place), 'same'), 'utf8')).toBe('same');
    expect(readFileSync(join(restored(place), 'changing'), 'utf8')).toBe('second');
  });

  it('a full one reads every byte again, stores nothing twice, and goes on from no snapshot', async () => {
    const { repository, back } = await withTwoFiles();
    await back();
    const again = await back({ kind: 'full' });
    expect(again.counts).toMatchObject({ filesUnchanged: 2, bytesRead: 9, bytesNew: 0 });
    expect(again.snapshot).toMatchObject({ kind: 'full', parent: again.parent });
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    expect(await failureOf(back({ kind: 'full', since: 'last' }))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('every so often one is full, however many there were since, and one that could not read all is none', async () => {
    const place = newPlace();
    buildTree(place.source, { same: 'same' });
    let now = ahead();
    const repository = await createAt(place, { clock: () => now });
    const [hour, day] = [3_600_000, 86_400_000];
    const kindAfter = async (ms: number, options: Partial<BackupOptions> = {}): Promise<string | undefined> => {
      now += ms;
      return (await repository.backup({ paths: [place.source], fullEveryMs: 7 * day, ...options })).snapshot?.kind;
    };
    expect(await kindAfter(0)).toBe('full');
    expect(await kindAfter(6 * day)).toBe('incremental');
    expect(await kindAfter(day - 1)).toBe('incremental');
    expect(await kindAfter(1)).toBe('full');
    expect(await kindAfter(hour, { fullEveryMs: hour })).toBe('full');
    expect(await kindAfter(6 * day)).toBe('incremental');
    const other = newPlace();
    buildTree(other.source, { same: 'same' });
    expect(await kindAfter(hour, { paths: [other.source] })).toBe('full');
    expect(await kindAfter(hour, { tenant: 'other' })).toBe('full');
    expect(await kindAfter(-30 * day)).toBe('full');
  });

  it.each([
    ['a week', 7 * 86_400_000, 3_600_000],
    ['an hour', 3_600_000, 150_000],
  ])('a scheduled one every %s may be early, as schedules spread their runs', async (_, fullEveryMs, earlyMs) => {
    const place = newPlace();
    buildTree(place.source, { same: 'same' });
    let now = ahead();
    const repository = await createAt(place, { clock: () => now });
    const kindAfter = async (ms: number, trigger: 'scheduled' | 'manual'): Promise<string | undefined> => {
      now += ms;
      return (await repository.backup({ paths: [place.source], fullEveryMs, trigger })).snapshot?.kind;
    };
    expect(await kindAfter(0, 'scheduled')).toBe('full');
    expect(await kindAfter(fullEveryMs - earlyMs - 1, 'scheduled')).toBe('incremental');
    expect(await kindAfter(1, 'manual')).toBe('incremental');
    expect(await kindAfter(0, 'scheduled')).toBe('full');
  });

  it('a full one every so often is none of an option that says what is compared with', async () => {
    const { back } = await withTwoFiles();
    for (const options of [{ kind: 'full' }, { kind: 'checkpoint' }, { since: 'last' }] as const)
      expect(await failureOf(back({ fullEveryMs: 1000, ...options }))).toMatchObject({ code: 'INVALID_OPTION' });
    for (const fullEveryMs of [0, -1, NaN, Infinity])
      expect(await failureOf(back({ fullEveryMs }))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  it.each(['pre-deploy', 'safety'] as const)('a %s one reads changes, quickly compressed', async (kind) => {
    const { back } = await withTwoFiles();
    await back();
    const result = await back({ kind });
    expect(result.snapshot).toMatchObject({ kind, compression: 'fast', bytes: { read: 0 } });
    expect((await back({ kind, compression: 'maximum' })).snapshot?.compression).toBe('maximum');
  });
});

describe('what an incremental backup compares with', () => {
  it('is the snapshot named, or the last one at or before a time, and only what has changed since is read', async () => {
    const place = newPlace();
    buildTree(place.source, { same: 'same', changing: 'first' });
    let now = ahead();
    const repository = await createAt(place, { clock: () => now });
    const back = async (options: Partial<BackupOptions> = {}): Promise<BackupResult> =>
      await repository.backup({ paths: [place.source], ...options });
    const one = (await back({ name: 'one' })).snapshot;
    change(place, 'second!');
    now += 1000;
    const two = (await back()).snapshot;
    change(place, 'third');
    now += 1000;
    const third = await back({ since: 'one' });
    expect(third).toMatchObject({ parent: one?.id, counts: { filesUnchanged: 1, filesChanged: 1, bytesRead: 5 } });
    now += 1000;
    expect((await back({ since: now - 2000 })).parent).toBe(two?.id);
    expect((await back({ since: one?.id.slice(0, 8) ?? '' })).parent).toBe(one?.id);
    expect((await back({ since: now - 60_000 })).snapshot).toMatchObject({ kind: 'full' });
  });

  it('can be no snapshot of other paths, and none that is not there', async () => {
    const { place, repository, back } = await withTwoFiles();
    await repository.backup({ paths: [join(place.source, 'same')], name: 'other' });
    expect(await failureOf(back({ since: 'other' }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await failureOf(back({ since: 'nowhere' }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await repository.snapshots()).toHaveLength(1);
  });

  it('is remembered of the last eight snapshots', async () => {
    const { place, back } = await withTwoFiles();
    for (let run = 0; run < 10; run++) {
      change(place, `run ${run}`);
      await back();
    }
    const [repository = ''] = readdirSync(place.cache);
    const [root = ''] = readdirSync(join(place.cache, repository, 'scan'));
    expect(readdirSync(join(place.cache, repository, 'scan', root))).toHaveLength(8);
  });
});

describe('a checkpoint', () => {
  it('reads no content: it has that of unchanged files, and knows what else is there', async () => {
    const { place, repository, back } = await withTwoFiles();
    const parent = (await back()).snapshot;
    change(place, 'second');
    buildTree(place.source, { new: 'new file', empty: '' });
    const { snapshot, counts } = await back({ kind: 'checkpoint' });
    expect(counts).toMatchObject({ filesUnchanged: 1, filesChanged: 1, filesNew: 2, bytesRead: 0, bytesNew: 0 });
    expect(snapshot).toMatchObject({
      kind: 'checkpoint',
      parent: parent?.id,
      bytes: { total: 18, read: 0 },
      sources: [{ files: 4, absent: { files: 2, bytes: 14 } }],
    });
    const id = snapshot?.id ?? '';
    const entries = await listOf(repository.entries(id));
    expect(
      entries.filter(({ absent }) => absent === true).map(({ path, size }) => [path.split('/').at(-1), size]),
    ).toEqual([
      ['changing', 6],
      ['new', 8],
    ]);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
    expect(await failureOf(listOf(repository.read(id, { path: join(place.source, 'new') })))).toMatchObject({
      code: 'CONTENT_ABSENT',
    });
    expect((await listOf(repository.read(id, { path: join(place.source, 'same') }))).join('')).toBe('same');
  });

  it('restores what it has and names every file of which it has nothing', async () => {
    const { place, repository, back } = await withTwoFiles();
    await back();
    change(place, 'second');
    const { snapshot } = await back({ kind: 'checkpoint' });
    const wanted = { snapshot: snapshot?.id ?? '', to: place.out };
    const plan = await repository.planRestore(wanted);
    expect(plan.actions.filter(({ action }) => action === 'note')).toMatchObject([
      { path: join(restored(place), 'changing'), reason: 'the checkpoint has no content of it' },
    ]);
    const result = await repository.restore(wanted);
    expect(result).toMatchObject({ status: 'partial', filesWritten: 1 });
    expect(result.problems).toMatchObject([{ path: join(restored(place), 'changing'), code: 'CONTENT_ABSENT' }]);
    expect(readdirSync(restored(place))).toEqual(['same']);
  });

  it('leaves alone in place what it has no content of, and tells where that is as it was', async () => {
    const { place, repository, back } = await withTwoFiles();
    await back();
    change(place, 'second');
    const { snapshot } = await back({ kind: 'checkpoint' });
    const inPlace = { snapshot: snapshot?.id ?? '', inPlace: true, overwrite: 'always', delete: true } as const;
    change(place, 'precious');
    writeFileSync(join(place.source, 'same'), 'damaged');
    expect(await repository.restore(inPlace)).toMatchObject({ status: 'partial', entriesDeleted: 0 });
    expect(readFileSync(join(place.source, 'changing'), 'utf8')).toBe('precious');
    expect(readFileSync(join(place.source, 'same'), 'utf8')).toBe('same');
  });

  it('is never compared with, nor the latest, so that the next backup reads what it did not', async () => {
    const { place, repository, back } = await withTwoFiles();
    const parent = (await back()).snapshot;
    change(place, 'second');
    const { snapshot } = await back({ kind: 'checkpoint', name: 'quick' });
    expect((await repository.snapshot('latest')).id).toBe(parent?.id);
    expect((await repository.snapshot('latest', { kinds: ['checkpoint'] })).id).toBe(snapshot?.id);
    expect(await failureOf(back({ since: 'quick' }))).toMatchObject({ code: 'INVALID_OPTION' });
    const next = await back();
    expect(next).toMatchObject({ parent: parent?.id, counts: { filesUnchanged: 1, filesChanged: 1, bytesRead: 6 } });
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(readFileSync(join(restored(place), 'changing'), 'utf8')).toBe('second');
  });

  it('without anything before it is a list of names, sizes and times', async () => {
    const { place, repository, back } = await withTwoFiles();
    utimesSync(join(place.source, 'same'), 1, 1);
    const { snapshot } = await back({ kind: 'checkpoint' });
    expect(snapshot?.sources[0]?.absent).toEqual({ files: 2, bytes: 9 });
    const [, , same] = await listOf(repository.entries(snapshot?.id ?? ''));
    expect(same).toMatchObject({ size: 4, mtimeNs: 1_000_000_000n, absent: true });
    expect(await repository.stats()).toMatchObject({ tenants: [{ bytesReferenced: 0 }] });
    expect(await failureOf(repository.snapshot('latest'))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  });

  it('keeps what it has when its parent is forgotten and what nobody needs is gone', async () => {
    const { place, repository, back } = await withTwoFiles();
    const parent = (await back()).snapshot;
    change(place, 'second');
    const { snapshot } = await back({ kind: 'checkpoint' });
    await repository.forget({ snapshots: [parent?.id ?? ''] });
    await repository.prune({ maxUnusedPercent: 0 });
    const again = await openAt(place);
    expect(await again.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    await again.restore({ snapshot: snapshot?.id ?? '', to: place.out });
    expect(readFileSync(join(restored(place), 'same'), 'utf8')).toBe('same');
  });

  it('checks sources that are no files, neither bringing them to rest nor reading them', async () => {
    const { place, repository } = await withTwoFiles();
    const called: string[] = [];
    const database = sourceOf(
      'shop',
      {},
      {
        check: async ({ describe: say }) => {
          called.push('check');
          say({ server: '15' });
        },
        quiesce: async () => void called.push('quiesce'),
        async *read() {
          called.push('read');
          yield { path: '', content: streamOf(Buffer.from('dump')) };
        },
      },
    );
    const { snapshot } = await repository.backup({ kind: 'checkpoint', paths: [place.source], sources: [database] });
    expect(called).toEqual(['check']);
    expect(snapshot?.sources[0]).toMatchObject({ status: 'ok', unread: true, files: 0, details: { server: '15' } });
  });
});
