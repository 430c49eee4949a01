import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, type Repository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Alerts,
  createAlerts,
  createRansomwareWatch,
  judgeSnapshot,
  type RansomwareWatch,
  type SnapshotFigures,
} from '../../src/alerts/index.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const FILES = 60;
const HOUR = 3_600_000;

let folder: string;
let source: string;
let clock: VirtualClock;
let repository: Repository;
let alerts: Alerts;
let watch: RansomwareWatch;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-ransom-'));
  source = join(folder, 'data');
  mkdirSync(source);
  clock = new VirtualClock('2026-11-01T00:00:00Z');
  const now = (): number => clock.now();
  ({ repository } = await createRepository({
    store: join(folder, 'store'),
    cacheDirectory: join(folder, 'cache'),
    encrypted: false,
    clock: now,
  }));
  alerts = createAlerts({ store: memoryStore(), channels: [], clock, host: 'm1' });
  watch = createRansomwareWatch({ repository, alerts, clock: now, host: 'm1' });
});
afterEach(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page of text that no other page is. */
const page = (name: string, edition: number): string =>
  Array.from(
    { length: 600 },
    (_, line) => `${name}, edition ${edition}, line ${line}: a room with a view of the harbour\n`,
  ).join('');

async function backUp(): Promise<void> {
  await clock.pass(HOUR);
  await repository.tenant('a').backup({ paths: [source] });
}

/** Days as they are: of all files, one in twenty is changed, and one comes. */
async function usualDays(days: number): Promise<void> {
  for (let n = 0; n < FILES; n++) writeFileSync(join(source, `doc-${n}.txt`), page(`doc ${n}`, 0));
  await repository.tenants.add('a');
  for (let day = 1; day <= days; day++) {
    for (let n = day % 20; n < FILES; n += 20) writeFileSync(join(source, `doc-${n}.txt`), page(`doc ${n}`, day));
    writeFileSync(join(source, `new-${day}.txt`), page('new', day));
    await backUp();
  }
}

/** What such a program does: another content of the same size, that looks random, with or without another name. */
function encryptAll(ending = ''): void {
  for (const name of readdirSync(source)) {
    const path = join(source, name);
    const cipher = createCipheriv('aes-256-ctr', randomBytes(32), randomBytes(16));
    writeFileSync(path, Buffer.concat([cipher.update(readFileSync(path)), cipher.final()]));
    if (ending !== '') renameSync(path, `${path}${ending}`);
  }
}

const openAlerts = async (): Promise<string[]> =>
  (await alerts.list()).alerts.filter(({ status }) => status !== 'resolved').map(({ key }) => key);

describe('an encrypted tree after a usual history', () => {
  it.each(['', '.locked'])(
    'raises an alarm, and nothing is forgotten until a person releases it (ending "%s")',
    async (ending) => {
      await usualDays(5);
      expect(await watch.look('a')).toEqual({ suspected: [], frozen: false });
      const good = await repository.tenant('a').snapshot('latest');
      encryptAll(ending);
      await backUp();
      const { suspected, frozen } = await watch.look('a');
      expect(frozen).toBe(true);
      expect(suspected).toMatchObject([
        { suspicions: ending === '' ? ['random-content'] : ['random-content', 'renamed-files'] },
      ]);
      expect(await openAlerts()).toEqual(['ransomware-suspected/a']);
      const forget = async (): Promise<unknown> => repository.tenant('a').forget({ snapshots: [good.id] });
      await expect(forget()).rejects.toMatchObject({ code: 'TENANT_HELD' });
      await expect(repository.tenant('a').prune()).rejects.toMatchObject({ code: 'TENANT_HELD' });
      // A second look is no second alarm.
      await watch.look('a');
      expect((await alerts.list()).alerts).toMatchObject([{ count: 1 }]);
      await expect(watch.release('a', { by: '', note: 'x' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
      await clock.pass(HOUR);
      expect(await watch.release('a', { by: 'ann', note: 'restored, machine cleaned' })).toBe(true);
      expect(await openAlerts()).toEqual([]);
      expect(await watch.look('a')).toEqual({ suspected: [], frozen: false });
      await forget();
      expect(await watch.release('a', { by: 'ann', note: 'again' })).toBe(false);
    },
  );

  it('leaves a legal hold to whom it belongs', async () => {
    await usualDays(4);
    await repository.tenants.hold('a', { by: 'court', reason: 'case 12' });
    encryptAll();
    await backUp();
    expect(await watch.look('a')).toMatchObject({ frozen: true });
    expect((await alerts.list()).freezes).toMatchObject([{ tenant: 'a', holds: false }]);
    await watch.release('a', { by: 'ann', note: 'looked' });
    expect((await repository.tenants.show('a')).hold).toMatchObject({ by: 'court' });
  });

  it('holds again what somebody has let go without a word to it', async () => {
    await usualDays(4);
    encryptAll();
    await backUp();
    await watch.look('a');
    await repository.tenants.release('a', { by: 'ben', reason: 'in a hurry' });
    for (let n = 0; n < 6; n++) await backUp();
    expect(await watch.look('a')).toEqual({ suspected: [], frozen: true });
    const latest = await repository.tenant('a').snapshot('latest');
    await expect(repository.tenant('a').forget({ snapshots: [latest.id] })).rejects.toMatchObject({
      code: 'TENANT_HELD',
    });
  });

  it('is found although usual backups came after it', async () => {
    await usualDays(4);
    encryptAll();
    await backUp();
    await backUp();
    await backUp();
    expect(await watch.look('a')).toMatchObject({ frozen: true });
  });
});

describe('no alarm is', () => {
  it('growth, a large import that compresses, or one of what is packed already', async () => {
    await usualDays(5);
    for (let n = 0; n < 300; n++) writeFileSync(join(source, `import-${n}.csv`), page(`import ${n}`, 1));
    await backUp();
    expect(await watch.look('a')).toEqual({ suspected: [], frozen: false });
    for (let n = 0; n < 100; n++)
      writeFileSync(
        join(source, `photo-${n}.jpg`),
        Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(30_000)]),
      );
    await backUp();
    // And files of keys that others have encrypted: nothing else has changed.
    for (let n = 0; n < 100; n++) writeFileSync(join(source, `archive-${n}.gpg`), randomBytes(30_000));
    await backUp();
    expect(await watch.look('a')).toEqual({ suspected: [], frozen: false });
  });

  it('an edit of every file that stays text, such as a formatter makes', async () => {
    await usualDays(5);
    for (const name of readdirSync(source)) writeFileSync(join(source, name), page(name, 99));
    await backUp();
    expect(await watch.look('a')).toEqual({ suspected: [], frozen: false });
  });

  it('a tree of which all files have always been encrypted anew', async () => {
    await usualDays(1);
    for (let day = 0; day < 5; day++) {
      encryptAll();
      await backUp();
      if (day === 0) {
        await watch.look('a');
        await clock.pass(HOUR);
        await watch.release('a', { by: 'ann', note: 'it is a store of encrypted files' });
      }
    }
    // The first day was none that is usual; what has become usual is.
    expect(await watch.look('a')).toEqual({ suspected: [], frozen: false });
  });
});

it('a tree that is all but empty raises an alarm', async () => {
  await usualDays(5);
  for (const name of readdirSync(source).slice(3)) rmSync(join(source, name));
  await backUp();
  expect(await watch.look('a')).toMatchObject({ suspected: [{ suspicions: ['mass-deletion'] }], frozen: true });
});

const figures = fc.record({
  id: fc.constant('x'),
  madeMs: fc.constant(0),
  filesBefore: fc.integer({ min: 0, max: 5000 }),
  changed: fc.integer({ min: 0, max: 5000 }),
  deleted: fc.integer({ min: 0, max: 5000 }),
  added: fc.integer({ min: 0, max: 5000 }),
  bytesNew: fc.integer({ min: 0, max: 1e9 }),
  bytesRandom: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
  renamed: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
});
const possible = (each: SnapshotFigures): SnapshotFigures => ({
  ...each,
  changed: Math.min(each.changed, each.filesBefore),
  deleted: Math.min(each.deleted, each.filesBefore - Math.min(each.changed, each.filesBefore)),
  bytesRandom: each.bytesRandom === undefined ? undefined : Math.min(each.bytesRandom, each.bytesNew),
});

describe('laws', () => {
  it('what only was added is never suspicious, whatever the history', () => {
    fc.assert(
      fc.property(figures, fc.array(figures, { maxLength: 10 }), (one, history) => {
        const added = possible({ ...one, changed: 0, deleted: 0 });
        expect(judgeSnapshot(added, history.map(possible)).suspicions).toEqual([]);
      }),
    );
  });

  it('a snapshot that is as those before it is not suspicious', () => {
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 20 }), (one, times) => {
        const same = possible(one);
        const history = Array.from({ length: times }, () => same);
        expect(judgeSnapshot(same, history).suspicions).toEqual([]);
      }),
    );
  });

  it('one outlier in a history does not move its bounds beyond what is suspicious anyway', () => {
    const usual: SnapshotFigures = {
      id: 'x',
      madeMs: 0,
      filesBefore: 1000,
      changed: 10,
      deleted: 0,
      added: 5,
      bytesNew: 1e6,
      bytesRandom: 0,
    };
    const history = Array.from({ length: 9 }, (_, n) => ({ ...usual, changed: 8 + n }));
    const before = judgeSnapshot(usual, history).bounds;
    const after = judgeSnapshot(usual, [...history, { ...usual, changed: 1000, bytesRandom: 1e6 }]).bounds;
    expect(after).toEqual(before);
  });
});
