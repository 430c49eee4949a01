import { createHash } from 'node:crypto';

/** A file of a model that is a folder, and its digest. */
export interface ModelMember {
  /** From the folder, with slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** `sha256:<hex>`. */
  readonly digest: string;
}

/**
 * The digest of a folder: SHA-256 of a line for each file, in the order of the bytes of their paths: the digest in hex, two spaces, the size, two
 * spaces, the path, a line feed.
 */
export function manifestDigest(members: readonly ModelMember[]): string {
  const hash = createHash('sha256');
  const inOrder = members.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  for (const { path, size, digest } of inOrder) hash.update(`${digest.slice('sha256:'.length)}  ${size}  ${path}\n`);
  return `sha256:${hash.digest('hex')}`;
}
