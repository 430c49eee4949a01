import { createHash } from 'node:crypto';
import { isAlias } from '../versions/names.ts';
import { damaged } from './events.ts';

/** Somebody was told no. */
export interface AuditRefusal {
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
  /** Codes of findings, gates that failed, or what was asked for; at most 500 characters. */
  readonly reason: string;
}

/**
 * Somebody got a version, or was refused something: what changes nothing of a model, and is to be answered for all the same. `model.refused`: the
 * inspection, a signature or a gate said no. `model.denied`: `authorize` did.
 */
export type AuditEvent =
  | { readonly kind: 'version.restored'; readonly version: string }
  | (AuditRefusal & { readonly kind: 'model.refused' })
  | (AuditRefusal & { readonly kind: 'model.denied' });

/** An audit event as it stands in the trail. Its chain is one of its own: `n` and `previous` count there. */
export type LoggedAudit = AuditEvent & {
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  /** SHA-256 of the entry before, in hex; absent for the first. */
  readonly previous?: string | undefined;
  readonly token: string;
};

const kinds: ReadonlySet<string> = new Set<AuditEvent['kind']>(['version.restored', 'model.refused', 'model.denied']);

/** The digest of an entry, by which the next one names it. */
export function auditDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads an entry of a trail, and looks whether it follows the one before, where that is still there.
 *
 * @throws {ModelError} `HISTORY_DAMAGED`.
 */
export function decodeAudit(bytes: Uint8Array, place: { readonly n: number; readonly before?: string }): LoggedAudit {
  const { n, before } = place;
  const event = parsed(bytes, n);
  if (event.n !== n || (before !== undefined && event.previous !== before))
    throw damaged(n, 'one of a trail that does not follow the entry before');
  return event;
}

function parsed(bytes: Uint8Array, n: number): LoggedAudit {
  let value: Readonly<Record<string, unknown>> | null;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof value;
  } catch {
    throw damaged(n, 'bytes that are none');
  }
  if (value === null || typeof value['kind'] !== 'string' || !kinds.has(value['kind']) || !isWhole(value))
    throw damaged(n, 'one of a kind that is not known');
  return value as unknown as LoggedAudit;
}

function isWhole({ kind, at, by, version, alias, reason }: Readonly<Record<string, unknown>>): boolean {
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string';
  const isKind = kind === 'version.restored' ? typeof version === 'string' : typeof reason === 'string';
  return (
    isKind &&
    typeof at === 'number' &&
    typeof by === 'string' &&
    [version, reason].every(isText) &&
    (alias === undefined || (typeof alias === 'string' && isAlias(alias)))
  );
}
