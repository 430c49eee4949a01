// Opening every byte that counts: what a listing does not read is checked here.
import type { BlobStore } from './blobs.ts';
import { packName } from './blobs.ts';
import type { Repository } from './reader.ts';
import { parseRecord, roundName } from './rounds.ts';
import { demand, openSealed, subkey, subkeys, type SealedName } from './sealed.ts';
import { listKeys, readObject } from './store.ts';

function verifyPack(store: BlobStore, key: string): void {
  const [session = '', pack = ''] = key.split('/').slice(2);
  const { size, directory } = store.packs.get(key) ?? { size: 0, directory: Buffer.alloc(0) };
  const object = readObject(store.folder, key, { limit: Number.MAX_SAFE_INTEGER });
  demand(object.length === size, `${key}: has another size than the index says`);
  const content = openSealed(packName(store, session, pack), object);
  const end = content.length - 4;
  demand(content.readUInt32LE(end) === directory.length, `${key}: has a directory of another length`);
  demand(content.subarray(end - directory.length, end).equals(directory), `${key}: has another directory`);
}

/** Checks all blocks of all packs that count, and the sessions, ledger entries and records of rounds that no reader needs. */
export function verifyRest(repository: Repository): string[] {
  const { folder, id: repositoryId, rootKey, tenants, snapshots } = repository;
  const problems: string[] = [];
  const attempt = (key: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      problems.push(`${key}: ${String(error)}`);
    }
  };
  const open = (name: SealedName): void => {
    attempt(name.key, () => {
      JSON.parse(openSealed(name, readObject(folder, name.key, { limit: 2 ** 24 })).toString());
    });
  };
  // Since a rotation of the root key, what was before opens with the former one alone.
  for (const key of repository.rotated ? [] : ['config', 'config-copy'].flatMap((row) => listKeys(folder, row))) {
    open({ repositoryId, kind: 2, subkey: subkey(rootKey, 'config'), key });
  }
  for (const key of ['keys/ring', 'keys/ring-copy'].flatMap((row) =>
    listKeys(folder, row).slice(repository.rotated ? -1 : 0),
  )) {
    const newest = listKeys(folder, key.slice(0, key.lastIndexOf('/'))).at(-1);
    // Entries before the newest may have been destroyed.
    if (key !== newest && readObject(folder, key, { limit: 2 ** 24 }).toString('latin1') === 'destroyed\n') continue;
    open({ repositoryId, kind: 3, subkey: subkey(rootKey, 'keyring'), key });
  }
  for (const { label, keys, keeperKeys } of tenants) {
    const of = { folder, repositoryId, label, keeperKeys, problems };
    for (const key of [...listKeys(folder, `gc/${label}`), ...listKeys(folder, `history/${label}`)]) {
      attempt(key, () => {
        const content = openSealed(roundName(of, key), readObject(folder, key, { limit: 2 ** 28 }));
        if (!key.endsWith('/closed')) parseRecord(content);
        else demand(/^[0-9a-f]{32}$/.test(content.toString()), 'A closed round is no text of 32 hex digits');
      });
    }
    const sealed = { repositoryId, kind: 4, subkey: subkeys(keys, 'session'), label };
    for (const key of listKeys(folder, `sessions/${label}`)) open({ ...sealed, key });
  }
  const stores = new Set(snapshots.map(({ blobs }) => blobs));
  for (const store of stores) for (const key of store.packs.keys()) attempt(key, () => verifyPack(store, key));
  return problems;
}
