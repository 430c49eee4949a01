import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fsStore, type ObjectStore } from '@x/storage';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { Kind } from '../../src/envelope/header.ts';
import { SealedStore } from '../../src/envelope/sealed-store.ts';
import { readMarker } from '../../src/identity/marker.ts';
import type { KeyringRecord } from '../../src/keyring/keyring-record.ts';
import { type Keyring, keyringLedger } from '../../src/keyring/keyring.ts';
import { openKeyring } from '../../src/keyring/open-keyring.ts';
import { subkey } from '../../src/keyring/subkeys.ts';
import { slotSecret } from '../../src/keyring/unlock.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { newAgeKey } from '../fixtures/age-key.ts';
import {
  createAt,
  failureOf,
  filesBelow,
  newPlace,
  openAt,
  type Place,
  readObjects,
  restored,
} from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

/** All that somebody had who could open the repository once: the root key, and so all keys in the keyring. */
async function keptKeys(place: Place): Promise<Keyring> {
  const store = fsStore(place.store);
  const { id } = await readMarker(store);
  return (await openKeyring(new SealedStore(store, id), await slotSecret({ keyFile: place.keyFile }, id))).keyring;
}

const HEADER = 80;

/** Names of objects that keys from before can open, all of which are tried on each. */
async function opensWith(kept: Keyring, place: Place, names: readonly string[]): Promise<string[]> {
  const store: ObjectStore = fsStore(place.store);
  const sealed = new SealedStore(store, (await readMarker(store)).id);
  const tenant = kept.tenants[0];
  if (tenant === undefined) throw new Error('Expected a tenant');
  const labels = ['id', 'gear', 'index', 'meta', 'session', 'key-id', 'checks', 'pack/0'] as const;
  const keys = [
    ...(['config', 'keyring'] as const).map((label) => subkey(kept.rootKey, label)),
    tenant.keeperKey,
    ...labels.map((label) => tenant.subkey(label)),
  ];
  return names.filter((name) => {
    const bytes = readFileSync(join(place.store, name));
    const whole = name.startsWith('packs/') ? bytes.subarray(0, -HEADER) : bytes;
    return keys.some((key) =>
      [tenant.labelBytes, new Uint8Array(8)].some((label) => {
        try {
          sealed.open(name, { kind: whole[9] as Kind, subkey: key, label }, whole);
          return true;
        } catch {
          return false;
        }
      }),
    );
  });
}

const isSealed = (name: string): boolean => !/^(holdfast|reserve|keys\/slots)/.test(name);

/** A repository with two snapshots, before any rotation. */
const made = newPlace(afterAll);
let first = '';

beforeAll(async () => {
  buildTree(made.source, { a: noise(600_000, 'a'), b: noise(300_000, 'b'), folder: { c: 'c' } });
  await using repository = await createAt(made);
  first = (await repository.backup({ paths: [made.source] })).snapshot?.id ?? '';
  buildTree(made.source, { b: noise(300_000, 'another b') });
  await repository.backup({ paths: [made.source] });
});

function copyOfMade(): Place {
  const copy = newPlace();
  for (const part of ['store', 'cache', 'keyFile', 'source'] as const)
    cpSync(made[part], copy[part], { recursive: true });
  return copy;
}

