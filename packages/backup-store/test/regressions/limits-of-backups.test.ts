import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAt, failureOf, newPlace } from '../fixtures/place.ts';

it('a file above 1 TiB is a problem of that file, and the rest is backed up', async () => {
  const place = newPlace();
  mkdirSync(place.source, { recursive: true });
  writeFileSync(join(place.source, 'small'), 'small');
  writeFileSync(join(place.source, 'huge'), '');
  truncateSync(join(place.source, 'huge'), 1024 ** 4 + 1);
  const repository = await createAt(place);
  const run = await repository.backup({ paths: [place.source] });
  expect(run).toMatchObject({ status: 'partial', problems: [{ code: 'TOO_LARGE' }] });
  expect(run.problems[0]?.path).toMatch(/huge$/u);
  expect(run.snapshot?.files.total).toBe(1);
});

it.each(['latest', ''])('the name "%s" is refused: it could never be asked for', async (name) => {
  const place = newPlace();
  mkdirSync(place.source, { recursive: true });
  const repository = await createAt(place);
  expect((await failureOf(repository.backup({ paths: [place.source], name }))).code).toBe('INVALID_OPTION');
  expect(await repository.snapshots()).toEqual([]);
});
