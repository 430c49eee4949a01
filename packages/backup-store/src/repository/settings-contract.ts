import type { ObjectStore } from '@x/storage';

/**
 * Settings of speed and memory. With the defaults, the command line program was measured with two processors, on trees of up
 * to 47,000 files and single files of up to 700 MB: its peak was below 256 MiB. More workers take more.
 */
export interface PerformanceOptions {
  /** Requests to the destination under way at once while reading (restore, verify). Default 4. */
  readonly readers?: number | undefined;
  /** Threads that read, chunk, hash, compress and seal. Default: the number of processors, at most 4. */
  readonly workers?: number | undefined;
  /**
   * Backups of this open repository that read at once; others wait for their turn. While one ends (stores what was read last, and
   * commits), the next one begins, unless both are of one dedup domain. Each has `workers` threads, which keep the processors busy: more
   * backups at once are worth it where sources or the destination are slow. A source that begins a backup itself needs
   * one more, or both wait for ever. Default 1.
   */
  readonly backups?: number | undefined;
  /** Sealed bytes that may wait between the workers and the destination. Default 16 MiB. */
  readonly bufferBytes?: number | undefined;
  /** Decoded catalog pages and frames kept in memory. Default 32 MiB. */
  readonly cacheBytes?: number | undefined;
}

/** What creating and opening have in common. */
export interface RepositorySettings {
  /** Where the repository is: an object store, or a path or URL for `openStore` of `@x/storage`. */
  readonly store: ObjectStore | string;
  /**
   * Where the keyring is, with the keys of all tenants, when it is not to be where the data is: whoever has the data alone can't read
   * it, not even with the root key, and copies of it stay unreadable once a tenant was erased there. A place of its own for each
   * repository. Given at creation, it has to be given at every opening.
   */
  readonly keyStore?: ObjectStore | string | undefined;
  /** Where scan caches and pins of known repositories are kept. Default: the user's cache folder. */
  readonly cacheDirectory?: string | undefined;
  readonly performance?: PerformanceOptions | undefined;
  /** Name of this machine in snapshots. Default: the host name. */
  readonly host?: string | undefined;
  /** Milliseconds since 1970. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
  /** Told of what happens: `backup.created`, `backup.failed`, `restore.finished`, ... */
  readonly onEvent?: ((event: RepositoryEvent) => void) | undefined;
  /**
   * The module that worker threads start with. Most users never need this: only a program that is bundled
   * to one file has to name that file, and to import `@x/backup-store/worker` in it when it is run as a worker thread.
   */
  readonly workerEntry?: URL | undefined;
}

/** An event for logs and audit; names are `noun.pastVerb`. */
export interface RepositoryEvent {
  readonly name:
    | 'repository.created'
    | 'repository.opened'
    | 'backup.created'
    | 'backup.failed'
    | 'source.failed'
    | 'restore.finished'
    | 'restore.failed'
    | 'restore.rolledBack'
    | 'verify.finished'
    | 'snapshot.forgotten'
    | 'prune.finished'
    | 'records.erased'
    | 'records.restored'
    | 'repair.finished'
    | 'index.rebuilt'
    | 'copies.restored'
    | 'slot.skipped'
    | 'key.added'
    | 'key.removed'
    | 'key.rotated'
    | 'root.rotated'
    | 'tenant.added'
    | 'tenant.changed'
    | 'tenant.held'
    | 'tenant.released'
    | 'tenant.erased';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** Options of `createRepository`. At least one slot is made. */
export interface CreateRepositoryOptions extends RepositorySettings {
  /** Writes a new key file here (mode 0600); fails if the file exists. */
  readonly keyFile?: string | undefined;
  /** Adds a passphrase slot. The empty passphrase means no encryption, and is refused here: use `encrypted: false`. */
  readonly passphrase?: string | undefined;
  /** `false`: anybody who reads the place can read the data. Default `true`. */
  readonly encrypted?: boolean | undefined;
  /** Makes a recovery code. Default `true` when encrypted. */
  readonly recoveryCode?: boolean | undefined;
}
