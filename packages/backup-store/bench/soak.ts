// Two processes that back up and forget, and two that prune, on one repository for as long as you like; then everything is checked.
// Usage: npm run soak -- [SECONDS]      Default: 3600.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, openRepository } from '../src/index.ts';
import { placeIn } from '../test/fixtures/place-in.ts';
import { aftermath, soak } from '../test/fixtures/soaking.ts';

const seconds = Number(process.argv[2] ?? 3600);
if (!(seconds > 0)) {
  console.error(`Expected a number of seconds, got "${process.argv[2]}"`);
  process.exit(2);
}
const place = placeIn(mkdtempSync(join(tmpdir(), 'holdfast-soak-')));
try {
  mkdirSync(place.source);
  const { store, keyFile, cache } = place;
  await (await createRepository({ store, keyFile, cacheDirectory: cache })).repository.close();
  const { trees, ...counts } = await soak(place, seconds);
  console.log(`${seconds} s: ${JSON.stringify({ ...counts, snapshotsLeft: trees.size })}`);
  const repository = await openRepository({ store, cacheDirectory: cache, unlock: { keyFile } });
  const found = await aftermath(repository, trees);
  console.log(JSON.stringify(found));
  process.exitCode = found.lost.length + found.findings.length + found.garbageLeft === 0 ? 0 : 1;
} finally {
  rmSync(place.folder, { recursive: true, force: true });
}
