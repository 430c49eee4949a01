import {
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, filesBelow, newPlace, openAt, type Place, restored, withSessionsKept } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const LARGE_FILES = 4;

/** One repository for all tests of this file; each damages a copy of it. */
const good = newPlace(afterAll);
/** A repository with other keys and the same kinds of objects. */
const other = newPlace(afterAll);

async function twoSnapshots(place: Place): Promise<void> {
  const large = Array.from({ length: LARGE_FILES }, (_, i) => [`large ${i}`, noise(600_000, i)]);
  buildTree(place.source, { ...Object.fromEntries(large), small: { a: noise(60_000, 'a'), b: noise(60_000, 'b') } });
  const repository = await createAt(place, { store: withSessionsKept(place.store) });
  await repository.backup({ paths: [place.source], name: 'first' });
  buildTree(place.source, { new: noise(600_000, 'new') });
  await repository.backup({ paths: [place.source], name: 'second' });
  await repository.close();
}

beforeAll(async () => {
  await twoSnapshots(good);
  await twoSnapshots(other);
});

/** A copy of the good repository, to be damaged. The source is not copied. */
function copy(): Place {
  const place = newPlace();
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(good[part], place[part], { recursive: true });
  return { ...place, source: good.source };
}

/** Kinds of objects, and which of a store's names are of that kind. Catalog packs are the small ones. */
const KINDS = {
  marker: (name: string) => name === 'holdfast.json',
  slot: (name: string) => name.startsWith('keys/slots/'),
  keyring: (name: string) => name.startsWith('keys/ring/'),
  config: (name: string) => name.startsWith('config/'),
  'copy of a marker': (name: string) => name === 'holdfast-copy.json',
  'copy of a keyring': (name: string) => name.startsWith('keys/ring-copy/'),
  'copy of a config': (name: string) => name.startsWith('config-copy/'),
  session: (name: string) => name.startsWith('sessions/'),
  commit: (name: string) => name.startsWith('commits/'),
  index: (name: string) => name.startsWith('index/'),
  'data pack': (name: string, size: number) => name.startsWith('packs/') && size > 100_000,
  'catalog pack': (name: string, size: number) => name.startsWith('packs/') && size <= 100_000,
} as const;
type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS) as Kind[];
/** Kinds of which all is stored elsewhere as well, or needed no more: damage to one object loses no data. */
const SPARES: readonly string[] = kinds.filter((kind) => /marker|keyring|config|session|index/.test(kind));

function namesOf(store: string, kind: Kind): string[] {
  return filesBelow(store).filter((name) => KINDS[kind](name, lstatSync(join(store, name)).size));
}

/** What is said of a damaged repository: names of objects in errors and in findings. Only packs need the level `full`. */
async function accused(place: Place, kind?: Kind): Promise<string[]> {
  try {
    await using repository = await openAt(place);
    const { findings, status } = await repository.verify({
      level: kind?.endsWith('pack') === false ? 'structure' : 'full',
    });
    const loses = findings.some(({ code }) => code !== 'unindexed' && code !== 'redundancy');
    expect(status).toBe(findings.length === 0 ? 'ok' : loses ? 'failed' : 'partial');
    if (kind !== undefined && SPARES.includes(kind)) expect(loses, JSON.stringify(findings)).toBe(false);
    for (const { code, hint, snapshots, paths } of findings) {
      expect(hint).toMatch(/\.$/);
      if (code === 'redundancy') expect([...snapshots, ...paths]).toEqual([]);
    }
    return findings.map(({ object }) => object);
  } catch (error) {
    const { name, code, object } = error as { name: string; code: string; object?: string };
    expect(name, String(error)).toBe('BackupError');
    return [object ?? code];
  }
}

/** Restores all there is and checks that whatever came back is right, and whatever did not is named. */
async function restoreWhatIsLeft(place: Place, snapshot = 'second'): Promise<string[]> {
  await using repository = await openAt(place);
  const result = await repository.restore({ snapshot, to: place.out });
  const lost = result.problems.map(({ path }) => path.slice(restored(place).length + 1));
  for (const problem of result.problems) expect(problem.object ?? problem.code).toMatch(/^packs\/|^BLOB_MISSING$/);
  for (const name of filesBelow(place.source)) {
    const back = join(restored(place), name);
    expect(existsSync(back), name).toBe(!lost.includes(name));
    if (existsSync(back)) expect(readFileSync(back).equals(readFileSync(join(place.source, name))), name).toBe(true);
  }
  expect(result.status).toBe(lost.length === 0 ? 'ok' : result.filesWritten === 0 ? 'failed' : 'partial');
  return lost;
}

