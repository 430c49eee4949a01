import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, parsePublicKey, type PublicKey } from '@x/integrity';
import { fsStore } from '@x/storage';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { KIND } from '../../src/envelope/header.ts';
import { SealedStore } from '../../src/envelope/sealed-store.ts';
import { verifyErasure } from '../../src/index.ts';
import { readMarker } from '../../src/identity/marker.ts';
import type { Keyring } from '../../src/keyring/keyring.ts';
import { openKeyring } from '../../src/keyring/open-keyring.ts';
import { subkey } from '../../src/keyring/subkeys.ts';
import { slotSecret } from '../../src/keyring/unlock.ts';
import type { Repository, RepositoryEvent, TenantInfo } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import { startBackup, placeOf } from '../fixtures/child.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
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
const ACT = { by: 'ann', reason: 'contract 12 ended' };

/** A repository with tenants a and b, each with a snapshot of the same tree. */
async function withTwo(place: Place, options: Parameters<typeof createAt>[1] = {}): Promise<Repository> {
  buildTree(place.source, { file: 'content', large: noise(200_000, 'large') });
  const repository = await createAt(place, options);
  for (const name of ['a', 'b']) {
    await repository.tenants.add(name);
    await repository.tenant(name).backup({ paths: [place.source] });
  }
  return repository;
}

const keysAt = (place: Place): string => join(place.folder, 'keys of tenants');

/** A copy of a place as somebody else has it: without what this machine remembers. */
function copyOf(place: Place, options: { readonly keys?: boolean } = {}): Place {
  const copy = newPlace();
  cpSync(place.store, copy.store, { recursive: true });
  cpSync(place.keyFile, copy.keyFile);
  if (options.keys === true) cpSync(keysAt(place), keysAt(copy), { recursive: true });
  return { ...copy, source: place.source };
}

/** All records of the keyring that still open with the root key, newest last. */
async function recordsIn(place: Place, store = place.store): Promise<readonly string[]> {
  const { id } = await readMarker(fsStore(place.store));
  const [sealed, ring] = [place.store, store].map((each) => new SealedStore(fsStore(each), id));
  const secret = await slotSecret({ keyFile: place.keyFile }, id);
  const { keyring }: { keyring: Keyring } = await openKeyring(sealed as SealedStore, secret, ring);
  const seal = { kind: KIND.keyring, subkey: subkey(keyring.rootKey, 'keyring') };
  const open: string[] = [];
  for (const name of filesBelow(store).filter((each) => each.startsWith('keys/ring'))) {
    const content = await (ring as SealedStore).read(name, seal).catch(() => undefined);
    if (content !== undefined) open.push(content.toString());
  }
  return open;
}