describe('a new root key', () => {
  test('opens what was written before, no pack is written again, and blobs are still found', async () => {
    const place = copyOfMade();
    const packs = (): [string, Buffer][] => [...readObjects(place.store)].filter(([name]) => name.startsWith('packs/'));
    const before = packs();
    await using repository = await openAt(place);
    expect(await repository.keys.rotateRoot()).toMatchObject({
      rotations: 1,
      keys: [{ type: 'key file', current: true }],
    });
    expect(packs()).toEqual(before);
    await using again = await openAt(place);
    expect((await again.verify({ level: 'full' })).findings).toEqual([]);
    const { counts } = await again.backup({ paths: [place.source] });
    expect(counts.bytesNew).toBe(0);
    await again.restore({ snapshot: first, to: place.out });
    expect(readFileSync(join(restored(place, made.source), 'b'))).toEqual(noise(300_000, 'b'));
  });

  test('nothing that is written afterwards opens with any key from before; with the same keys, what was before does', async () => {
    const place = copyOfMade();
    const kept = await keptKeys(place);
    const names = (): string[] => filesBelow(place.store).filter(isSealed);
    const before = names();
    // The test could not fail otherwise.
    expect(await opensWith(kept, place, before)).toEqual(before);
    await using repository = await openAt(place);
    await repository.keys.rotateRoot();
    buildTree(place.source, { secret: noise(400_000, 'secret') });
    await repository.backup({ paths: [place.source] });
    await repository.forget({ snapshots: [first] });
    await repository.prune(NOW);
    const after = names().filter((name) => !before.includes(name));
    for (const kind of ['packs/', 'index/', 'commits/', 'gc/', 'history/', 'keys/ring/', 'keys/ring-copy/'])
      expect(
        after.some((name) => name.startsWith(kind)),
        kind,
      ).toBe(true);
    // But the announcement of the rotation, which comes before it and says nothing new.
    const announced = ['keys/ring-copy/000000000002', 'keys/ring/000000000002'];
    expect(await opensWith(kept, place, after)).toEqual(announced);
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  });

  test('two rotations in a row keep everything readable, for every kind of key', async () => {
    const place = copyOfMade();
    const { file, recipient } = await newAgeKey(place.folder, 'age', 'hybrid');
    await using repository = await openAt(place);
    const { recoveryCode = '' } = await repository.keys.add({ recoveryCode: true });
    await repository.keys.add({ passphrase: 'correct horse' }, { label: 'ours' });
    await repository.keys.add({ recipients: [recipient] });
    await repository.keys.rotateRoot();
    buildTree(place.source, { d: noise(50_000, 'd') });
    await repository.backup({ paths: [place.source] });
    expect(await repository.keys.rotateRoot()).toMatchObject({ rotations: 2 });
    for (const unlock of [
      { recoveryCode },
      { passphrase: 'correct horse' },
      { identityFile: file },
      { keyFile: place.keyFile },
    ]) {
      await using open = await openAt(place, { unlock });
      expect(await open.snapshots()).toHaveLength(3);
      expect((await open.keys.list()).map(({ label }) => label)).toContain('ours');
    }
    await using open = await openAt(place, { unlock: { recoveryCode } });
    expect((await open.verify({ level: 'full' })).findings).toEqual([]);
    rmSync(join(place.store, 'index'), { recursive: true });
    expect((await open.rebuildIndex()).packs).toBeGreaterThan(0);
    const { snapshot } = await open.backup({ paths: [place.source] });
    await open.restore({ snapshot: snapshot?.id ?? '', to: place.out });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });

  test('a repository that is open elsewhere finds the new keys, and seals with them', async () => {
    const place = copyOfMade();
    const kept = await keptKeys(place);
    await using elsewhere = await openAt(place);
    await elsewhere.snapshots();
    await using repository = await openAt(place);
    await repository.keys.rotateRoot();
    const before = filesBelow(place.store);
    buildTree(place.source, { e: noise(50_000, 'e') });
    expect((await elsewhere.backup({ paths: [place.source], tenant: 'another' })).status).toBe('ok');
    expect((await elsewhere.backup({ paths: [place.source] })).status).toBe('ok');
    const after = filesBelow(place.store).filter((name) => !before.includes(name));
    expect(
      await opensWith(
        kept,
        place,
        after.filter((name) => name.startsWith('packs/')),
      ),
    ).toEqual([]);
    expect(await repository.snapshots()).toHaveLength(4);
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  });

  test('a backup that is under way is finished with the former keys, and is read like any other', async () => {
    const place = copyOfMade();
    buildTree(place.source, { f: noise(50_000, 'f') });
    const inner = fsStore(place.store);
    let rotated = false;
    const store: ObjectStore = {
      ...inner,
      createIfAbsent: async (key, body, call) => {
        if (key.startsWith('packs/') && !rotated) {
          rotated = true;
          await using repository = await openAt(place);
          await repository.keys.rotateRoot();
        }
        return await inner.createIfAbsent(key, body, call);
      },
    };
    await using slow = await openAt(place, { store });
    const { snapshot, status } = await slow.backup({ paths: [place.source] });
    expect([status, rotated]).toEqual(['ok', true]);
    await using repository = await openAt(place);
    expect((await repository.snapshot('latest')).id).toBe(snapshot?.id);
    expect((await repository.prune(NOW)).status).toBe('ok');
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  });

  test('rotations and other changes at once lose nothing', async () => {
    const place = copyOfMade();
    const handles = await Promise.all([1, 2, 3].map(async () => await openAt(place)));
    const codes = await Promise.all([
      handles[0]?.keys.rotateRoot().then(() => undefined),
      handles[1]?.keys.add({ recoveryCode: true }).then(({ recoveryCode }) => recoveryCode),
      handles[2]?.keys.rotateRoot().then(() => undefined),
      handles[2]?.keys.add({ recoveryCode: true }).then(({ recoveryCode }) => recoveryCode),
    ]);
    for (const recoveryCode of codes)
      if (recoveryCode !== undefined) await (await openAt(place, { unlock: { recoveryCode } })).close();
    await using repository = await openAt(place);
    expect(await repository.keys.rotateRoot()).toMatchObject({ rotations: 3 });
    expect(await repository.keys.list()).toHaveLength(3);
    expect(filesBelow(join(place.store, 'keys/slots'))).toHaveLength(3);
    for (const handle of handles) await handle.close();
  });
});

