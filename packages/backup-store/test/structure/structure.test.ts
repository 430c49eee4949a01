import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { openStructure, type SharedStructure, type StructureParts } from '../../src/structure/index.ts';
import { createAt, failureOf, filesBelow, listOf, newPlace } from '../fixtures/place.ts';

const PARTS: StructureParts = {
  components: ['src/components'],
  styles: ['styles'],
  i18n: ['locales'],
  migrations: ['migrations'],
};
const FIRST = {
  'src/components/calendar/package.json': JSON.stringify({
    name: '@app/calendar',
    version: '1.2.0',
    dependencies: { dayjs: '^1.0.0' },
  }),
  'src/components/calendar/index.ts': "import { Button } from '../button';\nexport const calendar = Button;\n",
  'src/components/button.ts': "import '../../styles/main.css';\nexport const Button = 1;\n",
  'styles/main.css': 'body { margin: 0 }',
  'locales/en.json': JSON.stringify({ title: 'Rooms', form: { name: 'Name', email: 'Mail' } }),
  'locales/pt-BR.json': JSON.stringify({ title: 'Quartos', form: { name: 'Nome' } }),
  'migrations/001_rooms.sql': 'CREATE TABLE rooms (id TEXT);',
};

/** Writes files below a folder. */
function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

describe('the structure that tenants share', () => {
  const place = newPlace(afterAll);
  const root = join(place.source, 'app');
  let repository: Repository;
  let structure: SharedStructure;
  let now = Date.parse('2027-01-15T00:00:00Z');

  beforeAll(async () => {
    writeFiles(root, FIRST);
    repository = await createAt(place, { clock: () => now });
    structure = openStructure(repository, { clock: () => now });
    await structure.backup({ root, parts: PARTS });
  });
  afterAll(async () => await repository.close());

  it('begins with version 1.0.0, and stores nothing where nothing has changed', async () => {
    expect((await structure.catalog()).map(({ version }) => version)).toEqual(['1.0.0']);
    expect(await structure.backup({ root, parts: PARTS })).toMatchObject({ version: '1.0.0', bump: 'none' });
    expect(await structure.catalog()).toHaveLength(1);
  });

  it('lists components with versions and what they need of each other', async () => {
    const { components, i18n, styles, migrations } = await structure.inventory('1.0.0');
    expect(components).toMatchObject([
      { name: 'button', path: 'src/components/button.ts', files: 1, dependencies: [], packages: {} },
      { name: '@app/calendar', version: '1.2.0', files: 2, dependencies: ['button'], packages: { dayjs: '^1.0.0' } },
    ]);
    expect(i18n).toMatchObject([
      { locale: 'en', keys: 3, missing: [] },
      { locale: 'pt-BR', keys: 2, missing: ['form.email'] },
    ]);
    expect([...styles, ...migrations].map(({ path }) => path)).toEqual(['styles/main.css', 'migrations/001_rooms.sql']);
  });

  it('numbers versions by what has changed, and says why', async () => {
    writeFiles(root, { 'locales/fr.json': JSON.stringify({ title: 'Chambres' }) });
    now += 86_400_000;
    expect(await structure.backup({ root, parts: PARTS, dryRun: true })).toMatchObject({ version: '1.1.0' });
    expect(await structure.backup({ root, parts: PARTS })).toMatchObject({
      version: '1.1.0',
      previous: '1.0.0',
      bump: 'minor',
      reasons: ['language fr was added'],
    });
    writeFiles(root, { 'migrations/001_rooms.sql': 'CREATE TABLE rooms (id TEXT PRIMARY KEY);' });
    now += 86_400_000;
    expect(await structure.backup({ root, parts: PARTS })).toMatchObject({
      version: '2.0.0',
      reasons: ['migration migrations/001_rooms.sql was changed'],
    });
    expect(await structure.diff('1.0.0', '2.0.0')).toEqual([
      { part: 'i18n', change: 'added', name: 'fr' },
      { part: 'migrations', change: 'changed', name: 'migrations/001_rooms.sql' },
    ]);
  });

  it('comes back as it was, and nothing beside it is touched', async () => {
    writeFiles(place.out, { 'data/hotel.db': 'bookings', 'locales/own.json': '{}' });
    await structure.restore({ version: '1.0.0', to: place.out });
    const back = filesBelow(place.out);
    expect(back).toEqual([...Object.keys(FIRST), 'data/hotel.db', 'locales/own.json'].toSorted());
    expect(readFileSync(join(place.out, 'migrations/001_rooms.sql'), 'utf8')).toBe(FIRST['migrations/001_rooms.sql']);
    const plans = await structure.planRestore({
      version: 'latest',
      to: place.out,
      parts: ['i18n'],
      overwrite: 'if-changed',
    });
    expect(plans.flatMap(({ actions }) => actions).filter(({ action }) => action === 'create')).toMatchObject([
      { path: join(place.out, 'locales/fr.json') },
    ]);
  });

  it('is saved as it is before a version is put over it', async () => {
    writeFiles(place.out, { 'migrations/001_rooms.sql': 'changed by hand' });
    const options = { version: '1.0.0', to: place.out, parts: ['migrations'], overwrite: 'if-changed' } as const;
    await structure.restore(options);
    expect(readFileSync(join(place.out, 'migrations/001_rooms.sql'), 'utf8')).toBe(FIRST['migrations/001_rooms.sql']);
    const kinds = async (): Promise<readonly string[]> =>
      (await repository.snapshots({ tenant: 'shared-structure' }))
        .filter(({ kind }) => kind === 'safety')
        .map(({ sources }) => sources[0]?.root ?? '');
    expect(await kinds()).toEqual([join(place.out, 'migrations/001_rooms.sql')]);
    writeFiles(place.out, { 'migrations/001_rooms.sql': 'again' });
    await structure.restore({ ...options, safetyBackup: false });
    expect(await kinds()).toHaveLength(1);
  });

  it('comes back with all parts or none, also when that was ended and is rolled back later', async () => {
    const [first, last] = ['src/components/button.ts', 'migrations/001_rooms.sql'] as const;
    const changed = { [first]: 'changed by hand', [last]: 'and this' };
    writeFiles(place.out, changed);
    const read = (name: string): string => readFileSync(join(place.out, name), 'utf8');
    const whenLast = async (fail: () => void, signal?: AbortSignal): Promise<unknown> => {
      const onProgress = (): void => void (read(last) === FIRST[last] && fail());
      return await failureOf(
        structure.restore({ version: '1.0.0', to: place.out, overwrite: 'always', onProgress, signal }),
      );
    };
    const fails = (): never => {
      throw new Error('nobody listens');
    };
    expect(await whenLast(fails)).toMatchObject({ code: 'RESTORE_ROLLED_BACK' });
    expect([read(first), read(last)]).toEqual(Object.values(changed));
    const stop = new AbortController();
    expect(await whenLast(() => stop.abort(), stop.signal)).toMatchObject({ code: 'ABORTED' });
    expect([read(first), read(last)]).toEqual([FIRST[first], FIRST[last]]);
    const [unfinished, ...more] = await repository.unfinishedRestores();
    expect(more).toEqual([]);
    await repository.rollBack(unfinished?.id ?? '');
    expect([read(first), read(last)]).toEqual(Object.values(changed));
  });

  it('keeps to its own tenant', async () => {
    writeFiles(join(place.source, 'hotel'), { 'bookings.json': '[]' });
    await repository.backup({ tenant: 'seaside', paths: [join(place.source, 'hotel')] });
    expect((await structure.catalog()).every(({ snapshot }) => snapshot.tenant.name === 'shared-structure')).toBe(true);
    expect(await repository.snapshots({ tenant: 'seaside' })).toHaveLength(1);
  });

  it('forgets by months, and never a major version', async () => {
    for (let i = 0; i < 3; i++) {
      writeFiles(root, { 'styles/main.css': `body { margin: ${i + 1}px }` });
      now += 40 * 86_400_000;
      await structure.backup({ root, parts: PARTS });
    }
    const { kept, forgotten } = await structure.forget({ policy: { monthly: 1 } });
    expect(kept.map(({ version }) => version)).toEqual(['1.0.0', '2.0.0', '2.0.3']);
    expect(kept[0]?.reason).toMatch(/major/);
    expect(forgotten).toEqual(['1.1.0', '2.0.1', '2.0.2']);
    expect((await structure.catalog()).map(({ version }) => version)).toEqual(['1.0.0', '2.0.0', '2.0.3']);
  });

  it('where nobody names a policy keeps the latest of each of twelve months', async () => {
    const other = openStructure(repository, { tenant: 'by-itself', clock: () => now });
    for (let month = 0; month < 14; month++) {
      writeFiles(root, { 'styles/main.css': `body { padding: ${month}px }` });
      now = Date.UTC(2028, month, 10);
      await other.backup({ root, parts: { styles: ['styles'] } });
    }
    const { forgotten } = await other.forget();
    // The first is a major version, and stays; the second is the thirteenth month before.
    expect(forgotten).toEqual(['1.0.1']);
    expect(await other.catalog()).toHaveLength(13);
  });

  it('says what is wrong with what it is asked', async () => {
    const refused = async (options: object): Promise<unknown> =>
      await failureOf(structure.backup({ root, parts: PARTS, ...options }));
    expect(await refused({ parts: {} })).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await refused({ parts: { styles: ['../secrets'] } })).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await refused({ parts: { styles: ['/etc'] } })).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await refused({ parts: { styles: ['gone'] } })).toMatchObject({ code: 'PATH_FAILED' });
    expect(await refused({ version: '1.0.0' })).toMatchObject({ code: 'INVALID_OPTION' });
    writeFiles(root, { 'locales/broken.json': '{' });
    expect(await refused({})).toMatchObject({ code: 'INVENTORY_FAILED' });
    expect(await failureOf(structure.inventory('9.9.9'))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await listOf(repository.entries('latest', { path: 'structure.json' }))).toHaveLength(1);
  });
});
