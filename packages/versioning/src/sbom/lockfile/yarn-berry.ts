import { VersioningError } from '../../errors.ts';
import type { LockfileGraph } from '../graph.ts';
import {
  type Fields,
  fieldsAt,
  invalidLockfile,
  isFields,
  type Manifests,
  type Place,
  textAt,
  within,
} from './place.ts';
import { type YarnDialect, type YarnEntry, type YarnPackage, yarnGraph } from './yarn-graph.ts';

const METADATA = '__metadata';
const OLDEST = 6;

/** `name@protocol:rest`, parted. */
function partsOf(locator: string, place: Place): { name: string; reference: string } {
  const split = locator.indexOf('@', 1);
  if (split < 0) throw invalidLockfile(place, 'a resolution as "name@npm:1.2.3"', locator);
  return { name: locator.slice(0, split), reference: locator.slice(split + 1) };
}

/** What is installed is the package below a patch; patches of patches are rare, and read as well. */
function unpatched(reference: string, place: Place): string {
  if (!reference.startsWith('patch:')) return reference;
  const [inner = ''] = reference.slice('patch:'.length).split('#', 1);
  return unpatched(partsOf(decoded(inner, place), place).reference, place);
}

function decoded(text: string, place: Place): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidLockfile(place, 'a percent-encoded text', text);
  }
}

/** `a@file:./a::locator=…`: whose need it is. Needs are written without. */
const unbound = (reference: string): string => reference.replace(/::.*$/s, '');

const BERRY: YarnDialect = {
  kind: 'yarn-berry',
  packageOf({ fields, place }): YarnPackage {
    const resolution = textAt(fields, 'resolution', place);
    if (resolution === undefined) throw invalidLockfile(within(place, 'resolution'), 'text', resolution);
    const { name, reference } = partsOf(resolution, place);
    if (reference.startsWith('workspace:')) return { name, workspace: reference.slice('workspace:'.length) };
    const bare = unbound(unpatched(reference, place));
    return {
      name,
      version: textAt(fields, 'version', place),
      // `checksum` is of the archive in yarn's own cache, not of the package's: it is nobody else's digest.
      resolved: bare.startsWith('npm:') ? archiveOf(reference, place) : bare,
      isPatched: reference.startsWith('patch:'),
    };
  },
  patternsOf: (name, range) => [`${name}@${range}`, `${name}@npm:${range}`],
};

/** Other registries than the configured one stand in the resolution: `a@npm:1.0.0::__archiveUrl=…`. */
function archiveOf(reference: string, place: Place): string | undefined {
  const [, url] = /__archiveUrl=([^&]+)/.exec(reference) ?? [];
  return url === undefined ? undefined : decoded(url, place);
}

/** Reads `yarn.lock` of yarn 3 and later (`__metadata.version` 6 and more). */
export function parseYarnBerryLockfile(document: Fields, file: string, manifests: Manifests): LockfileGraph {
  const place = `${file}: `;
  const version = textAt(fieldsAt(document, METADATA, place), 'version', within(place, METADATA));
  if (version === undefined || !/^\d+$/.test(version) || Number(version) < OLDEST) {
    throw new VersioningError(
      'UNSUPPORTED_LOCKFILE',
      `Expected ${METADATA}.version 6 or later in ${file}, got ${version ?? 'none'}`,
      {
        hint: 'yarn 3 and later write them: run "yarn install --mode=update-lockfile".',
      },
    );
  }
  const entries: YarnEntry[] = [];
  for (const [key, fields] of Object.entries(document)) {
    if (key === METADATA) continue;
    if (!isFields(fields)) throw invalidLockfile(within(place, key), 'a mapping', fields);
    const patterns = key.split(/\s*,\s*/);
    entries.push({ patterns: [...patterns, ...patterns.map(unbound)], fields, place: within(place, key) });
  }
  return yarnGraph(entries, manifests, BERRY);
}
