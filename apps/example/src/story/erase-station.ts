import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRepository, type Repository } from '@x/backup-store';
import { savePublicKey } from '@x/integrity';
import { eraseHotel, readCertificate } from '../protection/erase-hotel.ts';
import { lookIntoSnapshot } from './look-into-snapshot.ts';
import type { Story } from './story.ts';

const COPY_DAYS = 30;

/** A hotel's contract ends: all of it is erased, and a copy of the backups that was made before is of no use to anybody. */
export async function eraseAndProve(story: Story, id: string, snapshot: string): Promise<void> {
  const { tell, repository, protection, folder, hotels, told } = story;
  tell.chapter(`${id} is erased`);
  await told.get(id)?.guests.leave();
  const copy = join(folder, 'copy-of-the-store');
  await cp(protection.store, copy, { recursive: true });
  const { reservations } = await atCopy(
    story,
    copy,
    protection.keyStore,
    async (opened) => await lookIntoSnapshot(opened, id, snapshot),
  );
  tell.check(
    `a copy of the store, with the key store, has ${reservations.length} reservations of ${id}`,
    reservations.length > 0,
  );

  const publicKey = join(folder, 'certificates.pub');
  await savePublicKey(publicKey, await repository.tenants.certificateKey());
  const copiesUntil = new Date(Date.now() + COPY_DAYS * 86_400_000).toISOString();
  const erasure = await eraseHotel(
    repository,
    { hotels, places: hotels.places(id) },
    { by: 'the owner', reason: 'the contract ended', copies: [{ place: 'copy-of-the-store', copiesUntil }] },
  );
  told.delete(id);
  const certificate = join(folder, `${id}.erased.json`);
  await writeFile(certificate, JSON.stringify(erasure.certificate));
  const statement = await readCertificate(certificate, publicKey);
  tell.check(
    'the certificate is signed with the key that was noted before, and names the hotel',
    statement.tenant.name === id && statement.keys === 'destroyed',
  );
  for (const { role, place, holds, status } of statement.destinations)
    tell.say(`  ${role} ${place} (${holds}): ${status}`);

  await proveUnreadable(story, { id, snapshot, copy });
}

async function proveUnreadable(
  story: Story,
  { id, snapshot, copy }: { readonly id: string; readonly snapshot: string; readonly copy: string },
): Promise<void> {
  const { tell, repository, protection } = story;
  const look = async (opened: Repository): Promise<unknown> => await lookIntoSnapshot(opened, id, snapshot);
  await tell.checkFails(`the snapshots of ${id} can't be read`, 'TENANT_ERASED', async () => await look(repository));
  await tell.checkFails('nor by their ids', 'SNAPSHOT_NOT_FOUND', async () => await repository.snapshot(snapshot));
  await tell.checkFails(
    'the copy from before, with the key file alone, opens for nobody',
    'KEY_STORE_REQUIRED',
    async () => await atCopy(story, copy, undefined, look),
  );
  await tell.checkFails(
    `the copy from before, with the key store of today, has ${id} no more`,
    'TENANT_ERASED',
    async () => await atCopy(story, copy, protection.keyStore, look),
  );
}

/** Opens a copy of the store as another machine would, which remembers nothing. */
async function atCopy<T>(
  { folder, protection: { keyFile } }: Story,
  store: string,
  keyStore: string | undefined,
  work: (copy: Repository) => Promise<T>,
): Promise<T> {
  const cacheDirectory = join(folder, 'cache-of-another-machine');
  await using copy = await openRepository({ store, keyStore, cacheDirectory, unlock: { keyFile } });
  return await work(copy);
}

/** What nobody can read takes no space, either. */
export async function freeSpace({ tell, repository }: Story): Promise<void> {
  const before = await repository.stats();
  const { status } = await repository.prune();
  const { bytesStored } = await repository.stats();
  const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
  tell.check(
    `prune frees space: ${kib(before.bytesStored)} before, ${kib(bytesStored)} after`,
    status === 'ok' && bytesStored < before.bytesStored,
  );
  const { findings } = await repository.verify({ level: 'full' });
  tell.check('all that is left is whole, down to each blob', findings.length === 0);
}
