import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, storedBytes } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

const MIB = 1024 * 1024;

describe('a quota', () => {
  test('ends a backup that would go beyond it before its commit, and leaves nothing visible', async () => {
    const place = newPlace();
    buildTree(place.source, { a: noise(300_000, 'a') });
    await using repository = await createAt(place);
    await repository.tenants.add('a', { quotaBytes: 400_000 });
    const handle = repository.tenant('a');
    await handle.backup({ paths: [place.source] });
    const packs = (): string[] => filesBelow(place.store).filter((name) => name.startsWith('packs/'));
    const before = packs();
    buildTree(place.source, { b: noise(300_000, 'b') });
    expect(await failureOf(handle.backup({ paths: [place.source] }))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(packs()).toEqual(before);
    expect(await handle.snapshots()).toHaveLength(1);
    // What does not grow is still backed up once there is room for a catalog; others have limits of their own.
    await repository.backup({ paths: [place.source] });
    await repository.tenants.change('a', { quotaBytes: 1_000_000 });
    expect(await handle.backup({ paths: [place.source] })).toMatchObject({ status: 'ok' });
    await repository.tenants.change('a', { quotaBytes: 1 });
    expect(await failureOf(handle.backup({ paths: [place.source] }))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await handle.prune({ waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 });
    expect(await handle.verify({ level: 'full' })).toMatchObject({ status: 'ok', snapshots: 2 });
  });

  test('stops a run before it stores more, takes its packs away, and the next run fits once something is left out', async () => {
    const place = newPlace();
    const quotaBytes = 30 * MIB;
    for (const name of ['a', 'b', 'c']) buildTree(join(place.source, name), { file: noise(18 * MIB, name) });
    await using repository = await createAt(place, { performance: { workers: 2 } });
    await repository.tenants.add('a', { quotaBytes });
    const handle = repository.tenant('a');
    let told = 0;
    const onProgress = ({ bytesStored }: Progress): void => {
      told = Math.max(told, bytesStored);
    };
    expect(await failureOf(handle.backup({ paths: [place.source], onProgress }))).toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    expect(told).toBeLessThanOrEqual(quotaBytes);
    expect(filesBelow(place.store).filter((name) => name.startsWith('packs/'))).toEqual([]);
    // Nobody waits for what has been given up.
    expect(await handle.prune()).toMatchObject({ status: 'ok' });
    rmSync(join(place.source, 'a'), { recursive: true });
    rmSync(join(place.source, 'c'), { recursive: true });
    expect(await handle.backup({ paths: [place.source] })).toMatchObject({ status: 'ok' });
    expect(storedBytes(join(place.store, 'packs'))).toBeLessThanOrEqual(quotaBytes);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  });

  test('counts what another machine has committed while a run was under way', async () => {
    const place = newPlace();
    await using one = await createAt(place);
    await one.tenants.add('a', { quotaBytes: 400_000 });
    await using two = await openAt(place, { cacheDirectory: join(place.out, 'other') });
    const late = sourceOf('late', { file: noise(300_000, 'late') });
    const meanwhile = { ...late, quiesce: async () => void (await two.tenant('a').backup({ sources: [other] })) };
    const other = sourceOf('other', { file: noise(300_000, 'other') });
    expect(await failureOf(one.tenant('a').backup({ sources: [meanwhile] }))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(await one.tenant('a').snapshots()).toHaveLength(1);
  });
});