describe('against those who can write to the store', () => {
  test('a keyring of a former root key, with its slots, does not pass on a machine that has seen the new one', async () => {
    const place = copyOfMade();
    const kept = await keptKeys(place);
    const slots = [...readObjects(join(place.store, 'keys/slots'))];
    await using repository = await openAt(place);
    await repository.keys.rotateRoot();
    const newer = await keptKeys(place);
    const sealed = new SealedStore(fsStore(place.store), repository.id);
    const number = Number(filesBelow(join(place.store, 'keys/ring')).at(-1)) + 1;
    const lineage = [...(newer.record.lineage ?? []), ...(newer.record.lineage ?? []).slice(0, 1)];
    const forged = Buffer.from(JSON.stringify({ ...kept.record, lineage }));
    await keyringLedger(sealed, kept.rootKey).append(number, forged);
    for (const [name, bytes] of slots) writeFileSync(join(place.store, 'keys/slots', name), bytes);
    expect(await failureOf(openAt(place))).toMatchObject({ code: 'REPOSITORY_CHANGED' });
  });

  test('a configuration that a former root key could seal does not count', async () => {
    const place = copyOfMade();
    await using repository = await openAt(place);
    await repository.keys.rotateRoot();
    for (const name of ['config/000000000001', 'config-copy/000000000001'])
      writeFileSync(join(place.store, name), 'anything');
    await using again = await openAt(place, { cacheDirectory: join(place.folder, 'new') });
    expect(again.encrypted).toBe(true);
    expect((await again.verify()).findings).toEqual([]);
  });
});

describe('a key that can not be carried over', () => {
  async function addRecord(place: Place, record: Readonly<Record<string, unknown>>): Promise<void> {
    const keyring = await keptKeys(place);
    const slots = [
      ...(keyring.record.slots ?? []),
      record as unknown as NonNullable<typeof keyring.record.slots>[number],
    ];
    await keyring.replace({ ...keyring.record, slots, later: { kept: true } } as KeyringRecord);
  }

  test('stops a rotation and is named; other changes leave it as it is, and all else that is not known', async () => {
    const place = copyOfMade();
    const newer = { id: '0123456789abcdef', type: 9, label: 'of the future', madeOf: 'light' };
    await addRecord(place, newer);
    const bytes = Buffer.alloc(200, 9);
    writeFileSync(join(place.store, 'keys/slots', newer.id), bytes);
    await using repository = await openAt(place);
    expect(await failureOf(repository.keys.rotateRoot())).toMatchObject({
      code: 'ROTATION_REFUSED',
      details: ['0123456789abcdef unknown type 9 of the future'],
    });
    const { key } = await repository.keys.add({ recoveryCode: true });
    await repository.keys.remove(key.id);
    const { record } = await keptKeys(place);
    expect(record.slots?.find(({ id }) => id === newer.id)).toEqual(newer);
    expect(record).toMatchObject({ later: { kept: true } });
    expect(readFileSync(join(place.store, 'keys/slots', newer.id))).toEqual(bytes);
    await repository.keys.remove(newer.id);
    expect(await repository.keys.rotateRoot()).toMatchObject({ rotations: 1 });
    expect((await keptKeys(place)).record).toMatchObject({ later: { kept: true } });
  });

  test('a slot of a newer program is skipped with an event when the repository is opened, and is no damage', async () => {
    const place = copyOfMade();
    const slot = readFileSync(join(place.store, 'keys/slots', filesBelow(join(place.store, 'keys/slots'))[0] ?? ''));
    slot[1] = 9;
    const body = slot.subarray(0, -32);
    writeFileSync(
      join(place.store, 'keys/slots/00000000000000aa'),
      Buffer.concat([body, createHash('sha256').update(body).digest()]),
    );
    const events: string[] = [];
    await using repository = await openAt(place, {
      onEvent: ({ name, details }) => void events.push(`${name} ${String(details['slot'])}`),
    });
    expect(events).toContain('slot.skipped 00000000000000aa');
    expect((await repository.verify()).findings).toEqual([]);
  });
});
