import { canonicalJson } from '@x/integrity';
import { shown, VersioningError } from '../errors.ts';
import { withoutAbsent } from './events.ts';
import { contradictionIn, isTextTooDeep, isTooDeep, MOST_LEVELS } from './manifest-rules.ts';
import { MANIFEST_SCHEMA } from './manifest-schema.ts';
import type { ReleaseManifest } from './model.ts';
import { isFields } from '../sbom/lockfile/place.ts';
import type { PlannedRelease } from './plan.ts';
import { type Flaw, flawBySchema } from './schema-flaw.ts';

/** Most bytes of a manifest. */
export const MOST_MANIFEST_BYTES: number = 64 * 1024 * 1024;

/**
 * A manifest as it is stored and signed: canonical JSON (RFC 8785), which gives equal manifests equal bytes.
 *
 * @throws {VersioningError} `INVALID_OPTION` for what {@link parseManifestBytes} would refuse: it is never written.
 */
export function canonicalBytes(manifest: ReleaseManifest): Uint8Array<ArrayBuffer> {
  const flaw = flawOf(manifest, MANIFEST_SCHEMA) ?? contradictionIn(manifest);
  if (flaw !== undefined) throw unfit(flaw);
  const bytes = new TextEncoder().encode(canonicalJson(withoutAbsent(manifest)));
  if (bytes.length <= MOST_MANIFEST_BYTES) return bytes;
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected a manifest of at most ${MOST_MANIFEST_BYTES} bytes, got ${bytes.length}`,
    { hint: 'Notes, changelog, migrations and flags are in it: release in smaller steps, or keep data elsewhere.' },
  );
}

/**
 * Refuses what no manifest may have before anything is done for it.
 *
 * @throws {VersioningError} `INVALID_OPTION`.
 */
export function refuseUnfit(release: PlannedRelease): void {
  const { required = [], ...schema } = MANIFEST_SCHEMA;
  const known = required.filter((name) => name !== 'format' && name !== 'formatVersion' && name !== 'source');
  const flaw = flawOf(release, { ...schema, required: known }) ?? contradictionIn(release as ReleaseManifest);
  if (flaw !== undefined) throw unfit(flaw);
}

/**
 * Reads a manifest whose digest was checked. It takes canonical bytes only: then there is no second text for the same manifest, and no two
 * readers that see two manifests in one text.
 *
 * @throws {VersioningError} `RELEASE_DAMAGED` for what is no manifest, or none of the wanted version.
 */
export function parseManifestBytes(bytes: Uint8Array, version: string): ReleaseManifest {
  const text = textOf(bytes);
  const value = text === undefined || isTextTooDeep(text) ? undefined : parsed(text);
  if (!isFields(value) || value['format'] !== 'holdfast-release') throw notAManifest(version, 'something else');
  if (value['formatVersion'] !== 0) throw notAManifest(version, 'one of a newer Holdfast');
  const flaw = flawBySchema(value, MANIFEST_SCHEMA) ?? contradictionIn(value as unknown as ReleaseManifest);
  if (flaw !== undefined)
    throw new VersioningError('RELEASE_DAMAGED', said(flaw, `the manifest of ${version}`), { hint: DAMAGED });
  if (canonicalJson(value) !== text) throw notAManifest(version, 'another text for it than canonical JSON');
  if (value['version'] !== version) throw notAManifest(version, `that of ${shown(value['version'])}`);
  return value as unknown as ReleaseManifest;
}

function flawOf(value: object, schema: typeof MANIFEST_SCHEMA): Flaw | undefined {
  // Before all that follows the value to its depth.
  if (isTooDeep(value)) return { path: '', expected: `nested at most ${MOST_LEVELS} levels deep`, value };
  return flawBySchema(value, schema);
}

const said = ({ path, expected, value }: Flaw, manifest: string): string =>
  `Expected ${path === '' ? '' : `${path} of `}${manifest} to be ${expected}, got ${shown(value)}`;

/** UTF-8 and nothing else. A byte order mark is left in, to be refused. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.length > MOST_MANIFEST_BYTES) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unfit(flaw: Flaw): VersioningError {
  return new VersioningError('INVALID_OPTION', said(flaw, 'the manifest'), {
    hint: 'The schema @x/versioning/release.schema.json says what a release may have.',
  });
}

const DAMAGED =
  'Update Holdfast if a newer one has made the release; else put the object back from a copy of the storage.';

function notAManifest(version: string, got: string): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', `Expected the manifest of ${version}, got ${got}`, { hint: DAMAGED });
}
