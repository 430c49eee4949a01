import { withstandsForgery } from '../algorithm.ts';
import { canonicalJson } from '../canonical-json.ts';
import { digestFile } from '../digest-file.ts';
import { digestsEqual } from '../digests-equal.ts';
import { fromHex, toHex } from '../encoding.ts';
import { IntegrityError } from '../errors.ts';
import { Reader } from '../json/reader.ts';
import { leafHash } from '../merkle/hashing.ts';
import { MerkleTree } from '../merkle/tree.ts';
import { verifyInclusion } from '../merkle/verify.ts';
import { parseDigest } from '../parse-digest.ts';
import { checkManifest } from './check-manifest.ts';
import type { Manifest, ManifestEntry } from './model.ts';

/** Proves that a manifest has an entry: plain data, ready for JSON. Whoever checks it needs the root from somebody who is trusted. */
export interface InclusionProof {
  readonly format: 'holdfast-inclusion';
  readonly version: 1;
  /** Root of the tree of all entries, in hex. For information only. */
  readonly root: string;
  /** Entries of the manifest. */
  readonly size: number;
  /** Number of this entry, from 0. */
  readonly index: number;
  readonly entry: ManifestEntry;
  /** Hashes in hex, from the leaf's sibling upwards; at most 53. */
  readonly proof: readonly string[];
}

/** What {@link verifyEntry} found out. */
export interface EntryVerification {
  readonly verified: boolean;
  /** Why not. */
  readonly problem: 'other-root' | 'other-content' | undefined;
  /** What the proof is about. */
  readonly entry: ManifestEntry;
}

const MAX_BYTES = 256 * 1024;
const MAX_HASHES = 53;
const reader = new Reader({ code: 'INVALID_PROOF', what: 'a proof about an entry of a manifest' });

/** A leaf is an entry's canonical JSON. */
const leafOf = (entry: ManifestEntry): Uint8Array => new TextEncoder().encode(canonicalJson(entry));

/**
 * Proves that an entry belongs to a manifest, by a few hashes instead of all entries: an inclusion proof of RFC 9162,
 * section 2.1.3, in the tree of the entries in their order.
 *
 * @throws {IntegrityError} `NOT_IN_MANIFEST`; `INVALID_MANIFEST`, `UNSAFE_PATH`.
 * @example
 * ```ts
 * import { createManifest, proveEntry, verifyEntry } from '@x/integrity';
 *
 * const proof = proveEntry(await createManifest('dist'), 'bin/app');
 * // Elsewhere, with a root that somebody who is trusted has published:
 * const { verified } = await verifyEntry('downloads/app', JSON.stringify(proof), { root: proof.root });
 * ```
 */
export function proveEntry(manifest: Manifest, path: string): InclusionProof {
  const { entries } = checkManifest(manifest).manifest;
  const index = entries.findIndex((entry) => entry.path === path);
  const entry = entries[index];
  if (entry === undefined) {
    throw new IntegrityError('NOT_IN_MANIFEST', `Expected ${path} in the manifest, got ${entries.length} others.`, {
      hint: 'Name it as the manifest does: relative to the folder, with / between names.',
    });
  }
  const tree = new MerkleTree();
  for (const each of entries) tree.append(leafOf(each));
  const proof = tree.proveInclusion(index).map(toHex);
  return { format: 'holdfast-inclusion', version: 1, root: toHex(tree.root()), size: tree.size, index, entry, proof };
}

/**
 * Says whether a file is the one that the tree with this root has under the proof's path.
 *
 * @throws {IntegrityError} `INVALID_PROOF` for what is no proof, or none about a file, and for a root that is not 64 hex
 * digits; `INVALID_MANIFEST`, `UNSAFE_PATH` for its entry; `LEGACY_ALGORITHM` for a digest that anybody can forge; `READ_FAILED`.
 */
export async function verifyEntry(
  path: string | URL,
  proof: InclusionProof | string | Uint8Array,
  options: { readonly root: string; readonly signal?: AbortSignal | undefined },
): Promise<EntryVerification> {
  const { index, size, entry, hashes } = readProof(proof);
  const root = hashOf(options.root, 'root');
  const claim = { leafHash: leafHash(leafOf(entry)), index, size, root, proof: hashes };
  if (!verifyInclusion(claim)) return { verified: false, problem: 'other-root', entry };
  const expected = parseDigest(entry.digest ?? '');
  const { algorithm } = expected;
  const actual = await digestFile(path, { algorithm, signal: options.signal });
  const verified = digestsEqual(actual, expected);
  return { verified, problem: verified ? undefined : 'other-content', entry };
}

function readProof(source: unknown): { index: number; size: number; entry: ManifestEntry; hashes: Uint8Array[] } {
  const document = reader.document(source, MAX_BYTES);
  reader.onlyMembers(document, 'the document', ['format', 'version', 'root', 'size', 'index', 'entry', 'proof']);
  const { format, version, size, index, entry, proof } = document;
  if (format !== 'holdfast-inclusion' || version !== 1) throw reader.refuse('another format');
  const digest = reader.text(reader.object(entry, 'entry')['digest'], 'the digest of a file', 256);
  const { algorithm } = parseDigest(digest);
  if (!withstandsForgery(algorithm)) {
    throw new IntegrityError('LEGACY_ALGORITHM', `Expected a digest that withstands forgery, got ${algorithm}.`);
  }
  const { manifest } = checkManifest({
    format: 'holdfast-manifest',
    version: 1,
    algorithm,
    scope: 'listed',
    entries: [entry],
    problems: [],
  });
  const hashes = reader.array(proof, 'proof', MAX_HASHES).map((hash) => hashOf(hash, 'a hash'));
  return { index: Number(index), size: Number(size), entry: manifest.entries[0] as ManifestEntry, hashes };
}

function hashOf(value: unknown, where: string): Uint8Array {
  const hash = fromHex(reader.text(value, where, 64));
  if (hash?.length !== 32) throw reader.refuse(`${where} that is not 64 hexadecimal digits`);
  return hash;
}
