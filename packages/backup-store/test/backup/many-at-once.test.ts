import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace } from '../fixtures/place.ts';

it('backups of many tenants at once take over each other’s threads, and each has its own content', async () => {
  const place = newPlace();
  const repository = await createAt(place, { performance: { workers: 2 } });
  const names = Array.from({ length: 6 }, (_, i) => `tenant-${i}`);
  for (const name of names) {
    mkdirSync(join(place.source, name), { recursive: true });
    // One that is cut by a thread of its own, and small ones.
    writeFileSync(join(place.source, name, 'large'), noise(5 * 1024 * 1024, name));
    for (let i = 0; i < 5; i++) writeFileSync(join(place.source, name, `small-${i}`), `${name} ${i}`);
  }
  const base = place.source;
  const results = await Promise.all(names.map((tenant) => repository.backup({ tenant, base, paths: [tenant] })));
  expect(results.map(({ status, counts }) => [status, counts.filesNew])).toEqual(names.map(() => ['ok', 6]));
  for (const tenant of names) await repository.restore({ snapshot: 'latest', filter: { tenant }, to: place.out });
  expect(filesBelow(place.out)).toEqual(filesBelow(place.source));
  expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  await repository.close();
});

it('a backup that fails or is ended leaves its turn to the next', async () => {
  const place = newPlace();
  const repository = await createAt(place);
  mkdirSync(place.source, { recursive: true });
  writeFileSync(join(place.source, 'a'), 'a');
  const ended = new AbortController();
  const calls = [
    repository.backup({ paths: [join(place.source, 'absent')] }),
    repository.backup({ paths: [place.source], signal: ended.signal }),
    repository.backup({ paths: [place.source] }),
  ];
  ended.abort();
  const settled = await Promise.allSettled(calls);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  await repository.close();
});
