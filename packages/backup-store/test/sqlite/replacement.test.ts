import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { livePlace, type LivePlace } from '../../src/sqlite/live-place.ts';
import { applySteps, findOld, planPutBack, planReplacement } from '../../src/sqlite/replacement.ts';
import { tempFolder } from '../fixtures/place.ts';

/** A database (or none) with these beside it, and a new one that is ready. */
async function placeWith(old: Readonly<Record<string, string>>): Promise<LivePlace> {
  const folder = tempFolder();
  for (const [end, content] of Object.entries(old)) writeFileSync(join(folder, `app.db${end}`), content);
  const place = await livePlace(join(folder, 'app.db'));
  mkdirSync(place.folder);
  writeFileSync(place.fresh, 'new');
  return place;
}

/** What is in the folder of the database, by name. */
function filesOf({ target }: LivePlace): Record<string, string> {
  const folder = join(target, '..');
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return Object.fromEntries(
    names.map((name) => [name.slice('app.db'.length), readFileSync(join(folder, name), 'utf8')]),
  );
}

const OLD = [
  { '': 'old' },
  { '': 'old', '-wal': 'wal', '-shm': 'shm' },
  { '': 'old', '-journal': 'journal' },
  { '-wal': 'left' },
  {},
];

it.each(OLD)('of %o, nothing is left beside the new one', async (old) => {
  const place = await placeWith(old);
  applySteps(place, planReplacement(place, findOld(place)));
  expect(filesOf(place)).toEqual({ '': 'new' });
});

it.each(OLD)('%o is put back from wherever a replacement, and putting it back, were ended', async (old) => {
  const { length } = planReplacement(await placeWith(old), findOld(await placeWith(old)));
  for (let done = 0; done <= length; done++) {
    for (let undone = 0; ; undone++) {
      const place = await placeWith(old);
      const found = findOld(place);
      applySteps(place, planReplacement(place, found).slice(0, done));
      // The service was started with the new one.
      if (done === length) for (const end of ['-wal', '-shm']) writeFileSync(place.target + end, 'of the new one');
      const back = planPutBack(place, found, existsSync);
      applySteps(place, back.slice(0, undone));
      applySteps(place, planPutBack(place, found, existsSync));
      expect(filesOf(place), `${done} steps done, ${undone} undone`).toEqual(old);
      applySteps(place, planPutBack(place, found, existsSync));
      expect(filesOf(place)).toEqual(old);
      if (undone >= back.length) break;
    }
  }
});

it('there is a database at each moment of a replacement', async () => {
  const place = await placeWith({ '': 'old', '-wal': 'wal' });
  const steps = planReplacement(place, findOld(place));
  for (const step of steps) {
    applySteps(place, [step]);
    expect(['old', 'new']).toContain(readFileSync(place.target, 'utf8'));
  }
});
