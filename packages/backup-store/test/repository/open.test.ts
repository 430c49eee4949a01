import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { memoryStore } from '@x/storage';
import { expect, it } from 'vitest';
import { createRepository, openRepository } from '../../src/index.ts';
import type { RepositoryEvent } from '../../src/repository/contract.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const CODE = /^[0-9A-Z]+(?:-[0-9A-Z]+)+$/;

it('each secret opens it, alone', async () => {
  const place = newPlace();
  const { repository, recoveryCode = '' } = await createRepository({
    store: place.store,
    cacheDirectory: place.cache,
    keyFile: place.keyFile,
    passphrase: 'one two three',
  });
  expect(recoveryCode).toMatch(CODE);
  const code = recoveryCode.toLowerCase().replaceAll('-', ' ');
  for (const unlock of [
    { keyFile: place.keyFile },
    { passphrase: 'one two three' },
    { recoveryCode },
    { recoveryCode: code },
  ]) {
    await using open = await openAt(place, { unlock });
    expect(open.id).toBe(repository.id);
    expect(open.encrypted).toBe(true);
  }
  expect((await repository.info()).slots.map(({ type }) => type).toSorted()).toEqual([
    'key file',
    'passphrase',
    'recovery code',
  ]);
});

it('a passphrase typed on another keyboard is the same, and any other one is WRONG_KEY', async () => {
  const place = newPlace();
  const repository = await createAt(place);
  await repository.addPassphrase('Caf\u00e9');
  await using open = await openAt(place, { unlock: { passphrase: 'Cafe\u0301' } });
  expect(open.id).toBe(repository.id);
  await failWith(openAt(place, { unlock: { passphrase: 'cafe' } }), 'WRONG_KEY');
});

async function failWith(work: Promise<unknown>, code: string): Promise<Error & { code: string; hint?: string }> {
  const error = await failureOf(work);
  expect(error).toMatchObject({ name: 'BackupError', code });
  return error;
}

it('a key of another repository is WRONG_KEY, a mistyped one is INVALID_KEY_FILE, none is KEY_REQUIRED', async () => {
  const [place, other] = [newPlace(), newPlace()];
  await createAt(place);
  const { recoveryCode = '' } = await createRepository({
    store: other.store,
    cacheDirectory: other.cache,
    keyFile: other.keyFile,
  });
  await failWith(openAt(place, { unlock: { keyFile: other.keyFile } }), 'WRONG_KEY');
  await failWith(openAt(place, { unlock: { recoveryCode } }), 'WRONG_KEY');
  await failWith(openAt(place, { unlock: undefined }), 'KEY_REQUIRED');
  await failWith(
    openAt(place, {
      unlock: { recoveryCode: `${recoveryCode.slice(0, -1)}${recoveryCode.endsWith('A') ? 'B' : 'A'}` },
    }),
    'INVALID_KEY_FILE',
  );
  await failWith(openAt(place, { unlock: { keyFile: join(place.folder, 'nothing') } }), 'PATH_FAILED');
  const key = readFileSync(place.keyFile, 'utf8');
  const at = key.lastIndexOf(' ') - 3;
  writeFileSync(place.keyFile, `${key.slice(0, at)}${key[at] === 'A' ? 'B' : 'A'}${key.slice(at + 1)}`);
  await failWith(openAt(place), 'INVALID_KEY_FILE');
});

it('an error about a key never shows it', async () => {
  const place = newPlace();
  await createAt(place);
  const error = await failWith(openAt(place, { unlock: { passphrase: 'hunter2-hunter2' } }), 'WRONG_KEY');
  expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('hunter2');
});

it('a key file is for its owner alone, and is never overwritten', async () => {
  const place = newPlace();
  writeFileSync(place.keyFile, 'precious');
  await failWith(createAt(place), 'ALREADY_EXISTS');
  expect(readFileSync(place.keyFile, 'utf8')).toBe('precious');
  expect(existsSync(place.store) ? filesBelow(place.store) : []).toEqual([]);
  rmSync(place.keyFile);
  await createAt(place);
  if (process.platform !== 'win32') expect(statSync(place.keyFile).mode & 0o777).toBe(0o600);
});