describe('erasing a tenant', () => {
  test('leaves none of its keys in any record, nothing to be read, and all of the others', async () => {
    const place = newPlace();
    const events: RepositoryEvent[] = [];
    await using repository = await withTwo(place, { onEvent: (event) => events.push(event) });
    // Older records that have the keys, under older root keys, too.
    await repository.keys.rotateRoot();
    await repository.tenants.change('b', { quotaBytes: 10_000_000 });
    const before = await recordsIn(place);
    const ring = JSON.parse(before.at(-1) ?? '') as { tenants: (TenantInfo & { key: string; keeperKey: string })[] };
    const { key = '', keeperKey = '' } = ring.tenants.find(({ name }) => name === 'a') ?? {};
    expect(before.some((text) => text.includes(key))).toBe(true);
    await using elsewhere = await openAt({ ...place, cache: join(place.folder, 'another cache') });
    expect(await elsewhere.tenant('a').snapshots()).toHaveLength(1);

    const { statement, sessionsFenced } = await repository.tenants.erase('a', ACT);
    expect(sessionsFenced).toBe(0);
    expect(statement).toMatchObject({ ...ACT, keys: 'destroyed', tenant: { name: 'a' }, readable: false });
    const after = await recordsIn(place);
    // The newest and its copy.
    expect(after).toHaveLength(2);
    for (const text of after) for (const secret of [key, keeperKey]) expect(text).not.toContain(secret);
    // Whoever has seen older records takes this for no tampering, and can read nothing more.
    for (const each of [repository, elsewhere, await openAt(place)]) {
      expect(await failureOf(each.tenant('a').snapshots())).toMatchObject({ code: 'TENANT_ERASED' });
      expect(await failureOf(each.snapshot('latest', { tenant: 'a' }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
      expect(await failureOf(each.backup({ paths: [place.source], tenant: 'a' }))).toMatchObject({
        code: 'TENANT_ERASED',
      });
      expect(await each.tenants.show('a')).toMatchObject({ status: 'erased', erasedAt: statement.erasedAt });
      expect(await each.tenant('b').snapshots()).toHaveLength(1);
    }
    expect((await repository.info()).tenants).toEqual(['default', 'b']);
    await repository.tenant('b').restore({ snapshot: 'latest', to: place.out });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
    expect(events.find(({ name }) => name === 'tenant.erased')?.details).toEqual({ tenant: 'a', ...ACT });
  });

  test('frees its space with the next prune, which needs no key for it', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    const { id } = await repository.tenants.show('a');
    const ofA = (): string[] => filesBelow(place.store).filter((name) => name.includes(id));
    const { left } = await repository.tenants.erase('a', ACT);
    expect(left.objects).toBe(ofA().length);
    expect(left.bytes).toBeGreaterThan(200_000);
    const [plan] = (await repository.planPrune(NOW)).tenants.filter(({ tenant }) => tenant === 'a');
    expect(plan).toMatchObject({
      worthwhile: true,
      bytesFreed: left.bytes,
      costs: { requests: { delete: left.objects } },
    });
    const { tenants } = await repository.prune(NOW);
    expect(tenants.find(({ tenant }) => tenant === 'a')).toMatchObject({ bytesFreed: left.bytes });
    expect(ofA()).toEqual([]);
    expect((await repository.prune(NOW)).tenants.map(({ tenant }) => tenant)).toEqual(['default', 'b']);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', snapshots: 1 });
  });

  test('is refused under a legal hold, and goes once it is released', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    await repository.tenants.hold('a', ACT);
    const before = readObjects(place.store);
    expect(await failureOf(repository.tenants.erase('a', ACT))).toMatchObject({ code: 'TENANT_HELD' });
    expect(await failureOf(repository.tenants.planErase('a'))).toMatchObject({ code: 'TENANT_HELD' });
    expect(readObjects(place.store)).toEqual(before);
    await repository.tenants.release('a', ACT);
    await repository.tenants.erase('a', ACT);
    expect(await failureOf(repository.tenants.hold('a', ACT))).toMatchObject({ code: 'TENANT_ERASED' });
  });

  test('ends backups that are under way, which make no snapshot and are told why', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    buildTree(place.source, { more: noise(3_000_000, 'more') });
    const backup = startBackup({ ...placeOf(place), cache: join(place.folder, 'child'), tenant: 'a', delayMs: 300 });
    const { id } = await repository.tenants.show('a');
    const sessions = (): string[] => filesBelow(place.store).filter((name) => name.startsWith(`sessions/${id}/`));
    while (sessions().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await repository.tenants.planErase('a')).toMatchObject({ sessions: 1, snapshots: 1, begun: false });
    await repository.tenants.erase('a', ACT);
    expect(await backup.result()).toMatchObject({ error: 'TENANT_ERASED' });
    await backup.end();
    expect(await repository.snapshots({ tenant: 'a' })).toEqual([]);
    await repository.prune(NOW);
    expect(filesBelow(place.store).filter((name) => name.includes(id))).toEqual([]);
  });

  test('a new tenant of the name can be added by hand, and has nothing of the old one', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    const { id } = await repository.tenants.show('a');
    await repository.tenants.erase('a', ACT);
    const added = await repository.tenants.add('a');
    expect(added.id).not.toBe(id);
    expect(await repository.tenant('a').snapshots()).toEqual([]);
    const { snapshot } = await repository.tenant('a').backup({ paths: [place.source] });
    expect(snapshot?.bytes.new).toBe(200_007);
    expect((await repository.tenants.list()).map(({ name, status }) => `${name} ${status}`)).toEqual([
      'default active',
      'b active',
      'a active',
      'a erased',
    ]);
    await repository.prune(NOW);
    expect(await repository.tenant('a').verify({ level: 'full' })).toMatchObject({ status: 'ok', snapshots: 1 });
    const again = await repository.tenants.erase('a', ACT);
    expect(again.statement.tenant.id).toBe(added.id);
  });

  test('whoever has read a record before it was destroyed can put nothing after it', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    const { id } = await readMarker(fsStore(place.store));
    const sealed = new SealedStore(fsStore(place.store), id);
    const { keyring } = await openKeyring(sealed, await slotSecret({ keyFile: place.keyFile }, id));
    const stale = { number: keyring.number, record: keyring.record };
    await repository.tenants.erase('a', ACT);
    for (let number = 1; number <= stale.number; number++)
      expect(await keyring.replace(stale.record, { number: number - 1 })).toBe(false);
    expect(await keyring.replace(stale.record, { number: stale.number })).toBe(false);
    // A copy that was about to be written when its record was destroyed.
    const late = `keys/ring-copy/${String(stale.number).padStart(12, '0')}`;
    expect((await fsStore(place.store).createIfAbsent(late, Buffer.from('late'))).created).toBe(false);
    expect(await repository.tenant('b').snapshots()).toHaveLength(1);
  });

  test('two who erase the same tenant at once both get the same certificate', async () => {
    const place = newPlace();
    await using one = await withTwo(place);
    await using two = await openAt(place);
    const [first, second] = await Promise.all([one.tenants.erase('a', ACT), two.tenants.erase('a', ACT)]);
    expect(first.certificate).toEqual(second.certificate);
    expect((await one.tenants.erase('a', ACT)).certificate).toEqual(first.certificate);
  });

  test('a store in which nothing can be overwritten certifies nothing, and the next call goes on', async () => {
    const place = newPlace();
    await (await withTwo(place)).close();
    const store = fsStore(place.store);
    const locked = { ...store, put: async (): Promise<void> => await Promise.reject(new Error('locked')) };
    await using repository = await openAt(place, { store: locked });
    expect(await failureOf(repository.tenants.erase('a', ACT))).toMatchObject({ message: 'locked' });
    await using again = await openAt(place);
    expect((await again.tenants.erase('a', ACT)).statement.readable).toBe(false);
    expect(await recordsIn(place)).toHaveLength(2);
  });
});

