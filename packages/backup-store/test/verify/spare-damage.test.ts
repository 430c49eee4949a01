import { lstatSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyLevel, VerifyReport } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const BLOCK = 65_536;
const SEALED_BLOCK = BLOCK + 16;
const HEADER = 80;

/** Noise is stored as it is: two blocks full, so that the third one holds only directory and padding. */
const good = newPlace(afterAll);

beforeAll(async () => {
  buildTree(good.source, { 'two blocks': noise(2 * BLOCK, 'two blocks') });
  const repository = await createAt(good);
  await repository.backup({ paths: [good.source], name: 'first' });
  buildTree(good.source, { small: 'small', 'some blocks': noise(2 * BLOCK + 5000, 'some') });
  await repository.backup({ paths: [good.source], name: 'second' });
  await repository.close();
});

function copy(): Place {
  const place = newPlace();
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(good[part], place[part], { recursive: true });
  return { ...place, source: good.source };
}

/** The packs with data of the first and of the second snapshot: the only ones of more than two blocks. */
async function dataPacks(): Promise<[string, string]> {
  await using repository = await openAt(good);
  const [first] = await repository.snapshots();
  const names = filesBelow(good.store).filter(
    (name) => name.startsWith('packs/') && lstatSync(join(good.store, name)).size > 2 * BLOCK,
  );
  return names.toSorted((a) => (a.includes(first?.id ?? '?') ? -1 : 1)) as [string, string];
}

function flip(store: string, name: string, at: number): void {
  const bytes = readFileSync(join(store, name));
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] as number) ^ 4;
  writeFileSync(join(store, name), bytes);
}

async function verified(place: Place, level: VerifyLevel = 'full'): Promise<VerifyReport> {
  await using repository = await openAt(place);
  return await repository.verify({ level });
}

/** Restores the newest snapshot. @returns The paths that could not be restored. */
async function lostPaths(place: Place): Promise<string[]> {
  await using repository = await openAt(place);
  const { problems } = await repository.restore({ snapshot: 'second', to: place.out });
  const lost = problems.map(({ path }) => path.slice(restored(place).length + 1));
  for (const name of filesBelow(place.source))
    expect(existsSync(join(restored(place), name))).toBe(!lost.includes(name));
  return lost.toSorted();
}

describe('a flipped bit in a pack costs a spare and no data', () => {
  it.each<[string, number]>([
    ['its first header', 20],
    ['the salt in its last header', -60],
    ['the last byte of all', -1],
    ['the tag of the block that holds its directory', -81],
    ['its padding', -81 - 16 - 1000],
    ['its directory', HEADER + 2 * SEALED_BLOCK + 3],
  ])('in %s', async (_, at) => {
    const place = copy();
    const [name] = await dataPacks();
    flip(place.store, name, at);
    const { status, findings } = await verified(place);
    expect({ status, findings }).toMatchObject({
      status: 'partial',
      findings: [
        { code: 'redundancy', object: name, snapshots: [], paths: [], hint: expect.stringMatching('Nothing') },
      ],
    });
    expect(await lostPaths(place)).toEqual([]);
  });

  it('in its directory, as is found when only the structure is checked', async () => {
    const place = copy();
    const [name] = await dataPacks();
    flip(place.store, name, HEADER + 2 * SEALED_BLOCK + 3);
    const { status, findings } = await verified(place, 'structure');
    expect({ status, findings }).toMatchObject({ status: 'partial', findings: [{ code: 'redundancy', object: name }] });
    expect(findings[0]?.message).toContain('Block 2 is damaged');
  });

  it('in both of its headers, though then it can’t be read without the index', async () => {
    const place = copy();
    const [name] = await dataPacks();
    flip(place.store, name, 20);
    flip(place.store, name, -20);
    for (const level of ['structure', 'full'] as const) {
      const { status, findings } = await verified(place, level);
      expect({ status, findings }).toMatchObject({
        status: 'partial',
        findings: [{ code: 'redundancy', object: name }],
      });
    }
    expect(await lostPaths(place)).toEqual([]);
  });
});

describe('a flipped bit in the block that holds the end of the last frame', () => {
  it.each(['structure', 'full'] as const)('costs what is in that frame, and level %s says so', async (level) => {
    const place = copy();
    const [, name] = await dataPacks();
    flip(place.store, name, -81 - 16 - 20);
    const { status, findings } = await verified(place, level);
    expect({ status, findings }).toMatchObject({ status: 'failed', findings: [{ code: 'damaged', object: name }] });
    const lost = await lostPaths(place);
    expect(lost.length).toBeGreaterThan(0);
    expect(findings[0]?.paths.map((path) => path.split('/').at(-1)).toSorted()).toEqual(lost);
  });
});

it('what verify says of any flipped bit is what a restore meets', async () => {
  const place = copy();
  const names = filesBelow(good.store).filter(
    (name) => !name.startsWith('keys/slots/') && !name.startsWith('commits/') && !name.startsWith('reserve/'),
  );
  const where = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), where, async (name, share) => {
      flip(place.store, name, Math.floor(share * readFileSync(join(place.store, name)).length));
      const fresh = { ...place, out: newPlace().out };
      const { status, findings } = await verified(place);
      expect(findings.map(({ object }) => object)).toContain(name);
      await using repository = await openAt(place);
      const [, second] = await repository.snapshots();
      const said = findings
        .filter(({ snapshots }) => snapshots.includes(second?.id ?? '?'))
        .flatMap(({ paths }) => paths);
      const lost = await lostPaths(fresh).catch(() => ['source']);
      if (status === 'partial') expect(lost).toEqual([]);
      if (said.length > 0 || lost.length > 0)
        expect(new Set(said.map((path) => path.split('/').at(-1)))).toEqual(new Set(lost));
      cpSync(join(good.store, name), join(place.store, name));
    }),
    { numRuns: 12 },
  );
});

it('of two packs with the same data, the one that readers do not use is a spare', async () => {
  const place = newPlace();
  buildTree(place.source, { file: noise(300_000, 'both') });
  await (await createAt(place)).close();
  // Two machines that store the same at the same moment: neither can know of the other's pack.
  await using one = await openAt(place, { host: 'one' });
  await using other = await openAt(place, { host: 'other', cacheDirectory: newPlace().cache });
  await Promise.all([one, other].map(async (each) => await each.backup({ paths: [place.source] })));
  const packs = filesBelow(place.store).filter(
    (name) => name.startsWith('packs/') && lstatSync(join(place.store, name)).size > 200_000,
  );
  if (packs.length < 2) return;
  for (const name of packs) {
    flip(place.store, name, 10_000);
    await using repository = await openAt(place);
    const { status, findings } = await repository.verify({ level: 'full' });
    const restore = await repository.restore({
      snapshot: (await repository.snapshots())[0]?.id ?? '',
      to: newPlace().out,
    });
    expect(findings).toMatchObject([{ object: name }]);
    expect(status).toBe(restore.status === 'ok' ? 'partial' : 'failed');
    flip(place.store, name, 10_000);
  }
});
