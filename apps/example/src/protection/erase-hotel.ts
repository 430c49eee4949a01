import { readFile } from 'node:fs/promises';
import { type ErasureStatement, type Repository, type TenantErasure, verifyErasure } from '@x/backup-store';
import { loadPublicKey } from '@x/integrity';
import type { HotelPlaces, Hotels } from '../hotels.ts';

/** Who has a hotel erased, and what is known of copies that others have made of the backups. */
export interface EraseHotelOptions {
  readonly by: string;
  readonly reason: string;
  /** Places with copies of the store, and until when they are kept (ISO 8601). */
  readonly copies?: readonly { readonly place: string; readonly copiesUntil: string }[] | undefined;
}

/**
 * Erases a hotel: its database and its folder, and the keys of its backups. Nobody can read these from then on, and the next prune frees
 * their space.
 */
export async function eraseHotel(
  repository: Repository,
  { hotels, places }: { readonly hotels: Hotels; readonly places: HotelPlaces },
  { by, reason, copies = [] }: EraseHotelOptions,
): Promise<TenantErasure> {
  const mirrors = copies.map((copy) => ({ ...copy, holds: 'data' as const }));
  const erasure = await repository.tenants.erase(places.id, { by, reason, destinations: { mirrors } });
  await hotels.remove(places.id);
  return erasure;
}

/** What a certificate says, when the key has signed it. Needs these two files, and nothing of the repository. */
export async function readCertificate(certificate: string, publicKey: string): Promise<ErasureStatement> {
  return verifyErasure(await readFile(certificate, 'utf8'), [await loadPublicKey(publicKey)]);
}