it('what is not damaged has no findings at any level', async () => {
  await using repository = await openAt(copy());
  for (const level of ['quick', 'structure', 'sample', 'full'] as const) {
    const report = await repository.verify({ level });
    expect(report).toMatchObject({ status: 'ok', level, findings: [], snapshots: 2 });
    if (level === 'full') expect(report).toMatchObject({ coverage: 1, packsRead: report.packs, packsUnchecked: 0 });
  }
  expect(await repository.verify({ level: 'full', snapshot: 'first' })).toMatchObject({ status: 'ok', findings: [] });
});

describe.each(kinds)('a flipped bit in a %s', (kind) => {
  it('is found and named, wherever it is', async () => {
    const place = copy();
    const bit = fc.integer({ min: 0, max: 7 });
    const where = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(), where, bit, async (which, share, shift) => {
        const names = namesOf(good.store, kind);
        const name = names[which % names.length] as string;
        const bytes = readFileSync(join(good.store, name));
        const at = Math.floor(share * bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << shift);
        writeFileSync(join(place.store, name), bytes);
        const said = await accused(place, kind);
        cpSync(join(good.store, name), join(place.store, name));
        expect(said, `byte ${at} of ${bytes.length}`).toContain(name);
      }),
      {
        numRuns: IS_THOROUGH ? 12 : 3,
        examples: [
          [0, 0, 0],
          [0, 0.9999999, 7],
        ],
      },
    );
  });
});

type Damage = (store: string, name: string, sibling: string | undefined) => void;

/** Moves an object to a name that no object has. */
function rename(store: string, name: string): void {
  const free = name.slice(0, -1) + (name.endsWith('1') ? '2' : '1');
  renameSync(join(store, name), join(store, free));
}

const DAMAGES: Readonly<Record<string, Damage>> = {
  // The very last byte of a marker is only the end of its line.
  'cut short by two bytes': (store, name) =>
    truncateSync(join(store, name), readFileSync(join(store, name)).length - 2),
  'cut to half': (store, name) => truncateSync(join(store, name), readFileSync(join(store, name)).length >> 1),
  emptied: (store, name) => truncateSync(join(store, name), 0),
  'made longer': (store, name) => writeFileSync(join(store, name), Buffer.alloc(4096), { flag: 'a' }),
  'overwritten with noise': (store, name) => writeFileSync(join(store, name), noise(5000, 'noise')),
  'replaced by one of another repository': (store, name) => {
    const kind = kinds.find((each) => namesOf(good.store, each).includes(name)) as Kind;
    cpSync(join(other.store, namesOf(other.store, kind)[0] as string), join(store, name));
  },
  'replaced by an older one': (store, name, sibling) => {
    if (sibling !== undefined) cpSync(join(good.store, sibling), join(store, name));
  },
  'swapped with another': (store, name, sibling) => {
    if (sibling === undefined) return;
    cpSync(join(good.store, sibling), join(store, name));
    cpSync(join(good.store, name), join(store, sibling));
  },
};

describe.each(kinds)('a %s', (kind) => {
  it.each(Object.keys(DAMAGES))('%s is found and named', async (how) => {
    const place = copy();
    const [name, sibling] = namesOf(place.store, kind) as [string, string | undefined];
    if (sibling === undefined && /older|swapped/.test(how)) return;
    DAMAGES[how]?.(place.store, name, sibling);
    // A marker or slot of another repository is a good one in itself: then no key fits.
    const foreign = (kind === 'marker' || kind === 'slot') && how.includes('another repository');
    expect(await accused(place, kind)).toContain(foreign ? 'WRONG_KEY' : name);
  });
});

