import { withstandsForgery } from '../algorithm.ts';
import { Digest } from '../digest-value.ts';
import { equalBytes } from '../equal-bytes.ts';
import { IntegrityError, type IntegrityErrorCode } from '../errors.ts';
import { parseDigest } from '../parse-digest.ts';

/** A file of a folder, or any other thing with a name, and its digest. Any list of them can be signed. */
export interface NamedDigest {
  /** Unique in its list. For a file, its path from the folder with `/` between the parts. */
  readonly name: string;
  /** With an algorithm that withstands forgery: a `Digest` or its text form. */
  readonly digest: Digest | string;
}

/** How a thing differs from what was signed. */
export interface SubjectDifference {
  readonly name: string;
  /**
   * - `missing`: it was signed and is not in the list.
   * - `unexpected`: it is in the list and was not signed.
   * - `changed`: its digest is another one.
   * - `not-comparable`: its digest was signed with another algorithm; compute that one.
   */
  readonly kind: 'missing' | 'unexpected' | 'changed' | 'not-comparable';
}

/** Digests in hexadecimal by the names of their algorithms (in-toto attestation v1, digest_set.md). */
export type DigestSet = Readonly<Record<string, string>>;

/** Longest name, in characters: the longest path that Linux takes. */
export const MAX_SUBJECT_NAME = 4096;

/**
 * Checks a list and turns its digests into {@link Digest}s.
 *
 * @throws {IntegrityError} `code` for no items, and for a name that is empty, too long or there twice; `INVALID_DIGEST`,
 * `UNKNOWN_ALGORITHM`, `LEGACY_ALGORITHM`; `LEGACY_ALGORITHM` also for checksums.
 */
export function checkNamedDigests(
  list: Iterable<NamedDigest>,
  code: IntegrityErrorCode,
): { name: string; digest: Digest }[] {
  const seen = new Set<string>();
  const checked = Array.from(list, ({ name, digest: given }) => {
    if (typeof name !== 'string' || name.length === 0 || name.length > MAX_SUBJECT_NAME) {
      throw new IntegrityError(code, `Expected names of 1 to ${MAX_SUBJECT_NAME} characters, got another one.`);
    }
    if (seen.has(name)) throw new IntegrityError(code, 'Expected each name once, got one twice.');
    seen.add(name);
    const digest = given instanceof Digest ? given : parseDigest(given);
    if (!withstandsForgery(digest.algorithm)) {
      const got = digest.algorithm;
      throw new IntegrityError('LEGACY_ALGORITHM', `Expected a digest that withstands forgery, got ${got}.`);
    }
    return { name, digest };
  });
  if (checked.length === 0) throw new IntegrityError(code, 'Expected at least one name with its digest, got none.');
  return checked;
}

/** Compares what was signed with what is there. Empty when both are the same. The order is that of `signed`, then `actual`. */
export function compareNamedDigests(
  signed: readonly { readonly name: string; readonly digest: DigestSet }[],
  actual: readonly { readonly name: string; readonly digest: Digest }[],
): SubjectDifference[] {
  const found = new Map(actual.map(({ name, digest }) => [name, digest]));
  const differences: SubjectDifference[] = [];
  for (const { name, digest } of signed) {
    const there = found.get(name);
    found.delete(name);
    const kind = there === undefined ? 'missing' : compare(digest, there);
    if (kind !== undefined) differences.push({ name, kind });
  }
  for (const name of found.keys()) differences.push({ name, kind: 'unexpected' });
  return differences;
}

function compare(signed: DigestSet, { algorithm, hex }: Digest): SubjectDifference['kind'] | undefined {
  const value = Object.hasOwn(signed, algorithm) ? signed[algorithm] : undefined;
  if (value === undefined) return 'not-comparable';
  return equalBytes(Buffer.from(value), Buffer.from(hex)) ? undefined : 'changed';
}
