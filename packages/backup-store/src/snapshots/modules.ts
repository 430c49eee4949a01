import { createHash } from 'node:crypto';

import { canonicalJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import type { BackedUpSoftware } from '../source/module-contract.ts';
import type { SnapshotModule, SnapshotRecord, SnapshotSoftware, SnapshotSource } from './record.ts';

const NAME = /^[a-z0-9_-][a-z0-9_.-]{0,63}$/;
const MAX_TEXT = 256;

const sha256 = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Whether this can be the name of a module. */
export const isModuleName = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);

/** @throws {BackupError} `INVALID_OPTION` for what can't be the name of a module. */
export function checkModuleName(name: string): void {
  if (isModuleName(name)) return;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected a name of a module of 1 to 64 small letters, digits, "-", "_" and "." that does not begin with ".", got ${JSON.stringify(name)}`,
  );
}

/** What of a source its module's digest covers. */
type Digested = Pick<SnapshotSource, 'kind' | 'root' | 'rootBase64' | 'treeSha256'>;

/**
 * Digest of a module, hex: SHA-256 of the canonical JSON (RFC 8785) of the list of its sources, each as `{kind, root, rootBase64, treeSha256}`,
 * `rootBase64` only where the record has it, ordered by the canonical JSON of each, as UTF-8. It depends on no other module, nor on the
 * order of sources; the same trees at the same roots have the same digest in a repository.
 */
export function moduleDigest(sources: readonly Digested[]): string {
  const texts = sources.map(({ kind, root, rootBase64, treeSha256 }) =>
    Buffer.from(canonicalJson({ kind, root, rootBase64, treeSha256 })),
  );
  const ordered = texts.toSorted((a, b) => Buffer.compare(a, b));
  const list = Buffer.from(`[${ordered.map((each) => each.toString('utf8')).join(',')}]`);
  return createHash('sha256').update(list).digest('hex');
}

/**
 * Digest of the content of a module, hex: SHA-256 of the canonical JSON (RFC 8785) of the list of its sources, each as `{contentSha256, kind}`,
 * ordered by that text. It does not say where they were. `undefined` where a source has no such digest.
 */
export function contentDigest(sources: readonly Pick<SnapshotSource, 'kind' | 'contentSha256'>[]): string | undefined {
  if (sources.some(({ contentSha256 }) => contentSha256 === undefined)) return undefined;
  // Of ASCII.
  const texts = sources.map(({ kind, contentSha256 }) => canonicalJson({ contentSha256, kind })).toSorted();
  return createHash('sha256')
    .update(`[${texts.join(',')}]`)
    .digest('hex');
}

/** The modules that sources belong to, by name; none where no source belongs to one. Pure. */
export function modulesOf(sources: readonly SnapshotSource[]): SnapshotModule[] {
  const names = [...new Set(sources.flatMap(({ module }) => module ?? []))];
  // Names are of ASCII.
  return names
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const own = sources.filter(({ module }) => module === name);
      const contentSha256 = contentDigest(own);
      return {
        name,
        sha256: moduleDigest(own),
        ...(contentSha256 === undefined ? {} : { contentSha256 }),
        sources: own.length,
        files: own.reduce((sum, { files }) => sum + files, 0),
        bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    });
}

const isText = (text: unknown): boolean =>
  typeof text === 'string' && text !== '' && text.length <= MAX_TEXT && text.isWellFormed();

/** Whether this can be said of software. */
export function isSoftware(value: unknown): value is BackedUpSoftware {
  if (value === null || typeof value !== 'object') return false;
  const { name, version, commit } = value as BackedUpSoftware;
  return [name ?? '-', version, commit ?? '-'].every((each) => isText(each));
}

/**
 * What a record says of the software.
 *
 * @throws {BackupError} `INVALID_OPTION` for texts that are empty or longer than 256 characters.
 */
export function softwareOf(software: BackedUpSoftware): SnapshotSoftware {
  if (!isSoftware(software)) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected a version of the software, and a name and commit if any, of 1 to ${MAX_TEXT} characters`,
    );
  }
  const { name, version, commit } = software;
  const facts = {
    ...(name === undefined ? {} : { name }),
    version,
    ...(commit === undefined ? {} : { commit }),
  };
  return { ...facts, sha256: sha256(facts) };
}

/**
 * A record with only the sources of these modules.
 *
 * @throws {BackupError} `MODULE_NOT_FOUND` for a module that it does not have.
 */
export function onlyModules(record: SnapshotRecord, modules: readonly string[] | undefined): SnapshotRecord {
  if (modules === undefined) return record;
  const known = (record.modules ?? []).map(({ name }) => name);
  const unknown = modules.find((name) => !known.includes(name));
  if (unknown === undefined)
    return {
      ...record,
      sources: record.sources.filter(({ module }) => module !== undefined && modules.includes(module)),
    };
  throw new BackupError(
    'MODULE_NOT_FOUND',
    `Expected a module ${JSON.stringify(unknown)} in snapshot ${record.id.slice(0, 8)}, got none`,
    { hint: known.length === 0 ? 'It has no modules.' : `It has ${known.join(', ')}.` },
  );
}