const GONE: Readonly<Record<Kind, (name: string) => unknown>> = {
  marker: (name) => [name],
  slot: () => ['WRONG_KEY'],
  keyring: (name) => [name],
  config: (name) => [name],
  'copy of a marker': (name) => [name],
  'copy of a keyring': (name) => [name],
  'copy of a config': (name) => [name],
  // Heartbeats mean nothing once their session has committed.
  session: () => [],
  commit: (name) => expect.arrayContaining([`snapshot ${name.split('/').at(-1)}`]),
  index: (name) => [name],
  'data pack': (name) => [name],
  'catalog pack': (name) => [name],
};

describe.each(kinds)('a missing %s', (kind) => {
  it('is noticed and named', async () => {
    const place = copy();
    const [name = ''] = namesOf(place.store, kind);
    unlinkSync(join(place.store, name));
    expect(await accused(place, kind)).toEqual(GONE[kind](name));
  });

  it('is noticed under another name as well', async () => {
    const place = copy();
    const [name = ''] = namesOf(place.store, kind);
    rename(place.store, name);
    const said = await accused(place, kind);
    expect(said.length).toBeGreaterThan(0);
    const about = kind === 'slot' ? 'WRONG_KEY' : kind.endsWith('marker') ? name : dirname(name).replace('-copy', '');
    expect(said.filter((object) => object.startsWith(about)).length).toBeGreaterThan(0);
  });
});

