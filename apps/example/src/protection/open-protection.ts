import { createRepository, isBackupError, openRepository, type Repository } from '@x/backup-store';

/** Where backups are: three places, best on different machines. */
export interface ProtectionPlaces {
  /** Folder or URL of the backups. */
  readonly store: string;
  /** Folder or URL of the keys of all hotels: without it, nobody can read the store or a copy of it. */
  readonly keyStore: string;
  /** Opens the key store. Made with the repository. */
  readonly keyFile: string;
  /** What this machine remembers of repositories. Default: the user's cache folder. */
  readonly cacheDirectory?: string | undefined;
}

/** A repository that is open. */
export interface Protection {
  readonly repository: Repository;
  /** When it was made just now: to be shown once, and kept elsewhere. */
  readonly recoveryCode?: string | undefined;
}

/** Opens the repository of all hotels, and makes it where there is none. */
export async function openProtection({ keyFile, ...places }: ProtectionPlaces): Promise<Protection> {
  // A hotel is small, and its guests need the processors, too.
  const settings = { ...places, performance: { workers: 1 } };
  try {
    return { repository: await openRepository({ ...settings, unlock: { keyFile } }) };
  } catch (error) {
    if (!isBackupError(error, 'NOT_A_REPOSITORY')) throw error;
    return await createRepository({ ...settings, keyFile });
  }
}

/** What is kept of a hotel. */
const RETENTION = { daily: 7, weekly: 4, monthly: 12 };

/** Gives a hotel a tenant with keys of its own, unless it has one. One that was erased stays erased: a backup of it fails then. */
export async function addHotel(repository: Repository, id: string): Promise<void> {
  const tenants = await repository.tenants.list();
  if (tenants.some(({ name }) => name === id)) return;
  await repository.tenants.add(id, { retention: RETENTION });
}
