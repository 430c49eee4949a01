import { type FileHandle, open } from 'node:fs/promises';
import { digest as digestOf, type Digest, digestsEqual, parseDigest } from '@x/integrity';
import { shown, VersioningError } from '../errors.ts';
import { fileChanged, fileFailure } from './file-failure.ts';
import { piecePair, pieces } from './pieces.ts';

/** An artefact's file while it is open, after its digest was computed. */
export interface OpenedArtifact {
  readonly file: FileHandle;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/** The digest that an artefact must have, or `'unchecked'` where nobody knows it. */
export type ExpectedDigest = Digest | string;

/**
 * Opens an artefact, checks its digest, and hands it to `use`. Nothing is parsed before.
 *
 * @throws {VersioningError} `DIGEST_MISMATCH`; `INVALID_OPTION` for a digest that is none, or none of SHA-256; `FILE_CHANGED`;
 * `READ_FAILED`.
 */
export async function withArtifact<T>(
  {
    path,
    digest,
    signal,
  }: { readonly path: string; readonly digest: ExpectedDigest; readonly signal: AbortSignal | undefined },
  use: (opened: OpenedArtifact) => Promise<T>,
): Promise<T> {
  const expected = expectedDigest(digest);
  try {
    const file = await open(path, 'r');
    try {
      const before = await file.stat({ bigint: true });
      const actual = await digestOf(pieces(file, piecePair()), { algorithm: 'sha256', signal });
      if (expected !== undefined && !digestsEqual(actual, expected)) throw mismatch(path, actual, expected);
      const result = await use({ file, size: Number(before.size), digest: actual });
      const after = await file.stat({ bigint: true });
      if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) throw fileChanged(path);
      return result;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'an artefact that can be read', { path, cause });
  }
}

function expectedDigest(digest: ExpectedDigest): Digest | undefined {
  if (digest === 'unchecked') return undefined;
  let parsed: Digest;
  try {
    parsed = typeof digest === 'string' ? parseDigest(digest) : digest;
  } catch (cause) {
    throw new VersioningError('INVALID_OPTION', `Expected a digest as sha256:<hex>, got ${shown(digest)}`, {
      cause,
      hint: "Take the one that was published with the artefact; 'unchecked' trusts the file as it is.",
    });
  }
  if (parsed.algorithm === 'sha256') return parsed;
  throw new VersioningError('INVALID_OPTION', `Expected a digest of sha256, got one of ${parsed.algorithm}`);
}

function mismatch(path: string, actual: Digest, expected: Digest): VersioningError {
  return new VersioningError('DIGEST_MISMATCH', `Expected ${path} to be ${expected}, got ${actual}`, {
    hint: 'It is another file, or was changed on its way: fetch it again. Nothing of it was read but for the digest.',
  });
}
