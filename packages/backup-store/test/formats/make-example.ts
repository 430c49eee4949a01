import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { listAll, memoryStore, type ObjectStore, readObject } from '@x/storage';

import { createRepository } from '../../src/index.ts';
import { buildTree, file, folder, hardLink, symlink } from '../fixtures/tree.ts';

/** A whole repository as text, with all its secrets: the one that `docs/formats/repository.md` takes apart. */
export interface Example {
  readonly keyFile: string;
  readonly recoveryCode: string;
  readonly passphrase: string;
  /** Base64, by key. Without the reserve, which is 128 KiB of nothing. */
  readonly objects: Readonly<Record<string, string>>;
  /** What a second snapshot, forgetting the first one and a round of garbage collection change. */
  readonly round: { readonly created: Readonly<Record<string, string>>; readonly deleted: readonly string[] };
}

/** The objects once the round has ended. */
export function objectsAfterRound({ objects, round }: Example): Record<string, string> {
  const kept = Object.entries(objects).filter(([key]) => !round.deleted.includes(key));
  return Object.fromEntries([...kept, ...Object.entries(round.created)]);
}

/** What is backed up: at a path that says nothing of any machine. */
const SOURCE = '/tmp/holdfast-example/notes';
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Makes the example anew, as root on Linux. Keys and salts are random: most values of the document change with it. */
export async function makeExample(): Promise<Example> {
  const place = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  try {
    mkdirSync(dirname(SOURCE));
    makeSource();
    return await backUp(place);
  } finally {
    rmSync(dirname(SOURCE), { recursive: true, force: true });
    rmSync(place, { recursive: true, force: true });
  }
}

function makeSource(): void {
  buildTree(SOURCE, {
    'a.txt': file('hello, holdfast\n'.repeat(20), { mode: 0o644, mtimeNs: 1_735_700_645_123_456_789n }),
    'before-1970': file('', { mode: 0o600 }),
    'caf\xe9': file('a name that is not UTF-8\n', { mode: 0o644, mtimeNs: 1_735_700_646_000_000_000n }),
    sub: folder(
      { 'b.txt': hardLink('a.txt'), link: symlink('../a.txt', { mtimeNs: 1_735_700_647_000_000_000n }) },
      { mode: 0o750, mtimeNs: 1_735_700_648_000_000_000n },
    ),
  });
  // Node takes a negative number for "now", but not a negative text.
  utimesSync(join(SOURCE, 'before-1970'), '-0.5', '-0.5');
  chmodSync(SOURCE, 0o755);
  utimesSync(SOURCE, 1_735_700_649, 1_735_700_649);
  execFileSync('chown', ['-hR', '1000:1000', SOURCE]);
}

async function backUp(place: string): Promise<Example> {
  const store = memoryStore();
  const passphrase = 'correct horse battery staple';
  const keyFile = join(place, 'key');
  const settings = { store, cacheDirectory: join(place, 'cache'), host: 'example', clock: () => NOW };
  const { repository, recoveryCode } = await createRepository({ ...settings, passphrase, keyFile });
  const labels = { name: 'first', note: 'naïve ☃ "quoted"', tags: ['kind=example'], createdBy: 'docs' };
  await repository.backup({ paths: [SOURCE], ...labels });
  const objects = await objectsOf(store);
  buildTree(SOURCE, { 'later.txt': file('a later file\n', { mode: 0o644, mtimeNs: 1_735_700_650_000_000_000n }) });
  await repository.backup({ paths: [SOURCE], name: 'second', createdBy: 'docs' });
  await repository.forget({ snapshots: ['first'] });
  await repository.prune({ maxUnusedPercent: 100 });
  const after = await objectsOf(store);
  await repository.close();
  const created = Object.fromEntries(Object.entries(after).filter(([key]) => objects[key] === undefined));
  const deleted = Object.keys(objects).filter((key) => after[key] === undefined);
  const secrets = { keyFile: readFileSync(keyFile, 'utf8'), recoveryCode: recoveryCode as string, passphrase };
  return { ...secrets, objects, round: { created, deleted } };
}

async function objectsOf(store: ObjectStore): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key } of listAll(store, '')) {
    if (key !== 'reserve/0') objects[key] = Buffer.from(await readObject(store, key)).toString('base64');
  }
  return objects;
}
