import { type AnyAlgorithm, DIGEST_BYTES } from '../algorithm.ts';
import { fromBase64 } from '../encoding.ts';
import { IntegrityError } from '../errors.ts';
import { checkSafe, keyOf, type PathKey, textOf } from './entry-path.ts';
import type { EntryKind, Manifest, ManifestEntry } from './model.ts';

type Rule = (value: unknown) => boolean;

const isCount: Rule = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText: Rule = (value) => typeof value === 'string' && value.isWellFormed();
const isBase64: Rule = (value) => typeof value === 'string' && value !== '' && fromBase64(value) !== undefined;

/** The fields that an entry may have, and what each must be. */
const ENTRY_RULES: Readonly<Record<string, Rule>> = {
  path: isText,
  pathBase64: isBase64,
  kind: (value) => Object.hasOwn(KINDS, String(value)),
  size: isCount,
  mode: (value) => isCount(value) && (value as number) <= 0o7777,
  mtimeNs: (value) => typeof value === 'string' && /^(?:0|-?[1-9]\d{0,29})$/.test(value),
  digest: (value) => typeof value === 'string',
  target: isText,
  targetBase64: isBase64,
};

/** The fields that say something of entries of one kind only. */
const KINDS: Readonly<Record<EntryKind, readonly string[]>> = {
  file: ['size', 'mode', 'mtimeNs', 'digest'],
  directory: ['mode'],
  symlink: ['target', 'targetBase64'],
  fifo: ['mode'],
  socket: ['mode'],
  'block-device': ['mode'],
  'char-device': ['mode'],
};

const PROBLEM_RULES: Readonly<Record<string, Rule>> = {
  path: isText,
  pathBase64: isBase64,
  reason: (value) => typeof value === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(value),
};

const MANIFEST_RULES: Readonly<Record<string, Rule>> = {
  format: (value) => value === 'holdfast-manifest',
  version: (value) => value === 1,
  algorithm: (value) => typeof value === 'string' && Object.hasOwn(DIGEST_BYTES, value),
  scope: (value) => value === 'tree' || value === 'listed',
  entries: Array.isArray,
  problems: Array.isArray,
};

/** A manifest that is sound, and its entries by path. */
export interface CheckedManifest {
  readonly manifest: Manifest;
  readonly entries: ReadonlyMap<PathKey, ManifestEntry>;
}

/**
 * Checks a manifest that somebody may have made by hand, or to do harm: only fields of version 1, every path inside the
 * directory, bytewise order, no path twice. Returns the entries by path.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST`, `UNSAFE_PATH`.
 */
export function checkManifest(value: unknown): CheckedManifest {
  checkFields(value, MANIFEST_RULES, { of: 'a manifest', needed: Object.keys(MANIFEST_RULES) });
  const manifest = value as Manifest;
  const entries = new Map<PathKey, ManifestEntry>();
  let last = '';
  for (const entry of manifest.entries) {
    checkFields(entry, ENTRY_RULES, { of: 'an entry', needed: ['path', 'kind'] });
    const key = checkPath(entry, last);
    checkEntry(entry, manifest.algorithm);
    entries.set(key, entry);
    last = key;
  }
  last = '';
  for (const problem of manifest.problems) {
    checkFields(problem, PROBLEM_RULES, { of: 'a problem', needed: ['path', 'reason'] });
    last = checkPath(problem, last);
  }
  return { manifest, entries };
}

function checkFields(
  value: unknown,
  rules: Readonly<Record<string, Rule>>,
  { of, needed }: { readonly of: string; readonly needed: readonly string[] },
): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid(`${of} to be an object`);
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of needed) if (fields[name] === undefined) throw invalid(`${of} to have "${name}"`);
  for (const [name, field] of Object.entries(fields)) {
    if (!Object.hasOwn(rules, name)) throw invalid(`${of} to have fields of version 1 only, got ${shown(name)}`);
    if (field !== undefined && rules[name]?.(field) !== true)
      throw invalid(`a sound "${name}" in ${of}, got ${shown(field)}`);
  }
}

function checkPath(entry: { readonly path: string; readonly pathBase64?: string | undefined }, last: PathKey): PathKey {
  const key = keyOf(entry);
  checkSafe(key);
  checkText(entry.path, entry.pathBase64);
  if (key <= last) throw invalid(`each path once and in bytewise order, got ${shown(entry.path)} out of order`);
  return key;
}

function checkEntry(entry: ManifestEntry, algorithm: AnyAlgorithm): void {
  const allowed = KINDS[entry.kind];
  for (const name of Object.keys(entry) as (keyof ManifestEntry)[]) {
    const isOfAll = name === 'path' || name === 'pathBase64' || name === 'kind';
    if (!isOfAll && entry[name] !== undefined && !allowed.includes(name)) {
      throw invalid(`no "${name}" of a ${entry.kind}, got one at ${shown(entry.path)}`);
    }
  }
  if (entry.kind === 'symlink') {
    if (entry.target === undefined) throw invalid(`a target of the link ${shown(entry.path)}`);
    checkText(entry.target, entry.targetBase64);
  }
  if (entry.kind === 'file' && !isDigestOf(entry.digest ?? '', algorithm)) {
    throw invalid(`a digest of ${algorithm} at ${shown(entry.path)}, got ${shown(entry.digest)}`);
  }
}

/** So that nobody is shown another path than the one that is looked at. */
function checkText(text: string, base64: string | undefined): void {
  if (base64 === undefined) return;
  const said = textOf(Buffer.from(base64, 'base64'));
  if (said.text !== text || said.base64 !== base64) {
    throw invalid(`base64 only for bytes that are not UTF-8, beside their text, got ${shown(text)}`);
  }
}

function isDigestOf(text: string, algorithm: AnyAlgorithm): boolean {
  const start = algorithm.length + 1;
  return (
    text.length === start + 2 * DIGEST_BYTES[algorithm] &&
    text.startsWith(`${algorithm}:`) &&
    /^[0-9a-f]+$/.test(text.slice(start))
  );
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}

function invalid(expectation: string): IntegrityError {
  return new IntegrityError('INVALID_MANIFEST', `Expected ${expectation}.`);
}
