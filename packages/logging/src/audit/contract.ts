import type { ChainFinding } from '@x/integrity';

/** How much an audited event matters. */
export type AuditLevel = 'info' | 'warn' | 'error';

/** Something that happened, as it is given to the audit log: `noun.pastVerb`. */
export interface AuditInput {
  /** ISO 8601. Default: now. */
  readonly at?: string | undefined;
  /** Such as `backup.created`, `access.denied`. */
  readonly name: string;
  /** Default: `info`. */
  readonly level?: AuditLevel | undefined;
  readonly tenant?: string | undefined;
  /** Who it was. */
  readonly principal?: string | undefined;
  /** Default: this machine. */
  readonly host?: string | undefined;
  /** What else is known. Secrets in it are hidden as everywhere. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** An event as the audit log gives it back. */
export interface AuditEvent {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly name: string;
  readonly level: AuditLevel;
  readonly tenant?: string | undefined;
  readonly principal?: string | undefined;
  readonly host?: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where an event stands. */
export interface AuditReceipt {
  /** From 0; also its place in the Merkle tree. */
  readonly number: number;
  /** The link hash, 64 hexadecimal digits: keep it, and it says later whether the record is still the same. */
  readonly hash: string;
}

/** Which events are wanted. */
export interface AuditQuery {
  /** Milliseconds since 1970, inclusive. */
  readonly fromMs?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly toMs?: number | undefined;
  readonly names?: readonly string[] | undefined;
  readonly tenant?: string | undefined;
}

/** Where an audit log ends: remember it elsewhere, and a cut end is found. Plain data. */
export interface RememberedHead {
  readonly origin: string;
  /** Records. */
  readonly size: number;
  /** Root of the Merkle tree over all of them, 64 hexadecimal digits. */
  readonly root: string;
}

/** What is wrong with an audit log. `message` says it in words. */
export type AuditFinding =
  | (ChainFinding & { readonly file?: string | undefined })
  /** A file that can't be read. */
  | { readonly kind: 'unreadable'; readonly file: string; readonly message: string }
  /** What is written of removed records does not fit the log. */
  | { readonly kind: 'bad-cut'; readonly message: string }
  /** A stored checkpoint that none of the given keys has signed. */
  | { readonly kind: 'bad-checkpoint'; readonly file: string; readonly message: string };

/** What a verification saw. */
export interface AuditReport {
  /** Whether there are no findings. */
  readonly ok: boolean;
  readonly findings: readonly AuditFinding[];
  /** Records that were looked at. */
  readonly records: number;
  /** The number of the first record that is kept: those before were removed by retention. */
  readonly first: number;
  /** Where it ends. */
  readonly head: RememberedHead;
  /** So many records, from the first on, are those of a signed checkpoint or a remembered head. */
  readonly covered: number;
  /** Checkpoints that were compared. */
  readonly checkpoints: number;
  /** Bytes of a last line that was never acknowledged: being written, or torn when its writer died. */
  readonly tornBytes: number;
}

/** A proof that a record is in the log, without the rest of it. Plain data. */
export interface AuditProof {
  readonly version: 1;
  readonly origin: string;
  readonly number: number;
  /** The line as it is stored. */
  readonly line: string;
  /** Records of the tree. */
  readonly size: number;
  /** Its root, 64 hexadecimal digits. */
  readonly root: string;
  /** Hashes of the inclusion proof (RFC 9162), lowest first. */
  readonly hashes: readonly string[];
  /** A signed checkpoint of that size, where a key was given. */
  readonly checkpoint?: string | undefined;
}