describe('a certificate', () => {
  const until = '2027-06-30';

  test('of a repository with its keys elsewhere: a copy of the data alone stays closed, even with the root key', async () => {
    const place = newPlace();
    await using repository = await withTwo(place, { keyStore: keysAt(place) });
    expect(filesBelow(place.store).filter((name) => name.startsWith('keys/ring'))).toEqual([]);
    const copy = copyOf(place);
    const { statement } = await repository.tenants.erase('a', {
      ...ACT,
      destinations: { mirrors: [{ place: 'tape 7', copiesUntil: until }] },
    });
    expect(statement.destinations).toEqual([
      { role: 'store', place: expect.stringContaining('file:'), holds: 'data', status: 'destroyed', basis: 'checked' },
      {
        role: 'keyStore',
        place: expect.stringContaining('file:'),
        holds: 'keys',
        status: 'destroyed',
        basis: 'checked',
      },
      { role: 'mirror', place: 'tape 7', holds: 'data', status: 'destroyed', basis: 'declared' },
    ]);
    expect(statement.readable).toBe(false);
    // The copy of the data alone, and with the keys as they are now.
    expect(await failureOf(openAt(copy))).toMatchObject({ code: 'KEY_STORE_REQUIRED' });
    await using beside = await openAt(copy, { keyStore: keysAt(place) });
    expect(await failureOf(beside.tenant('a').snapshots())).toMatchObject({ code: 'TENANT_ERASED' });
    expect(await beside.tenant('b').snapshots()).toHaveLength(1);
  });

  test('of copies of data and keys says until when, and so long they can be read', async () => {
    const place = newPlace();
    await using repository = await withTwo(place, { keyStore: keysAt(place) });
    const copy = copyOf(place, { keys: true });
    const mirrors = [
      { place: 'bucket of data', copiesUntil: '2028-01-01' },
      { place: 'vault', holds: 'keys' as const, copiesUntil: until },
    ];
    const { statement } = await repository.tenants.erase('a', { ...ACT, destinations: { mirrors } });
    const remain = { status: 'copies may remain', until: '2027-06-30T00:00:00.000Z' };
    expect(statement.readable).toEqual({ until: remain.until });
    // After that nobody has a key for what the data's copies hold.
    expect(statement.destinations).toMatchObject([
      { role: 'store', ...remain },
      { role: 'keyStore', status: 'destroyed' },
      { place: 'bucket of data', ...remain },
      { place: 'vault', ...remain },
    ]);
    await using opened = await openAt(copy, { keyStore: keysAt(copy) });
    await opened.tenant('a').restore({ snapshot: 'latest', to: copy.out });
    expect(compareTrees(place.source, restored(copy))).toEqual([]);
    // Gone with the vault.
    await opened.close();
    rmSync(keysAt(copy), { recursive: true });
    expect(await failureOf(openAt(copy, { keyStore: keysAt(copy) }))).toMatchObject({ code: 'OBJECT_MISSING' });
  });

  test('of a repository with its keys beside the data: a copy from before can be read, and it says so', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    const copy = copyOf(place);
    const mirrors = [{ place: 'nightly copy', copiesUntil: 'unknown' }];
    const { statement } = await repository.tenants.erase('a', { ...ACT, destinations: { mirrors } });
    expect(statement.readable).toEqual({ until: null });
    expect(statement.destinations).toMatchObject([
      { role: 'store', holds: 'data and keys', status: 'destroyed' },
      { role: 'mirror', holds: 'data and keys', status: 'copies may remain', until: null },
    ]);
    await using opened = await openAt(copy);
    expect(await opened.tenant('a').snapshots()).toHaveLength(1);
    // A machine that has seen later records takes the copy for what it is.
    expect(await failureOf(openAt({ ...copy, cache: place.cache }))).toMatchObject({ code: 'REPOSITORY_CHANGED' });
  });

  test('verifies offline with the key of the repository or the one it was signed with, and with no other', async () => {
    const place = newPlace();
    await using repository = await withTwo(place);
    const noted = await repository.tenants.certificateKey();
    const ours = generateKeyPair();
    const { certificate, statement, publicKey } = await repository.tenants.erase('a', ACT);
    const keys = (key: PublicKey): readonly PublicKey[] => [key];
    expect(verifyErasure(JSON.stringify(certificate), keys(noted))).toEqual(statement);
    expect(parsePublicKey(publicKey).keyId).toBe(noted.keyId);
    expect(() => verifyErasure(certificate, keys(ours.publicKey))).toThrow('too-few-signatures');
    const payload = Buffer.from(JSON.stringify({ ...statement, readable: { until: null } })).toString('base64');
    expect(() => verifyErasure({ ...certificate, payload }, keys(noted))).toThrow('too-few-signatures');
    const again = await repository.tenants.erase('a', { ...ACT, signWith: ours.privateKey });
    expect(verifyErasure(again.certificate, keys(ours.publicKey))).toEqual(statement);
    await repository.keys.rotateRoot();
    expect((await repository.tenants.certificateKey()).keyId).not.toBe(noted.keyId);
    expect(verifyErasure(certificate, keys(noted))).toEqual(statement);
  });

  test('says what its JSON Schema says, in each of its forms', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../schema/erasure.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const validate = new Ajv2020({ strict: true, allErrors: true, strictTypes: false }).compile(schema);
    for (const declared of [
      {},
      { store: 'unknown' },
      { store: until },
      { mirrors: [{ place: 'x', copiesUntil: until }] },
    ]) {
      const place = newPlace();
      await using repository = await createAt(place);
      const { statement } = await repository.tenants.erase('default', { ...ACT, destinations: declared });
      expect(validate(statement), JSON.stringify(validate.errors)).toBe(true);
      const [first, ...others] = statement.destinations;
      const flipped = first?.status === 'destroyed' ? { until: null } : { status: 'destroyed' };
      expect(validate({ ...statement, destinations: [{ ...first, ...flipped }, ...others] })).toBe(false);
      for (const member of Object.keys(statement)) expect(validate({ ...statement, [member]: undefined })).toBe(false);
      expect(validate({ ...statement, more: 1 })).toBe(false);
    }
  });

  test('of a repository without encryption needs a key of its own', async () => {
    const place = newPlace();
    await using repository = await withTwo(place, { encrypted: false });
    expect(await failureOf(repository.tenants.erase('a', ACT))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await repository.tenant('a').snapshots()).toHaveLength(1);
    const { privateKey } = generateKeyPair();
    expect((await repository.tenants.erase('a', { ...ACT, signWith: privateKey })).statement.keys).toBe('destroyed');
  });

  test.each([
    { keyStore: 'none' },
    { store: 'soon' },
    { store: '2027-13-45' },
    { mirrors: [{ place: '', copiesUntil: 'none' }] },
    { mirrors: [{ place: 'a\nb', copiesUntil: 'none' }] },
    {
      mirrors: [
        { place: 'x', copiesUntil: 'none' },
        { place: 'x', copiesUntil: 'none' },
      ],
    },
    { mirrors: [{ place: 'x', copiesUntil: 'none', holds: 'all' as 'data' }] },
  ])('%o says nothing of places, and nothing is erased', async (destinations) => {
    const place = newPlace();
    await using repository = await createAt(place);
    expect(await failureOf(repository.tenants.erase('default', { ...ACT, destinations }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await repository.tenants.show('default')).toMatchObject({ status: 'active' });
  });
});

