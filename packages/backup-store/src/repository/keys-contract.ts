import type { Unlock } from './unlock-contract.ts';

/** What a new key is to be. */
export type KeyRequest =
  /** Writes a new key file here (mode 0600); fails if the file exists. */
  | { readonly keyFile: string }
  | { readonly passphrase: string }
  /** Draws a recovery code, to be shown once. */
  | { readonly recoveryCode: true }
  /**
   * Public keys of age, `age1…` (X25519) or `age1pq1…` (hybrid ML-KEM-768 with X25519), 1 to 20 of one kind: each of their
   * identities opens the repository. Nobody can check here whether they are the right ones.
   */
  | { readonly recipients: readonly string[] };

/** What can be said of a key. */
export interface KeyLabels {
  /** What it is called in listings, 1 to 128 bytes. Sealed like everything else. */
  readonly label?: string | undefined;
  /** Who makes it. */
  readonly createdBy?: string | undefined;
}

/** A key that opens the repository. */
export interface KeyInfo {
  /** 16 hex digits; another one after each rotation. */
  readonly id: string;
  /** `unknown type N`: made by a newer version of this program. */
  readonly type: string;
  readonly label?: string | undefined;
  /** ISO 8601. */
  readonly createdAt?: string | undefined;
  readonly createdBy?: string | undefined;
  /** Of age recipients: their public keys. */
  readonly recipients?: readonly string[] | undefined;
  /** Whether this repository was opened with it. */
  readonly current: boolean;
  /** `missing`, `damaged`: its slot is not there or can't be read, so it opens nothing. `newer`: this version can't tell. */
  readonly status: 'ok' | 'missing' | 'damaged' | 'newer';
}

/** A key that was made. */
export interface AddedKey {
  readonly key: KeyInfo;
  /** To be shown once and kept elsewhere; not stored anywhere. */
  readonly recoveryCode?: string | undefined;
}

/** Options of calls after which some key does not open the repository any more. */
export interface ProofOptions {
  /** Proves that one can still get in: a key that stays. Needed when the repository was opened with the one that goes. */
  readonly proof?: Unlock | undefined;
}

/** What {@link RepositoryKeys.rotateRoot} did. */
export interface RootRotation {
  /** How many times the root key has been rotated. */
  readonly rotations: number;
  /** The keys from now on, with new ids. */
  readonly keys: readonly KeyInfo[];
}

/**
 * The keys of a repository: what is in its key slots. Several people and programs may change them at once; each change counts in full
 * or not at all, also of a process that is killed. Changes need a repository that is encrypted.
 */
export interface RepositoryKeys {
  /** All keys, oldest first. */
  list(): Promise<readonly KeyInfo[]>;
  /**
   * Adds a key: from then on it opens the repository, too.
   *
   * @throws {BackupError} `INVALID_OPTION`, `ALREADY_EXISTS` or `PATH_FAILED` (the key file), `KEYS_BUSY`.
   *
   * @example
   * ```ts
   * import { openRepository } from '@x/backup-store';
   *
   * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
   * const { recoveryCode } = await repository.keys.add({ recoveryCode: true }, { label: 'in the safe' });
   * console.log(`Keep this in a safe place: ${recoveryCode}`);
   * ```
   */
  add(request: KeyRequest, labels?: KeyLabels): Promise<AddedKey>;
  /**
   * Removes a key. Whoever had it may have kept the root key or an older copy of the store: {@link RepositoryKeys.rotateRoot} shuts
   * them out of what is written from then on.
   *
   * @throws {BackupError} `KEY_NOT_FOUND`; `LAST_KEY` when none is left, or none that was proven to work; `WRONG_KEY` (the proof).
   */
  remove(id: string, options?: ProofOptions): Promise<void>;
  /**
   * Puts a new secret in the place of a key. Nothing else is written anew.
   *
   * @throws {BackupError} `KEY_NOT_FOUND`, and what `add` and `remove` throw.
   */
  rotate(id: string, request: KeyRequest, options?: KeyLabels & ProofOptions): Promise<AddedKey>;
  /**
   * Makes a new root key and new keys for all tenants, with which everything is sealed from then on; packs stay as they are.
   * All keys go on to open the repository, without their secrets being asked for. Who has kept the former root key can open
   * what was written before, and by backups that are under way, but nothing later.
   *
   * @throws {BackupError} `ROTATION_REFUSED` when a key can't be carried over: remove or rotate it first. `LAST_KEY`, `KEYS_BUSY`.
   */
  rotateRoot(options?: ProofOptions): Promise<RootRotation>;
}
