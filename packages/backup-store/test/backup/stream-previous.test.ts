import { describe, expect, it } from 'vitest';
import type { BackupSource, PreviousSource, Repository, SourceRun } from '../../src/index.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, listOf, newPlace, openAt } from '../fixtures/place.ts';
import { coded, sourceOf, streamOf } from '../fixtures/stream-source.ts';
import { flipIn, objectsBelow } from '../fixtures/damage.ts';

const KiB = 1024;

/** A source that gives what it has before, and one file more in each run. */
function growing(log: SourceRun[] = []): BackupSource {
  return {
    name: 'log',
    kind: 'made',
    async *read(run) {
      log.push(run);
      const files = [...(run.previous?.files.values() ?? [])];
      for (const file of files) yield { path: file.path, content: file };
      const path = `part-${files.length}`;
      run.describe({ parts: files.length + 1 });
      yield { path, content: streamOf(noise(300 * KiB, path)) };
    },
  };
}

async function contentOf(repository: Repository, path: string): Promise<Buffer> {
  return Buffer.concat(await listOf(repository.read('latest', { path })));
}

describe('a source that takes over what it was before', () => {
  it('sees the files and details of the snapshot before, which are neither read nor stored again', async () => {
    const repository = await createAt(newPlace());
    const log: SourceRun[] = [];
    const sources = [growing(log)];
    const first = await repository.backup({ sources });
    const second = await repository.backup({ sources, kind: 'full' });
    expect(log[0]?.previous).toBeUndefined();
    const { snapshotId, details, files, startedMs } = (log[1] as SourceRun).previous as PreviousSource;
    expect({ snapshotId, details }).toEqual({ snapshotId: first.snapshot?.id, details: { parts: 1 } });
    expect(new Date(startedMs).toISOString()).toBe(first.snapshot?.startedAt);
    expect([...files.values()]).toMatchObject([{ path: 'part-0', size: 300 * KiB }]);
    expect(log[1]?.reading).toBe('all');
    expect(second.counts).toMatchObject({
      bytesTotal: 600 * KiB,
      bytesRead: 300 * KiB,
      bytesNew: 300 * KiB,
      filesUnchanged: 1,
      filesNew: 1,
    });
    expect((await contentOf(repository, 'log/part-0')).equals(noise(300 * KiB, 'part-0'))).toBe(true);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  it('can read them, and give them another path', async () => {
    const repository = await createAt(newPlace());
    await repository.backup({ sources: [sourceOf('db', { a: noise(9000 * KiB, 'a'), b: 'b' })] });
    const moved: BackupSource = {
      name: 'db',
      kind: 'made',
      async *read({ previous }) {
        const [a, b] = [previous?.files.get('a'), previous?.files.get('b')];
        if (a === undefined || b === undefined) throw coded('GONE', 'no files');
        yield { path: 'joined', content: streamOf(Buffer.concat([...(await listOf(a)), ...(await listOf(b))])) };
        yield { path: 'c', content: a };
      },
    };
    const result = await repository.backup({ sources: [moved] });
    expect(result).toMatchObject({
      status: 'ok',
      counts: { filesNew: 2, entriesRemoved: 2, bytesRead: 9000 * KiB + 1 },
    });
    expect((await contentOf(repository, 'db/c')).equals(noise(9000 * KiB, 'a'))).toBe(true);
    expect((await contentOf(repository, 'db/joined')).length).toBe(9000 * KiB + 1);
  });

  it('restores from the last snapshot alone when the others are forgotten and pruned', async () => {
    const repository = await createAt(newPlace());
    const sources = [growing()];
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await repository.backup({ sources })).snapshot?.id as string);
    for (const id of ids.slice(0, 2)) await repository.forget({ snapshots: [id] });
    await repository.prune();
    for (const i of [0, 1, 2])
      expect((await contentOf(repository, `log/part-${i}`)).equals(noise(300 * KiB, `part-${i}`))).toBe(true);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  it('begins again without the snapshot before when that can not be read', async () => {
    const place = newPlace();
    const content = noise(300 * KiB, 'a');
    const seen: (number | undefined)[] = [];
    const reads: BackupSource = {
      name: 'db',
      kind: 'made',
      async *read({ previous }) {
        seen.push(previous?.files.size);
        // Whatever a source makes of it: the failure is known.
        for (const file of previous?.files.values() ?? []) await listOf(file).catch(() => []);
        yield { path: 'a', content: streamOf(content) };
      },
    };
    await (await createAt(place)).backup({ sources: [reads] });
    for (const { name, size } of objectsBelow(place, 'packs')) if (size > 200 * KiB) flipIn(place, name, 150 * KiB);
    const repository = await openAt(place);
    const result = await repository.backup({ sources: [reads] });
    expect(seen).toEqual([undefined, 1, undefined]);
    expect(result).toMatchObject({ status: 'ok', parent: undefined, counts: { bytesNew: content.length } });
    expect((await contentOf(repository, 'db/a')).equals(content)).toBe(true);
  });
});
