import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Repository, RepositoryEvent } from '../../src/repository/contract.ts';
import { newAgeKey } from '../fixtures/age-key.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, readObjects } from '../fixtures/place.ts';

const idsOf = async (repository: Repository): Promise<string[]> => (await repository.keys.list()).map(({ id }) => id);

const slotsIn = (store: string): string[] =>
  filesBelow(store).flatMap((name) => /^keys\/slots\/(.*)$/.exec(name)?.[1] ?? []);

describe('keys', () => {
  test('one of each kind is added, listed with what is said of it, and opens the repository', async () => {
    const place = newPlace();
    const plain = await newAgeKey(place.folder, 'plain');
    const hybrid = await newAgeKey(place.folder, 'hybrid', 'hybrid');
    await using repository = await createAt(place, { clock: () => 1_700_000_000_000 });
    const { keys } = repository;
    const { recoveryCode = '' } = await keys.add({ recoveryCode: true }, { label: 'safe', createdBy: 'ann' });
    const another = join(place.folder, 'another');
    await keys.add({ keyFile: another });
    await keys.add({ recipients: [plain.recipient] });
    const { key } = await keys.add({ recipients: [hybrid.recipient] }, { label: 'vault' });
    const all = await keys.list();
    expect(all.map(({ type, label, current, status }) => [type, label, current, status])).toEqual([
      ['key file', undefined, true, 'ok'],
      ['recovery code', 'safe', false, 'ok'],
      ['key file', undefined, false, 'ok'],
      ['age recipients', undefined, false, 'ok'],
      ['age recipients', 'vault', false, 'ok'],
    ]);
    expect(all[1]).toMatchObject({ createdBy: 'ann', createdAt: '2023-11-14T22:13:20.000Z' });
    expect(all[4]).toEqual(key);
    expect(key.recipients).toEqual([hybrid.recipient]);
    const ways = [{ recoveryCode }, { keyFile: another }, { identityFile: plain.file }, { identityFile: hybrid.file }];
    for (const [i, unlock] of ways.entries()) {
      await using open = await openAt(place, { unlock });
      expect((await open.keys.list()).findIndex(({ current }) => current)).toBe(i + 1);
    }
    const { file: identityFile } = await newAgeKey(place.folder, 'other');
    expect(await failureOf(openAt(place, { unlock: { identityFile } }))).toMatchObject({ code: 'WRONG_KEY' });
    // Labels and recipients say who has keys, which is nobody's business who has the store alone.
    for (const [, bytes] of readObjects(place.store))
      for (const text of ['vault', 'safe', plain.recipient]) expect(bytes.includes(text)).toBe(false);
  });

  test('each of several recipients of one key opens the repository', async () => {
    const place = newPlace();
    const pairs = await Promise.all(['a', 'b', 'c'].map(async (name) => await newAgeKey(place.folder, name, 'hybrid')));
    await using repository = await createAt(place);
    await repository.keys.add({ recipients: pairs.map(({ recipient }) => recipient) });
    for (const { file: identityFile } of pairs) await (await openAt(place, { unlock: { identityFile } })).close();
    expect(await idsOf(repository)).toHaveLength(2);
  });

  test('one that is removed opens nothing any more, even when its slot comes back', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const keyFile = join(place.folder, 'another');
    const { key } = await repository.keys.add({ keyFile });
    const slot = join('keys/slots', key.id);
    const bytes = readObjects(place.store).get(slot) as Buffer;
    await repository.keys.remove(key.id);
    expect(slotsIn(place.store)).toEqual(await idsOf(repository));
    writeFileSync(join(place.store, slot), bytes);
    expect(await failureOf(openAt(place, { unlock: { keyFile } }))).toMatchObject({ code: 'WRONG_KEY' });
    expect(await idsOf(repository)).toHaveLength(1);
  });

  test('the last one stays, and so does the only one that was proven to work', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const [own = ''] = await idsOf(repository);
    expect(await failureOf(repository.keys.remove(own))).toMatchObject({ code: 'LAST_KEY' });
    const keyFile = join(place.folder, 'another');
    const { key } = await repository.keys.add({ keyFile });
    const before = readObjects(place.store);
    expect(await failureOf(repository.keys.remove(own))).toMatchObject({ code: 'LAST_KEY' });
    const lost = { passphrase: 'never was one' };
    expect(await failureOf(repository.keys.remove(own, { proof: lost }))).toMatchObject({ code: 'LAST_KEY' });
    expect(readObjects(place.store)).toEqual(before);
    await repository.keys.remove(own, { proof: { keyFile } });
    expect(await repository.keys.list()).toMatchObject([{ id: key.id, current: true }]);
    expect(await failureOf(openAt(place))).toMatchObject({ code: 'WRONG_KEY' });
    expect(await failureOf(repository.keys.remove(key.id))).toMatchObject({ code: 'LAST_KEY' });
  });

  test('a key whose slot is gone or damaged proves nothing, is listed as such, and can be removed', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const { key } = await repository.keys.add({ keyFile: join(place.folder, 'another') });
    const [own = ''] = await idsOf(repository);
    rmSync(join(place.store, 'keys/slots', own));
    expect(await failureOf(repository.keys.remove(key.id))).toMatchObject({ code: 'LAST_KEY' });
    writeFileSync(join(place.store, 'keys/slots', key.id), Buffer.alloc(4168));
    expect((await repository.keys.list()).map(({ status }) => status)).toEqual(['missing', 'damaged']);
    const { key: third } = await repository.keys.add({ keyFile: join(place.folder, 'third') });
    for (const id of [own, key.id])
      await repository.keys.remove(id, { proof: { keyFile: join(place.folder, 'third') } });
    expect(await idsOf(repository)).toEqual([third.id]);
  });

  test('a secret is put in the place of another, with its label, and the former opens nothing', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const [own = ''] = await idsOf(repository);
    const next = join(place.folder, 'next');
    const { key } = await repository.keys.rotate(own, { keyFile: next }, { label: 'of the server' });
    expect(await failureOf(openAt(place))).toMatchObject({ code: 'WRONG_KEY' });
    const { recoveryCode = '' } = await repository.keys.rotate(key.id, { recoveryCode: true });
    await using open = await openAt(place, { unlock: { recoveryCode } });
    expect(await open.keys.list()).toMatchObject([{ type: 'recovery code', label: 'of the server', current: true }]);
    expect(slotsIn(place.store)).toHaveLength(1);
    // Nobody here has an identity, so nobody knows that the recipients can open it.
    const { recipient, file } = await newAgeKey(place.folder, 'age');
    const [code = ''] = await idsOf(open);
    const request = { recipients: [recipient] };
    expect(await failureOf(open.keys.rotate(code, request))).toMatchObject({ code: 'LAST_KEY' });
    expect(slotsIn(place.store)).toEqual([code]);
    await open.keys.rotate(code, request, { proof: { identityFile: file } });
    await (await openAt(place, { unlock: { identityFile: file } })).close();
  });

  test('of those who change keys at once nobody loses anything', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const paths = Array.from({ length: 6 }, (_, i) => join(place.folder, `key ${i}`));
    const handles = await Promise.all(paths.map(async () => await openAt(place)));
    await Promise.all(handles.map(async ({ keys }, i) => await keys.add({ keyFile: paths[i] ?? '' })));
    expect(await idsOf(repository)).toHaveLength(7);
    // Two that want to leave themselves only: one of them may.
    const [first, second] = (await idsOf(repository)).slice(1);
    for (const id of (await idsOf(repository)).slice(3)) await repository.keys.remove(id);
    const opened = await Promise.all(
      paths.flatMap(async (keyFile) => await openAt(place, { unlock: { keyFile } }).catch(() => undefined)),
    );
    const [one, other] = opened.filter((each) => each !== undefined);
    const [own = ''] = await idsOf(repository);
    await one?.keys.remove(own);
    const ends = await Promise.allSettled([
      one?.keys.remove(first ?? ''),
      other?.keys.remove(second ?? ''),
      one?.keys.remove(second ?? ''),
      other?.keys.remove(first ?? ''),
    ]);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(slotsIn(place.store)).toHaveLength(1);
    for (const handle of [...handles, ...opened]) await handle?.close();
  });

  test('what makes no sense is refused, and leaves no file and no slot', async () => {
    const place = newPlace();
    const { recipient, identity } = await newAgeKey(place.folder, 'plain');
    const hybrid = await newAgeKey(place.folder, 'hybrid', 'hybrid');
    await using repository = await createAt(place);
    const before = slotsIn(place.store);
    const { keys } = repository;
    for (const recipients of [
      [],
      [recipient, recipient],
      [recipient, hybrid.recipient],
      Array.from({ length: 21 }, () => recipient),
      [`${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`],
      ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQ'],
      ['age1tag1qwe0kafsjrar4txm6heqnhpfuggzr0gvznz7fvygxrlq90u5mq2pysxtw6h'],
      [identity],
    ]) {
      const error = await failureOf(keys.add({ recipients }));
      expect(error).toMatchObject({ code: 'INVALID_OPTION' });
      expect(JSON.stringify([error.message, error.stack])).not.toContain(identity.slice(0, 30));
    }
    for (const label of ['', 'a\nb', 'x'.repeat(129)])
      expect(await failureOf(keys.add({ recoveryCode: true }, { label }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await failureOf(keys.add({ passphrase: '' }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await failureOf(keys.add({ keyFile: place.keyFile }))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await failureOf(keys.remove('nothing'))).toMatchObject({ code: 'KEY_NOT_FOUND' });
    const unused = join(place.folder, 'unused');
    expect(await failureOf(keys.rotate('nothing', { keyFile: unused }))).toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(existsSync(unused)).toBe(false);
    expect(existsSync(place.keyFile)).toBe(true);
    expect(slotsIn(place.store)).toEqual(before);
  });

  test('there are no more than thirty', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    for (let i = 1; i < 30; i++) await repository.keys.add({ recoveryCode: true });
    expect(await failureOf(repository.keys.add({ recoveryCode: true }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect((await repository.keys.rotateRoot()).keys).toHaveLength(30);
    await (await openAt(place)).close();
  });

  test('a repository without encryption has none to change, and a closed one is CLOSED', async () => {
    const place = newPlace();
    const repository = await createAt(place, { encrypted: false });
    const { keys } = repository;
    const calls = [() => keys.add({ recoveryCode: true }), () => keys.remove('x'), () => keys.rotateRoot()];
    for (const call of calls) expect(await failureOf(call())).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await keys.list()).toMatchObject([{ type: 'passphrase', status: 'ok' }]);
    await repository.close();
    expect(await failureOf(keys.list())).toMatchObject({ code: 'CLOSED' });
    expect(await failureOf(keys.add({ recoveryCode: true }))).toMatchObject({ code: 'CLOSED' });
  });

  test('events tell what became of keys, and nothing of secrets', async () => {
    const place = newPlace();
    const events: RepositoryEvent[] = [];
    await using repository = await createAt(place, { onEvent: (event) => void events.push(event) });
    const added = await repository.keys.add({ recoveryCode: true });
    const rotated = await repository.keys.rotate(added.key.id, { recoveryCode: true });
    await repository.keys.remove(rotated.key.id);
    await repository.keys.rotateRoot();
    expect(events.map(({ name }) => name)).toEqual([
      'repository.created',
      'key.added',
      'key.rotated',
      'key.removed',
      'root.rotated',
    ]);
    for (const { recoveryCode = '?' } of [added, rotated])
      expect(JSON.stringify(events)).not.toContain(recoveryCode.slice(0, 9));
  });
});
