import { DIGEST_BYTES } from '../algorithm.ts';
import { Digest } from '../digest-value.ts';
import type { Measure } from './measure.ts';
import { Reader } from '../json/reader.ts';
import { parseStrictJson } from '../json/strict-json.ts';

/** The type that separates these statements from everything else signed with the same key (docs/formats/signature.md). */
export const STATEMENT_TYPE = 'application/vnd.holdfast.signature.v1+json';

/** Most bytes of a statement. */
export const MAX_STATEMENT_BYTES = 2048;

/** What a detached signature signs. */
export interface SignedStatement extends Measure {
  readonly keyId: string;
  readonly signedAt: Date;
  readonly expiresAt: Date | undefined;
}

const reader = new Reader({ code: 'INVALID_SIGNATURE', what: 'a statement about content' });
const MEMBERS = ['digest', 'size', 'keyId', 'signedAt', 'expiresAt'];

/** The bytes of a statement. Readers take the bytes that were signed and never write them anew. */
export function writeStatement({ digest, size, keyId, signedAt, expiresAt }: SignedStatement): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ digest, size, keyId, signedAt, expiresAt }));
}

/**
 * Reads a statement. Its signature must have been checked: nothing here is safe to believe without.
 *
 * @throws {IntegrityError} `INVALID_SIGNATURE`.
 * @throws {SyntaxError} For what is not JSON.
 */
export function readStatement(bytes: Uint8Array): SignedStatement {
  const value = reader.object(parseStrictJson(bytes, MAX_STATEMENT_BYTES), 'the statement');
  reader.onlyMembers(value, 'a statement', MEMBERS);
  const { digest, size, keyId, signedAt, expiresAt } = value;
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw reader.refuse('a size that is not a number of bytes');
  return {
    digest: readDigest(digest),
    size: size as number,
    keyId: reader.text(keyId, 'keyId', 64),
    signedAt: readTime(signedAt, 'signedAt'),
    expiresAt: expiresAt === undefined ? undefined : readTime(expiresAt, 'expiresAt'),
  };
}

function readDigest(value: unknown): Digest {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(reader.text(value, 'digest', 7 + 2 * DIGEST_BYTES.sha256))?.[1];
  if (hex === undefined) throw reader.refuse('a digest that is not sha256');
  return new Digest('sha256', Buffer.from(hex, 'hex'));
}

/** Exactly what `Date.prototype.toISOString` writes, so that a time has one form. */
function readTime(value: unknown, name: string): Date {
  const text = reader.text(value, name, 24);
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) throw reader.refuse(`${name} that is not a time`);
  return time;
}
