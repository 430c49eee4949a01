import type { SealedStore } from '../envelope/sealed-store.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { OwnKey } from '../keyring/open-keyring.ts';

/** What opening or creating a repository comes to. */
export interface Opened {
  readonly sealed: SealedStore;
  /** Where the keyring is: `sealed`, or the key store. */
  readonly ring: SealedStore;
  readonly config: RepositoryConfig;
  readonly keyring: Keyring;
  /** What it was opened or made with. */
  readonly own: OwnKey;
}
