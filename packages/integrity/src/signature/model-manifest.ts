import { createHash } from 'node:crypto';
import { Digest } from '../digest-value.ts';
import { IntegrityError } from '../errors.ts';
import { parseDigest } from '../parse-digest.ts';
import { MAX_SUBJECT_NAME } from './named-digest.ts';
import { type JsonObject, Reader } from '../json/reader.ts';
import type { Statement } from './statement.ts';

/** A file of a model. */
export interface ModelResource {
  /** The path from the model's folder, with `/` between the parts; `.` for a model that is a single file. */
  readonly name: string;
  readonly digest: Digest;
}

/** How the files of a model were chosen and digested. */
export interface ModelSerialization {
  readonly method: 'files';
  readonly hashType: string;
  readonly allowSymlinks: boolean;
  /** Paths that were left out; what is at or below them was not signed. */
  readonly ignorePaths: readonly string[];
}

/** What is signed about a model. */
export interface ModelManifest {
  /** The name of the model's folder when it was signed. It tells nothing about its content. */
  readonly name: string;
  readonly serialization: ModelSerialization;
  readonly resources: readonly ModelResource[];
}

/** The predicate of OpenSSF model signing 1.x. */
export const MODEL_PREDICATE = 'https://model_signing/signature/v1.0';

/** The predicate of model signing 0.2, which lists the files as subjects. */
export const LEGACY_MODEL_PREDICATE = 'https://model_signing/Digests/v0.1';

/** The algorithms of the reference tool, by the names they share with ours. */
export const MODEL_ALGORITHMS: readonly string[] = ['sha256', 'blake2b', 'blake3'];

const MAX_RESOURCES = 1_000_000;
const MAX_IGNORED = 10_000;

/** Refuses what is wrong with a bundle. */
export const bundleReader: Reader = new Reader({ code: 'INVALID_BUNDLE', what: 'a model-signing bundle' });

/** The SHA-256 over the bytes of all digests, in the order of the resources: what the subject of a bundle is. */
export function modelDigest(resources: readonly ModelResource[]): Digest {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(digest.bytes);
  return new Digest('sha256', hash.digest());
}

/**
 * Sorts as the reference tool does: by the parts of the paths, each by code points. So `a/b` is before `a.txt`, although `.`
 * is before `/`.
 */
export function sortResources<T extends { readonly name: string }>(resources: readonly T[]): T[] {
  const parts = new Map(resources.map(({ name }) => [name, name.split('/').map((part) => Buffer.from(part))]));
  return resources.toSorted((a, b) => compareParts(parts.get(a.name) ?? [], parts.get(b.name) ?? []));
}

/** UTF-8 sorts by bytes as code points do; UTF-16, the order of JavaScript's strings, does not. */
function compareParts(a: readonly Buffer[], b: readonly Buffer[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const order = Buffer.compare(a[index] ?? Buffer.alloc(0), b[index] ?? Buffer.alloc(0));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/**
 * Checks that each name is the path of a file below the model's folder, on every system, and that no name is there twice.
 *
 * @throws {IntegrityError} `INVALID_BUNDLE`.
 */
export function checkResourceNames(resources: readonly { readonly name: string }[]): void {
  const single = resources.length === 1 && resources[0]?.name === '.';
  if (!single && !resources.every(({ name }) => isPathBelow(name))) {
    throw bundleReader.refuse('a resource whose name is not a path below the model');
  }
  if (new Set(resources.map(({ name }) => name)).size < resources.length) {
    throw bundleReader.refuse('a resource there twice');
  }
}

function isPathBelow(name: string): boolean {
  if (name.includes('\\') || name.includes('\0') || /^[A-Za-z]:/.test(name)) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Reads the manifest from a statement that was verified.
 *
 * @throws {IntegrityError} `INVALID_BUNDLE` for members that are missing or wrong, names that lead out of the model or are there
 * twice, digests of another algorithm than `hash_type`, and a subject that is not the digest of the resources;
 * `UNSUPPORTED_BUNDLE` for files in shards and for unknown algorithms.
 */
export function readModelManifest({ subject, predicate }: Statement): ModelManifest {
  const [only, ...others] = subject;
  if (only === undefined || others.length > 0) throw bundleReader.refuse(`${subject.length} subjects instead of one`);
  const serialization = readSerialization(bundleReader.object(predicate['serialization'], 'serialization'));
  const resources = bundleReader.array(predicate['resources'], 'resources', MAX_RESOURCES).map(readResource);
  if (resources.length === 0) throw bundleReader.refuse('no resources');
  checkResourceNames(resources);
  // The reference tool writes one name to both places, and digests what is there by the former to compare it with the latter.
  if (resources.some(({ digest }) => digest.algorithm !== serialization.hashType)) {
    throw bundleReader.refuse('a hash_type that is not the algorithm of its resources');
  }
  if (only.digest['sha256'] !== modelDigest(resources).hex) {
    throw bundleReader.refuse('a subject that is not the digest of its resources');
  }
  return { name: only.name, serialization, resources };
}

/**
 * The same for model signing 0.2: the files are the subjects, and nothing is said about how they were chosen.
 *
 * @throws {IntegrityError} `INVALID_BUNDLE`.
 */
export function readLegacyManifest({ subject }: Statement): ModelManifest {
  const resources = subject.map(({ name, digest }) => ({ name, digest: toDigest('sha256', digest['sha256'] ?? '') }));
  checkResourceNames(resources);
  return { name: '', serialization: serializationOf('sha256', false, []), resources };
}

function readSerialization(value: JsonObject): ModelSerialization {
  const method = bundleReader.text(value['method'], 'method', 64);
  if (method !== 'files') {
    throw new IntegrityError(
      'UNSUPPORTED_BUNDLE',
      'Expected a model that was signed file by file, got another method.',
    );
  }
  const allowSymlinks = value['allow_symlinks'];
  if (typeof allowSymlinks !== 'boolean') throw bundleReader.refuse('allow_symlinks that is not true or false');
  const ignored = bundleReader.array(value['ignore_paths'] ?? [], 'ignore_paths', MAX_IGNORED);
  const ignorePaths = ignored.map((path) => bundleReader.text(path, 'ignore_paths', MAX_SUBJECT_NAME));
  return serializationOf(bundleReader.text(value['hash_type'], 'hash_type', 64), allowSymlinks, ignorePaths);
}

function serializationOf(hashType: string, allowSymlinks: boolean, ignorePaths: string[]): ModelSerialization {
  return { method: 'files', hashType, allowSymlinks, ignorePaths };
}

function readResource(value: unknown): ModelResource {
  const { name, algorithm, digest } = bundleReader.object(value, 'a resource');
  const known = bundleReader.text(algorithm, 'algorithm', 64);
  if (!MODEL_ALGORITHMS.includes(known)) {
    throw new IntegrityError('UNSUPPORTED_BUNDLE', `Expected ${MODEL_ALGORITHMS.join(', ')}, got another algorithm.`);
  }
  return {
    name: bundleReader.text(name, 'the name of a resource', MAX_SUBJECT_NAME),
    digest: toDigest(known, bundleReader.text(digest, 'a digest', 128)),
  };
}

function toDigest(algorithm: string, hex: string): Digest {
  try {
    return parseDigest(`${algorithm}:${hex}`);
  } catch {
    throw bundleReader.refuse(`a digest that is not ${algorithm} in hexadecimal`);
  }
}