it('a repository is never made over another one', async () => {
  const place = newPlace();
  await createAt(place);
  const before = filesBelow(place.store);
  const again = { ...place, keyFile: join(place.folder, 'key 2') };
  await failWith(createAt(again), 'ALREADY_EXISTS');
  expect(filesBelow(place.store)).toEqual(before);
  expect(existsSync(again.keyFile)).toBe(false);
});

it('of two that are made at one place at the same time, one wins and works', async () => {
  const place = newPlace();
  const keys = [1, 2, 3].map((n) => join(place.folder, `key ${n}`));
  const outcomes = await Promise.allSettled(keys.map(async (keyFile) => await createAt({ ...place, keyFile })));
  const won = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [i] : []));
  expect(won).toHaveLength(1);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ALREADY_EXISTS' });
  const keyFile = keys[won[0] ?? 0] ?? '';
  await using repository = await openAt(place, { unlock: { keyFile } });
  expect(await repository.verify()).toMatchObject({ status: 'ok' });
});

it('an empty folder, a missing one and one with other files are NOT_A_REPOSITORY, and stay as they are', async () => {
  const place = newPlace();
  await failWith(openAt(place, { unlock: { passphrase: 'x' } }), 'NOT_A_REPOSITORY');
  expect(existsSync(place.store)).toBe(false);
  mkdirSync(place.store);
  await failWith(openAt(place, { unlock: { passphrase: 'x' } }), 'NOT_A_REPOSITORY');
  writeFileSync(join(place.store, 'notes.txt'), 'x');
  await failWith(openAt(place, { unlock: { passphrase: 'x' } }), 'NOT_A_REPOSITORY');
  expect(filesBelow(place.store)).toEqual(['notes.txt']);
});

function setVersion(path: string, version: number): void {
  const bytes = readFileSync(path);
  bytes[8] = version;
  writeFileSync(path, bytes);
}

it('a newer format is UNSUPPORTED_FORMAT and says what to do, whichever object has it', async () => {
  const place = newPlace();
  const repository = await createAt(place);
  buildTree(place.source, { a: 'x' });
  await repository.backup({ paths: [place.source] });
  const marker = join(place.store, 'holdfast.json');
  const good = readFileSync(marker);
  const { id } = JSON.parse(good.toString()) as { id: string };
  const check = createHash('sha256').update(`holdfast-repository/1/${id}`).digest('hex').slice(0, 16);
  writeFileSync(marker, JSON.stringify({ check, format: 'holdfast-repository', id, version: 1 }));
  const error = await failWith(openAt(place), 'UNSUPPORTED_FORMAT');
  expect(error.hint).toContain('newer version');
  writeFileSync(marker, good);
  for (const name of ['config/000000000001', 'keys/ring/000000000001']) {
    // One of both alone is damaged, and the other one is taken.
    const both = [name, name.replace('/0', '-copy/0')].map((each) => join(place.store, each));
    for (const path of both) setVersion(path, 1);
    expect(await failWith(openAt(place), 'UNSUPPORTED_FORMAT')).toMatchObject({ object: name });
    for (const path of both) setVersion(path, 0);
  }
});

