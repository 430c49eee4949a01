// Keys of every kind, before and after a rotation: the document says enough to get in.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { createRepository } from '../../src/index.ts';
import { newPlace } from '../fixtures/place.ts';
import { openRepository } from './reader.ts';
import { problemsOf, snapshotNamed } from './repositories.ts';
import { restoreSnapshot } from './restore.ts';
import { unwrapAge } from './secrets.ts';
import { listKeys, readObject } from './store.ts';
import { describeTree } from './tree.ts';

test('age recipients, and all other keys, lead to every snapshot, also after the root key was rotated', async () => {
  const { folder, store, cache: cacheDirectory, keyFile, source } = newPlace();
  const identities = [await generateX25519Identity(), await generateHybridIdentity()];
  fs.mkdirSync(source);
  fs.writeFileSync(join(source, 'a'), 'before');
  // What a restore can't set to the nanosecond is not what this is about.
  const setTimes = (): void => {
    for (const path of [...fs.readdirSync(source).map((name) => join(source, name)), source]) fs.utimesSync(path, 1, 2);
  };
  setTimes();
  const { repository, recoveryCode } = await createRepository({ store, cacheDirectory, keyFile, passphrase: 'ours' });
  for (const identity of identities) await repository.keys.add({ recipients: [await identityToRecipient(identity)] });
  await repository.backup({ paths: [source], name: 'before' });
  const read = async (): Promise<void> => {
    const slots = listKeys(store, 'keys/slots').map((key) => ({
      key,
      object: readObject(store, key, { limit: 65_536 }),
    }));
    const secrets = [
      ...(await Promise.all(identities.map(async (identity) => ({ age: await unwrapAge(slots, [identity]) })))),
      { keyFile: fs.readFileSync(keyFile, 'utf8') },
      { recoveryCode },
      { passphrase: 'ours' },
    ];
    for (const secret of secrets) expect(problemsOf({ store, secret })).toEqual([]);
    const [age = {}] = secrets;
    const out = fs.mkdtempSync(join(folder, 'out-'));
    const names = openRepository(store, age).snapshots.map(({ name }) => name);
    restoreSnapshot(snapshotNamed(openRepository(store, age), names.at(-1) ?? ''), out);
    expect(describeTree(join(out, source))).toEqual(describeTree(source));
  };
  await read();
  await repository.keys.rotateRoot();
  await read();
  fs.writeFileSync(join(source, 'b'), 'after');
  setTimes();
  await repository.backup({ paths: [source], name: 'after' });
  await read();
  await repository.prune({ waitMs: 0 });
  await repository.keys.rotateRoot();
  await read();
  await repository.close();
});