test('a key store is a place of its own, for one repository, and is never backed up', async () => {
  const place = newPlace();
  await using repository = await withTwo(place, { keyStore: keysAt(place) });
  expect((await repository.info()).keyStoreUrl).toContain('keys');
  const other = newPlace();
  expect(await failureOf(createAt(other, { keyStore: keysAt(place) }))).toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(filesBelow(other.folder)).toEqual([]);
  expect(await failureOf(createAt(other, { keyStore: other.store }))).toMatchObject({ code: 'INVALID_OPTION' });
  await using plain = await createAt(other);
  expect(await failureOf(openAt(other, { keyStore: keysAt(place) }))).toMatchObject({ code: 'OBJECT_DAMAGED' });
  expect(await failureOf(openAt(other, { keyStore: join(other.folder, 'nothing') }))).toMatchObject({
    code: 'OBJECT_MISSING',
    hint: expect.stringContaining('leave the key store out'),
  });
  expect(await failureOf(repository.backup({ paths: [keysAt(place)] }))).toMatchObject({ code: 'INVALID_OPTION' });
  await repository.keys.rotateRoot();
  await using again = await openAt(place, { keyStore: keysAt(place) });
  // One of two records of the keyring is lost there: it is found, and comes back.
  const [copy = ''] = filesBelow(keysAt(place))
    .filter((name) => name.startsWith('keys/ring-copy/'))
    .slice(-1);
  rmSync(join(keysAt(place), copy));
  expect(await again.verify()).toMatchObject({ status: 'partial' });
  await again.tenant('b').backup({ paths: [place.source] });
  expect(filesBelow(keysAt(place))).toContain(copy);
  expect(await again.verify()).toMatchObject({ status: 'ok' });
  expect(plain.encrypted).toBe(true);
});
