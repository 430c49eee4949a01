// Repositories that the program makes, and what is done to them: the only place where a test needs the program.
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { createRepository } from '../../src/index.ts';
import { openRepository, readEntries, type Repository, type Snapshot } from './reader.ts';
import type { SealedName } from './sealed.ts';
import type { Secret } from './secrets.ts';
import { listKeys } from './store.ts';
import { withSessionsKept } from '../fixtures/place.ts';
import { noise } from './tree.ts';
import { verifyRest } from './verify.ts';

/** A repository and what opens it. */
export interface Made {
  readonly store: string;
  readonly secret: Secret;
}

/** Two snapshots of some small files, of which the second one has blobs of the first. */
export async function makeSmall(base: string): Promise<Made> {
  fs.mkdirSync(join(base, 'tree'), { recursive: true });
  fs.writeFileSync(join(base, 'tree/old'), noise(500_000));
  fs.writeFileSync(join(base, 'tree/small'), 'small');
  const [store, keyFile] = [join(base, 'store'), join(base, 'key')];
  const cacheDirectory = join(base, 'cache');
  const { repository } = await createRepository({ store: withSessionsKept(store), keyFile, cacheDirectory });
  await repository.backup({ paths: [join(base, 'tree')], name: 'one' });
  fs.writeFileSync(join(base, 'tree/new'), noise(80_000));
  await repository.backup({ paths: [join(base, 'tree')], name: 'two' });
  await repository.close();
  return { store, secret: { keyFile: fs.readFileSync(keyFile, 'utf8') } };
}

/** A copy of a repository, to be damaged. */
export function copyOf({ store, secret }: Made): Made {
  const copy = `${store}-${randomBytes(8).toString('hex')}`;
  fs.cpSync(store, copy, { recursive: true });
  return { store: copy, secret };
}

/** The keys of all objects of a repository. */
export function allKeys(folder: string): string[] {
  const names = ['keys', 'config', 'config-copy', 'sessions', 'packs', 'index', 'commits', 'forget', 'gc', 'history'];
  return ['holdfast.json', 'holdfast-copy.json', ...names.flatMap((name) => listKeys(folder, name))];
}

/** Changes one byte of an object; places below 0 count from its end. */
export function flip(folder: string, key: string, at: number): void {
  const bytes = fs.readFileSync(join(folder, key));
  const place = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0x20, place);
  fs.writeFileSync(join(folder, key), bytes);
}

/** All that the reader finds wrong with a repository. */
export function problemsOf({ store, secret }: Made): string[] {
  try {
    const repository = openRepository(store, secret);
    for (const snapshot of repository.snapshots) {
      for (const source of snapshot.sources) readEntries(snapshot, source);
    }
    return [...repository.problems, ...verifyRest(repository)];
  } catch (error) {
    return [String(error)];
  }
}

/** The snapshot with this name. */
export function snapshotNamed(repository: Repository, name: string): Snapshot {
  const found = repository.snapshots.find((snapshot) => snapshot.name === name);
  if (found === undefined) throw new Error(`Expected a snapshot with the name ${name}`);
  return found;
}

/** Seals an object of one block, as the document says. */
function seal(name: SealedName & { readonly subkey: Buffer }, content: string): Buffer {
  const salt = randomBytes(32);
  const label = Buffer.from(name.label ?? '', 'hex');
  const kind = Buffer.from([0, name.kind]);
  const info = Buffer.concat([
    Buffer.from('holdfast/seal'),
    kind,
    name.repositoryId,
    label,
    Buffer.from(`${name.key}\0`),
  ]);
  const derived = Buffer.from(hkdfSync('sha256', name.subkey, salt, info, 64));
  const cipher = createCipheriv('aes-256-gcm', derived.subarray(0, 32), Buffer.from('000000000000000000000001', 'hex'));
  const block = Buffer.concat([cipher.update(content), cipher.update(Buffer.from([0x80, 0])), cipher.final()]);
  const header = [Buffer.from('HOLDFAST'), kind, Buffer.alloc(6), salt, derived.subarray(32)];
  return Buffer.concat([...header, block, cipher.getAuthTag()]);
}

/** Stores a forget marker for snapshot `id` that names snapshot `named`. */
export function forget(repository: Repository, id: string, named: string): void {
  const [tenant] = repository.tenants;
  if (tenant === undefined) throw new Error('Expected a tenant');
  const key = `forget/${tenant.label}/${id}`;
  const name = {
    repositoryId: repository.id,
    kind: 9,
    subkey: tenant.keeperKeys[0] ?? Buffer.alloc(0),
    label: tenant.label,
    key,
  };
  fs.mkdirSync(join(repository.folder, dirname(key)), { recursive: true });
  fs.writeFileSync(join(repository.folder, key), seal(name, JSON.stringify({ snapshot: named })));
}
