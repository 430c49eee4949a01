// Two processes that back up and forget, and two that prune, on one repository for as long as you like; then everything is checked.
// Usage: npm run soak -- [SECONDS]      Default: 3600.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, openRepository } from '../src/index.ts';
import { soak } from '../test/fixtures/soaking.ts';

const seconds = Number(process.argv[2] ?? 3600);
if (!(seconds > 0)) {
  console.error(`Expected a number of seconds, got "${process.argv[2]}"`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'holdfast-soak-'));
const place = {
  folder,
  store: join(folder, 'repository'),
  cache: join(folder, 'cache'),
  keyFile: join(folder, 'key'),
  source: join(folder, 'source'),
  out: join(folder, 'out'),
};
const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };
try {
  mkdirSync(place.source);
  const { store, keyFile, cache } = place;
  await (await createRepository({ store, keyFile, cacheDirectory: cache })).repository.close();
  const { trees, ...counts } = await soak(place, seconds);
  console.log(`${seconds} s: ${JSON.stringify({ ...counts, snapshotsLeft: trees.size })}`);
  const repository = await openRepository({ store, cacheDirectory: cache, unlock: { keyFile } });
  const lossy = (await repository.verify({ level: 'full' })).findings.filter(({ code }) => code !== 'unindexed');
  const found = new Map((await repository.snapshots()).map(({ id, sources }) => [id, sources[0]?.treeSha256]));
  const lost = [...trees].filter(([id, tree]) => found.get(id) !== tree).map(([id]) => id);
  await repository.prune(NOW);
  const left = (await repository.planPrune(NOW)).tenants.filter(({ worthwhile }) => worthwhile).length;
  const after = (await repository.verify({ level: 'full' })).findings;
  console.log(JSON.stringify({ lost, findings: [...lossy, ...after], garbageLeft: left }));
  process.exitCode = lost.length + lossy.length + after.length + left === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
