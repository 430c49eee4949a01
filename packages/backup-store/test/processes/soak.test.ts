import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createAt, newPlace, openAt } from '../fixtures/place.ts';
import { soak } from '../fixtures/soaking.ts';

/** Longer by hand: `npm run soak -- 3600`. */
const SECONDS = 60;

test(
  'two processes that back up and forget and two that prune, for a minute, lose nothing',
  { timeout: (SECONDS + 240) * 1000 },
  async () => {
    const place = newPlace();
    mkdirSync(place.source, { recursive: true });
    await (await createAt(place)).close();
    const { trees, backups, prunes, packsDeleted } = await soak(place, SECONDS);
    expect(Math.min(backups, prunes, packsDeleted)).toBeGreaterThan(1);
    await using repository = await openAt(place);
    const report = await repository.verify({ level: 'full' });
    expect(report.findings.filter(({ code }) => code !== 'unindexed')).toEqual([]);
    const snapshots = await repository.snapshots();
    const found = new Map(snapshots.map(({ id, sources }) => [id, sources[0]?.treeSha256]));
    for (const [id, tree] of trees) expect(found.get(id), id).toBe(tree);
    const [some] = snapshots.slice(-1);
    expect((await repository.restore({ snapshot: some?.id ?? '', to: place.out })).status).toBe('ok');
    // Nobody works any more: what nobody needs goes.
    await repository.prune({ waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 });
    const { tenants } = await repository.planPrune({ waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 });
    expect(tenants[0]).toMatchObject({ worthwhile: false, delete: [] });
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  },
);