describe('the rest can go on', () => {
  it('one flipped byte in the data of a file costs that file, and no other', async () => {
    const place = copy();
    const [name = ''] = namesOf(place.store, 'data pack').toSorted(
      (a, b) => readFileSync(join(place.store, b)).length - readFileSync(join(place.store, a)).length,
    );
    const bytes = readFileSync(join(place.store, name));
    const at = 80 + 5000;
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(join(place.store, name), bytes);
    expect(await restoreWhatIsLeft(place)).toHaveLength(1);
    await using repository = await openAt(place);
    const [finding] = (await repository.verify({ level: 'full' })).findings;
    expect(finding).toMatchObject({ code: 'damaged', object: name });
    expect(finding?.snapshots).toHaveLength(2);
    expect(finding?.paths).toHaveLength(1);
  });

  it.each(['cut to half', 'emptied', 'replaced by one of another repository'])(
    'a data pack %s costs what is in it',
    async (how) => {
      const place = copy();
      const [name = ''] = namesOf(place.store, 'data pack');
      DAMAGES[how]?.(place.store, name, undefined);
      const lost = await restoreWhatIsLeft(place);
      expect(lost.length).toBeGreaterThan(0);
      expect(lost.length).toBeLessThanOrEqual(LARGE_FILES + 2);
    },
  );

  it('all data packs gone: folders come back, every file is named', async () => {
    const place = copy();
    for (const name of namesOf(place.store, 'data pack')) unlinkSync(join(place.store, name));
    expect(await restoreWhatIsLeft(place)).toEqual(expect.arrayContaining(['large 0', 'new', 'small/a']));
  });

  it.each([...Object.keys(DAMAGES), 'gone'])('index segments %s cost nothing: the packs say the same', async (how) => {
    const place = copy();
    for (const name of namesOf(place.store, 'index')) {
      if (how === 'gone') unlinkSync(join(place.store, name));
      else
        DAMAGES[how]?.(
          place.store,
          name,
          namesOf(good.store, 'index').find((each) => each !== name),
        );
    }
    expect(await restoreWhatIsLeft(place)).toEqual([]);
    await using repository = await openAt(place);
    expect((await repository.rebuildIndex()).packs).toBeGreaterThan(0);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
  });

  it.each(['first', 'second'])(
    'a lost header of a pack costs nothing (catalog and data of the %s snapshot)',
    async (snapshot) => {
      const place = copy();
      for (const name of [...namesOf(place.store, 'data pack'), ...namesOf(place.store, 'catalog pack')]) {
        const bytes = readFileSync(join(place.store, name));
        bytes.fill(0, 0, 80);
        writeFileSync(join(place.store, name), bytes);
      }
      for (const name of namesOf(place.store, 'index')) unlinkSync(join(place.store, name));
      await using repository = await openAt(place);
      expect(await repository.restore({ snapshot, to: place.out })).toMatchObject({ status: 'ok' });
    },
  );

  it('a damaged commit takes its own snapshot away, and no data of others', async () => {
    const place = copy();
    await using before = await openAt(place);
    const [first] = await before.snapshots({ name: 'first' });
    const name = namesOf(place.store, 'commit').find((each) => each.endsWith(first?.id ?? '?')) as string;
    const bytes = readFileSync(join(place.store, name));
    bytes[2000] = (bytes[2000] as number) ^ 1;
    writeFileSync(join(place.store, name), bytes);
    expect(await restoreWhatIsLeft(place)).toEqual([]);
    await using repository = await openAt(place);
    expect(await repository.damaged()).toMatchObject([{ object: name }]);
    expect((await repository.snapshots()).map((each) => each.name)).toEqual(['second']);
  });

  it('a missing commit is an error, and what is left can be restored by its id', async () => {
    const place = copy();
    await using before = await openAt(place);
    const [first, second] = await before.snapshots();
    const name = namesOf(place.store, 'commit').find((each) => each.endsWith(first?.id ?? '?')) as string;
    unlinkSync(join(place.store, name));
    await using repository = await openAt(place);
    expect(await repository.damaged()).toMatchObject([{ code: 'SNAPSHOT_MISSING', object: first?.id }]);
    expect(await restoreWhatIsLeft(place, second?.id)).toEqual([]);
  });

  it('a damaged snapshot is told from one that never was', async () => {
    const place = copy();
    await using before = await openAt(place);
    const [, second] = await before.snapshots();
    const name = namesOf(place.store, 'commit').find((each) => each.endsWith(second?.id ?? '?')) as string;
    writeFileSync(join(place.store, name), noise(4096, 'x'));
    await using repository = await openAt(place);
    const wanted = repository.restore({ snapshot: second?.id ?? '', to: place.out });
    await expect(wanted).rejects.toMatchObject({ code: 'OBJECT_DAMAGED', object: name });
    // The newest one can't be read: an older one must not pass for it.
    await expect(repository.restore({ snapshot: 'latest', to: place.out })).rejects.toMatchObject({ object: name });
  });

  it('a damaged catalog costs its own snapshot', async () => {
    const place = copy();
    await using before = await openAt(place);
    const [, second] = await before.snapshots();
    const name = namesOf(place.store, 'catalog pack').find((each) => each.includes(second?.id ?? '?')) as string;
    writeFileSync(join(place.store, name), noise(4096, 'x'));
    await using repository = await openAt(place);
    await expect(repository.restore({ snapshot: 'second', to: place.out })).rejects.toMatchObject({ object: name });
    expect(await repository.restore({ snapshot: 'first', to: place.out })).toMatchObject({ status: 'ok' });
    const { findings } = await repository.verify({ level: 'structure' });
    expect(findings).toMatchObject([{ object: name, snapshots: [second?.id] }]);
  });

  it('one of two key slots damaged: the other one opens, and verify names it', async () => {
    const place = copy();
    await using before = await openAt(place);
    await before.addPassphrase('another way in');
    const [slot = ''] = namesOf(place.store, 'slot').filter((name) => !existsSync(join(good.store, name)));
    writeFileSync(join(place.store, slot), noise(4096, 'x'));
    expect(await accused(place)).toContain(slot);
  });
});

it('findings of one tenant are not laid on snapshots of another', async () => {
  const place = copy();
  await using repository = await openAt(place);
  const [first, second] = await repository.snapshots();
  await repository.backup({ paths: [join(place.source, 'small'), join(place.source, 'large 0')], tenant: 'other' });
  for (const name of namesOf(place.store, 'data pack'))
    if (name.includes(first?.id ?? '?')) rmSync(join(place.store, name));
  const { findings } = await repository.verify({ level: 'full' });
  expect(findings.length).toBeGreaterThan(0);
  for (const { snapshots } of findings) expect(new Set(snapshots)).toEqual(new Set([first?.id, second?.id]));
});

it('packs of a run that was cut off are told, and lose nothing', async () => {
  const place = copy();
  const [pack = ''] = namesOf(place.store, 'data pack');
  const session = dirname(pack);
  cpSync(join(place.store, pack), join(place.store, dirname(session), 'f'.repeat(32), 'f'.repeat(16)));
  await using repository = await openAt(place);
  const { findings, status } = await repository.verify({ level: 'quick' });
  expect({ status, findings }).toMatchObject({ status: 'partial', findings: [{ code: 'unindexed', snapshots: [] }] });
});
