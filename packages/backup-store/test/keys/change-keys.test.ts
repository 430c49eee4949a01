import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore, type ObjectStore } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { SealedStore } from '../../src/envelope/sealed-store.ts';
import { readMarker } from '../../src/identity/marker.ts';
import type { Keyring } from '../../src/keyring/keyring.ts';
import { openKeyring } from '../../src/keyring/open-keyring.ts';
import { slotSecret } from '../../src/keyring/unlock.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, type Place } from '../fixtures/place.ts';

async function keyringOf(place: Place): Promise<Keyring> {
  const store = fsStore(place.store);
  const { id } = await readMarker(store);
  return (await openKeyring(new SealedStore(store, id), await slotSecret({ keyFile: place.keyFile }, id))).keyring;
}

/** A store before whose records of the keyring something happens. */
function beforeRecords(place: Place, act: () => Promise<void>): ObjectStore {
  const inner = fsStore(place.store);
  const createIfAbsent: ObjectStore['createIfAbsent'] = async (key, body, call) => {
    if (/^keys\/ring\/\d+$/.test(key)) await act();
    return await inner.createIfAbsent(key, body, call);
  };
  return { ...inner, createIfAbsent };
}

const slotsIn = (place: Place): string[] => filesBelow(join(place.store, 'keys/slots'));

describe('changes of keys', () => {
  test('whoever loses every race is told so, and leaves neither slot nor file', async () => {
    const place = newPlace();
    await (await createAt(place)).close();
    const rival = await keyringOf(place);
    const store = beforeRecords(place, async () => {
      await rival.load();
      await rival.replace(rival.record);
    });
    await using repository = await openAt(place, { store });
    const keyFile = join(place.folder, 'another');
    expect(await failureOf(repository.keys.add({ keyFile }))).toMatchObject({ code: 'KEYS_BUSY' });
    expect(slotsIn(place)).toHaveLength(1);
    expect(filesBelow(place.folder)).not.toContain('another');
  });

  test('one that was overtaken between its announcement and its end takes its slot away, and begins again', async () => {
    const place = newPlace();
    await (await createAt(place)).close();
    const rival = await openAt(place);
    let records = 0;
    const store = beforeRecords(place, async () => {
      records += 1;
      // The second record would make it count.
      if (records === 2) await rival.keys.add({ recoveryCode: true }, { label: 'of the rival' });
    });
    await using repository = await openAt(place, { store });
    await repository.keys.add({ recoveryCode: true }, { label: 'ours' });
    const all = await repository.keys.list();
    // In the order in which the secrets were made.
    expect(all.map(({ label }) => label)).toEqual([undefined, 'ours', 'of the rival']);
    expect(slotsIn(place)).toEqual(all.map(({ id }) => id).toSorted());
    await rival.close();
  });

  test('a store that fails before a slot counts leaves nothing of it', async () => {
    const place = newPlace();
    await (await createAt(place)).close();
    const inner = fsStore(place.store);
    const full = new Error('no space left');
    const createIfAbsent: ObjectStore['createIfAbsent'] = async (key, body, call) => {
      if (key.startsWith('keys/slots/')) throw full;
      return await inner.createIfAbsent(key, body, call);
    };
    await using repository = await openAt(place, { store: { ...inner, createIfAbsent } });
    expect(await failureOf(repository.keys.rotateRoot())).toBe(full);
    expect(slotsIn(place)).toHaveLength(1);
    await using again = await openAt(place);
    expect(await again.keys.rotateRoot()).toMatchObject({ rotations: 1 });
  });
});

describe('a repository from before slots were recorded', () => {
  async function before(): Promise<Place> {
    const place = newPlace();
    await using repository = await createAt(place, { recoveryCode: true });
    expect(await repository.keys.list()).toHaveLength(2);
    const keyring = await keyringOf(place);
    await keyring.replace({ tenants: keyring.record.tenants });
    return place;
  }

  test('lists the slots that are there, and records them with the first change', async () => {
    const place = await before();
    await using repository = await openAt(place);
    expect((await repository.keys.list()).map(({ type }) => type).toSorted()).toEqual(['key file', 'recovery code']);
    await repository.keys.add({ recoveryCode: true });
    expect((await keyringOf(place)).record.slots).toHaveLength(3);
  });

  test('its root key is rotated as soon as each of its keys has a new secret', async () => {
    const place = await before();
    await using repository = await openAt(place);
    const code = (await repository.keys.list()).find(({ type }) => type === 'recovery code')?.id ?? '';
    expect(await failureOf(repository.keys.rotateRoot())).toMatchObject({
      code: 'ROTATION_REFUSED',
      details: [`${code} recovery code`],
    });
    const { recoveryCode = '' } = await repository.keys.rotate(code, { recoveryCode: true });
    expect(await repository.keys.rotateRoot()).toMatchObject({ rotations: 1 });
    await (await openAt(place, { unlock: { recoveryCode } })).close();
  });
});

test('what a machine remembers of a repository follows a rotation that it has not seen', async () => {
  const place = newPlace();
  await (await createAt(place)).close();
  const elsewhere = { ...place, cache: join(place.folder, 'elsewhere') };
  await using repository = await openAt(elsewhere);
  for (let i = 0; i < 3; i++) await repository.keys.rotateRoot();
  await (await openAt(place)).close();
  rmSync(join(place.folder, 'elsewhere'), { recursive: true });
  await (await openAt(elsewhere)).close();
});
