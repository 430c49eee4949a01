import { memoryStore, type ObjectStore, readObject, withFaults } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/bytes/canonical-json.ts';
import { KIND } from '../../src/envelope/header.ts';
import { Keyring } from '../../src/keyring/keyring.ts';
import { SealedLedger } from '../../src/keyring/sealed-ledger.ts';
import { subkey } from '../../src/keyring/subkeys.ts';
import { copyOfLedger, KEYRING } from '../../src/layout/names.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf } from '../fixtures/place.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const rootKey = noise(32, 'root key');
const AT = '2026-01-02T03:04:05.000Z';
const FIRST = `${KEYRING}/000000000001`;
const COPY = `${copyOfLedger(KEYRING)}/000000000001`;

/** A keyring of a store with the tenant `default`. */
async function keyringIn(store: ObjectStore): Promise<Keyring> {
  const keyring = new Keyring(sealedStore(store), rootKey);
  await keyring.findOrAdd('default', AT);
  return keyring;
}

/** Writes a record that only a holder of the root key could. */
async function write(store: ObjectStore, record: unknown): Promise<Keyring> {
  const seal = { kind: KIND.keyring, subkey: subkey(rootKey, 'keyring') };
  await new SealedLedger(sealedStore(store), KEYRING, seal).append(1, Buffer.from(canonicalJson(record)));
  return new Keyring(sealedStore(store), rootKey);
}

describe('the keyring', () => {
  test('a tenant is made once, with random keys of its own, and found again by another process', async () => {
    const store = memoryStore();
    const keyring = await keyringIn(store);
    const made = await keyring.findOrAdd('Zoë & Co', AT);
    expect(await keyring.findOrAdd('Zoë & Co', AT)).toBe(made);
    const other = new Keyring(sealedStore(store), rootKey);
    await other.load();
    expect(other.tenants.map(({ name }) => name)).toEqual(['default', 'Zoë & Co']);
    expect(other.find('Zoë & Co')?.record).toEqual(made.record);
    expect(other.number).toBe(2);
    expect(other.find('nobody')).toBeUndefined();
    const keys = other.tenants.flatMap(({ record }) => [record.key, record.keeperKey, record.label]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('tenants made at the same time by several processes are all there, and each only once', async () => {
    const store = memoryStore();
    await keyringIn(store);
    const names = Array.from({ length: 8 }, (_, i) => `tenant ${i % 4}`);
    const made = await Promise.all(
      names.map(async (name) => {
        const keyring = new Keyring(sealedStore(store), rootKey);
        await keyring.load();
        return await keyring.findOrAdd(name, AT);
      }),
    );
    const keyring = new Keyring(sealedStore(store), rootKey);
    await keyring.load();
    expect(keyring.tenants.map(({ name }) => name).toSorted()).toEqual(['default', ...new Set(names)].toSorted());
    for (const tenant of made) expect(keyring.find(tenant.name)?.record).toEqual(tenant.record);
  });

  test('a record whose answer was lost is recognised as ours', async () => {
    const inner = memoryStore();
    const store = withFaults(inner, {
      decide: ({ call }) => (call === 'createIfAbsent' ? { kind: 'error-after' } : undefined),
    });
    const keyring = await keyringIn(store);
    const other = new Keyring(sealedStore(inner), rootKey);
    await other.load();
    expect(other.tenants[0]?.record).toEqual(keyring.tenants[0]?.record);
  });

  test('names of tenants are nowhere in the store', async () => {
    const store = memoryStore();
    const keyring = await keyringIn(store);
    await keyring.findOrAdd('a tenant with a name', AT);
    const { objects } = await store.list('');
    for (const { key } of objects) {
      expect(key).not.toContain('tenant');
      expect(Buffer.from(await readObject(store, key)).toString('latin1')).not.toContain('a tenant');
    }
  });

  test.each(['', 'a\nb', '\u0000', 'x'.repeat(129), 'ä'.repeat(65), 'del\u007f'])(
    '%j is no name of a tenant',
    async (name) => {
      const keyring = await keyringIn(memoryStore());
      expect((await failureOf(keyring.findOrAdd(name, AT))).code).toBe('INVALID_OPTION');
    },
  );

  test('names may be long and of any script', async () => {
    const keyring = await keyringIn(memoryStore());
    for (const name of ['x'.repeat(128), '東京支店', 'a/b..c'])
      expect((await keyring.findOrAdd(name, AT)).name).toBe(name);
  });
});

describe('damage', () => {
  test('a keyring that is gone, changed, cut or of another key is named', async () => {
    const store = memoryStore();
    await keyringIn(store);
    const keyring = (): Keyring => new Keyring(sealedStore(store), rootKey);
    const both = await Promise.all([FIRST, COPY].map(async (name) => [name, await readObject(store, name)] as const));
    expect(await failureOf(new Keyring(sealedStore(store), noise(32, 'other')).load())).toMatchObject({
      code: 'OBJECT_DAMAGED',
    });
    for (const [name, sealed] of both) await store.put(name, flipped(sealed, 1000));
    expect(await failureOf(keyring().load())).toMatchObject({ code: 'OBJECT_DAMAGED', object: FIRST });
    for (const [name, sealed] of both) await store.put(name, sealed.subarray(0, 50));
    expect(await failureOf(keyring().load())).toMatchObject({ code: 'OBJECT_TRUNCATED', object: FIRST });
    for (const [name] of both) await store.delete(name);
    expect(await failureOf(keyring().load())).toMatchObject({ code: 'OBJECT_MISSING', object: FIRST });
  });

  test('a record that goes while the repository is open is missing by name', async () => {
    const store = memoryStore();
    const keyring = await keyringIn(store);
    for (const name of [FIRST, COPY]) await store.delete(name);
    expect(await failureOf(keyring.load())).toMatchObject({ code: 'OBJECT_MISSING', object: FIRST });
  });

  const { record } = tenantOf();
  test.each<[string, unknown]>([
    ['no tenants', {}],
    ['tenants that are no list', { tenants: { 0: record } }],
    ['a tenant that is nothing', { tenants: [null] }],
    ['a label that is no hex', { tenants: [{ ...record, label: '../../../../../x' }] }],
    ['a label of another length', { tenants: [{ ...record, label: 'ab' }] }],
    ['a key that is too short', { tenants: [{ ...record, key: 'AAAA' }] }],
    ['no key', { tenants: [{ ...record, key: undefined }] }],
    ['no key of keepers', { tenants: [{ ...record, keeperKey: 7 }] }],
    ['no name', { tenants: [{ ...record, name: 1 }] }],
  ])('a record with %s is refused', async (_, content) => {
    const keyring = await write(memoryStore(), content);
    expect(await failureOf(keyring.load())).toMatchObject({ code: 'OBJECT_INVALID', object: FIRST });
  });
});
