import { canonicalJson } from '@x/integrity';
import { VersioningError } from '../errors.ts';
import { isVersion } from '../version/parse-version.ts';
import { withoutAbsent } from './events.ts';
import type { ReleaseManifest } from './model.ts';

/** Most bytes of a manifest. */
export const MOST_MANIFEST_BYTES: number = 64 * 1024 * 1024;

/** A manifest as it is stored and signed: canonical JSON (RFC 8785), which gives equal manifests equal bytes. */
export function canonicalBytes(manifest: ReleaseManifest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson(withoutAbsent(manifest)));
}

/**
 * Reads a manifest whose digest was checked.
 *
 * @throws {VersioningError} `RELEASE_DAMAGED` for what is no manifest, or none of the wanted version.
 */
export function parseManifestBytes(bytes: Uint8Array, version: string): ReleaseManifest {
  const value = parsed(bytes);
  if (value?.['format'] !== 'holdfast-release') throw notAManifest(version, 'something else');
  if (value['formatVersion'] !== 0) throw notAManifest(version, 'one of a newer Holdfast');
  const flaw = flawOf(value);
  if (flaw !== undefined) throw notAManifest(version, `one with another ${flaw} than it should have`);
  if (value['version'] !== version) throw notAManifest(version, 'that of another version');
  return value as unknown as ReleaseManifest;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isDigest = (value: unknown): boolean => isText(value) && /^sha256:[0-9a-f]{64}$/.test(value as string);
const isStored = (value: unknown): boolean => isFields(value) && isDigest(value['digest']) && isCount(value['size']);
/** Names become names of files. */
const isFileName = (value: unknown): boolean =>
  isText(value) && /^[^/\\\0]{1,200}$/.test(value as string) && !/^\.{1,2}$/.test(value as string);
const optional =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);

const MIGRATION = (value: unknown): boolean =>
  isFields(value) &&
  isText(value['id']) &&
  isText(value['sql']) &&
  isText(value['description']) &&
  ['expand', 'data', 'contract'].includes(String(value['kind']));

const ENTRY = (value: unknown): boolean =>
  isFields(value) &&
  isText(value['text']) &&
  optional(isText)(value['scope']) &&
  optional(isText)(value['commit']) &&
  optional((each) => typeof each === 'boolean')(value['breaking']);

/** What each member has to be. */
const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  format: isText,
  formatVersion: isCount,
  id: isText,
  component: optional(isText),
  version: (value) => isText(value) && isVersion(value as string),
  name: isText,
  description: isText,
  notes: isText,
  preRelease: (value) => typeof value === 'boolean',
  channel: isText,
  createdAt: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
  createdBy: isText,
  previous: optional(isText),
  reason: isText,
  source: (value) =>
    isFields(value) &&
    isText(value['commit']) &&
    ['branch', 'repository'].every((name) => optional(isText)(value[name])),
  artifact: optional(
    (value) =>
      isStored(value) &&
      isFields(value) &&
      isFileName(value['name']) &&
      isStored(value['contents']) &&
      ['buildId', 'commit', 'branch'].every((name) => optional(isText)(value[name])),
  ),
  sbom: optional(
    (value) =>
      isStored(value) &&
      isFields(value) &&
      isFileName(value['name']) &&
      isText(value['format']) &&
      isCount(value['components']),
  ),
  migrations: (value) =>
    isFields(value) &&
    [value['forward'], value['backward']].every((list) => Array.isArray(list) && list.every(MIGRATION)),
  changelog: (value) =>
    isFields(value) &&
    optional(isText)(value['since']) &&
    isCount(value['commits']) &&
    optional(isCount)(value['leadTimeMs']) &&
    Array.isArray(value['sections']) &&
    value['sections'].every(
      (section: unknown) =>
        isFields(section) &&
        isText(section['title']) &&
        Array.isArray(section['entries']) &&
        section['entries'].every(ENTRY),
    ),
  flags: isFields,
  tag: optional(isText),
  signature: optional(isFields),
};

function flawOf(value: Fields): string | undefined {
  return (
    Object.keys(value).find((name) => !Object.hasOwn(MEMBERS, name)) ??
    Object.entries(MEMBERS).find(([name, isSound]) => !isSound(value[name]))?.[0]
  );
}

function parsed(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function notAManifest(version: string, got: string): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', `Expected the manifest of ${version}, got ${got}`, {
    hint: 'Update Holdfast if a newer one has made the release; else put the object back from a copy of the storage.',
  });
}
