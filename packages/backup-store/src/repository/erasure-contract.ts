import type { DsseEnvelope, PrivateKey } from '@x/integrity';

/** Who does something to a tenant, and why. Texts of 1 to 1,024 bytes. */
export interface TenantAct {
  readonly by: string;
  readonly reason: string;
}

/**
 * Until when copies of what was there before may be found at a place: ISO 8601, `none` for there are none, `unknown` for nobody knows.
 * Older versions and locks of a bucket, snapshots of a disk, tapes: nobody can see them from here.
 */
export type CopiesUntil = string;

/** A copy of the store or of the key store that somebody else makes. */
export interface DeclaredMirror {
  /** What it is called in the certificate: a URL without secrets, or any other name. */
  readonly place: string;
  /** What it is a copy of. Default: of both where they are in one place, else of the data. */
  readonly holds?: 'data' | 'keys' | 'data and keys' | undefined;
  readonly copiesUntil: CopiesUntil;
}

/** What whoever erases a tenant knows of places, and this program can't. */
export interface DeclaredDestinations {
  /** Of the store itself. Default: `none` for a folder, else `unknown`. */
  readonly store?: CopiesUntil | undefined;
  /** Of the key store, if there is one. Default likewise. */
  readonly keyStore?: CopiesUntil | undefined;
  readonly mirrors?: readonly DeclaredMirror[] | undefined;
}

/** Options of `RepositoryTenants.erase`. */
export interface EraseTenantOptions extends TenantAct {
  readonly destinations?: DeclaredDestinations | undefined;
  /**
   * Signs the certificate. Default: a key that follows from the root key (`RepositoryTenants.certificateKey`); without encryption
   * everybody has that one, so another one has to be given.
   */
  readonly signWith?: PrivateKey | undefined;
}

/** A place where something of an erased tenant was. */
export interface ErasedDestination {
  readonly role: 'store' | 'keyStore' | 'mirror';
  readonly place: string;
  readonly holds: 'data' | 'keys' | 'data and keys';
  /**
   * `destroyed`: nothing of the tenant can be read with what is there. `copies may remain`: until `until`, somebody with a key of the
   * repository may read the tenant's data with what is there, and with what other such places have.
   */
  readonly status: 'destroyed' | 'copies may remain';
  /** ISO 8601; `null` when nobody knows. Absent when destroyed. */
  readonly until?: string | null | undefined;
  /** `checked`: this program has looked; `declared`: whoever erased the tenant says so; `assumed`: neither. */
  readonly basis: 'checked' | 'declared' | 'assumed';
}

/** What a certificate says. JSON Schema: `erasure.schema.json` of this package. */
export interface ErasureStatement {
  readonly version: 0;
  readonly repository: string;
  readonly tenant: { readonly id: string; readonly name: string; readonly createdAt: string };
  /** ISO 8601: from then on no record in force has had the keys. */
  readonly erasedAt: string;
  readonly by: string;
  readonly reason: string;
  /** `destroyed`: all keys of the tenant, in every record of the keyring. `shared`: others have them, so the snapshots were forgotten. */
  readonly keys: 'destroyed' | 'shared';
  readonly destinations: readonly ErasedDestination[];
  /** Whether, by all that is said above, data of the tenant may still be read somewhere, and until when. */
  readonly readable: { readonly until: string | null } | false;
}

/** What `RepositoryTenants.erase` did. */
export interface TenantErasure {
  readonly statement: ErasureStatement;
  /** The same, signed: a DSSE envelope of type `application/vnd.holdfast.erasure+json`. */
  readonly certificate: DsseEnvelope;
  /** Verifies it, in PEM. */
  readonly publicKey: string;
  /** Backups that were under way and have been ended. */
  readonly sessionsFenced: number;
  /** Objects that the next prune deletes, and their bytes. */
  readonly left: { readonly objects: number; readonly bytes: number };
}

/** What `RepositoryTenants.erase` would do. Serialisable. */
export interface TenantErasurePlan {
  readonly tenant: string;
  readonly id: string;
  /** An erasure was begun, and would be gone on with; or has ended, and only its certificate would be made again. */
  readonly begun: boolean;
  readonly snapshots: number;
  readonly sessions: number;
  readonly left: { readonly objects: number; readonly bytes: number };
  readonly destinations: readonly ErasedDestination[];
  readonly readable: ErasureStatement['readable'];
}