it('options that make no sense are INVALID_OPTION before anything is made', async () => {
  const place = newPlace();
  const base = { store: place.store, cacheDirectory: place.cache };
  await failWith(createRepository({ ...base, passphrase: '' }), 'INVALID_OPTION');
  await failWith(createRepository({ ...base, recoveryCode: false }), 'INVALID_OPTION');
  await failWith(createRepository({ ...base, encrypted: false, keyFile: place.keyFile }), 'INVALID_OPTION');
  for (const performance of [
    { workers: 0 },
    { workers: 1.5 },
    { readers: -1 },
    { bufferBytes: 1 },
    { cacheBytes: Number.NaN },
  ]) {
    await failWith(createRepository({ ...base, keyFile: place.keyFile, performance }), 'INVALID_OPTION');
  }
  expect(existsSync(place.store) ? filesBelow(place.store) : []).toEqual([]);
  expect(existsSync(place.keyFile)).toBe(false);
  const repository = await createAt(place);
  await failWith(repository.backup({ paths: [] }), 'INVALID_OPTION');
  await failWith(repository.backup({ paths: [''] }), 'INVALID_OPTION');
  await failWith(repository.addPassphrase(''), 'INVALID_OPTION');
  buildTree(place.source, { a: 'x' });
  for (const tag of ['', 'two words', 'a,b', '=x'])
    await failWith(repository.backup({ paths: [place.source], tags: [tag] }), 'INVALID_OPTION');
  expect(await repository.snapshots()).toEqual([]);
});

it('without encryption anybody opens it without a key, and it says so', async () => {
  const place = newPlace();
  const created = await createAt(place, { encrypted: false });
  buildTree(place.source, { a: 'x' });
  const result = await created.backup({ paths: [place.source] });
  await using repository = await openRepository({
    store: place.store,
    cacheDirectory: join(place.folder, 'new cache'),
  });
  expect(repository.encrypted).toBe(false);
  expect(await repository.info()).toMatchObject({
    encrypted: false,
    encryption: 'none',
    slots: [{ type: 'passphrase' }],
  });
  expect(result.snapshot?.encryption.algorithm).toBe('none');
  expect(await repository.restore({ snapshot: 'latest', to: place.out })).toMatchObject({ status: 'ok' });
  await failWith(repository.addPassphrase('too late'), 'INVALID_OPTION');
});

it('any object store will do', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x', b: { c: 'y' } });
  const store = memoryStore();
  const { repository, recoveryCode = '' } = await createRepository({ store, cacheDirectory: place.cache });
  await repository.backup({ paths: [place.source] });
  await using again = await openRepository({ store, cacheDirectory: place.cache, unlock: { recoveryCode } });
  expect(await again.verify({ level: 'full' })).toMatchObject({ status: 'ok', snapshots: 1 });
  expect(await again.info()).toMatchObject({ url: 'memory:', formatVersion: 0, tenants: ['default'] });
});

it('a closed repository is CLOSED', async () => {
  const place = newPlace();
  const repository = await createAt(place);
  await repository.close();
  await repository.close();
  await failWith(repository.snapshots(), 'CLOSED');
  await failWith(repository.info(), 'CLOSED');
  await failWith(repository.backup({ paths: [place.source] }), 'CLOSED');
});

it('events tell what happened, without secrets', async () => {
  const place = newPlace();
  const events: RepositoryEvent[] = [];
  const onEvent = (event: RepositoryEvent): void => void events.push(event);
  const repository = await createAt(place, { onEvent, clock: () => 1_700_000_000_000, passphrase: 'SECRET' });
  buildTree(place.source, { a: 'x' });
  await repository.backup({ paths: [place.source] });
  await failureOf(repository.backup({ paths: [join(place.folder, 'nothing')] }));
  await repository.restore({ snapshot: 'latest', to: place.out });
  await repository.verify();
  await repository.rebuildIndex();
  await openAt(place, { onEvent });
  expect(events.map(({ name }) => name)).toEqual([
    'repository.created',
    'backup.created',
    'backup.failed',
    'restore.finished',
    'verify.finished',
    'index.rebuilt',
    'repository.opened',
  ]);
  expect(events[0]?.at).toBe(1_700_000_000_000);
  expect(events[1]?.details).toMatchObject({
    tenant: 'default',
    kind: 'full',
    trigger: 'manual',
    status: 'ok',
    bytes: 1,
  });
  expect(events[2]?.details).toMatchObject({ tenant: 'default', code: 'PATH_FAILED', durationMs: 0 });
  expect(events[3]?.details).toMatchObject({ tenant: 'default', target: place.out, status: 'ok', bytesWritten: 1 });
  expect(JSON.stringify(events)).not.toContain('SECRET');
});
