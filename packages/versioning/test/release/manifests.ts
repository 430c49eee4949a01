import { canonicalJson } from '@x/integrity';
import type { ReleaseManifest } from '../../src/index.ts';

const hex = (digit: string): string => digit.repeat(64);

/** A manifest that has every member. */
export const FULL: ReleaseManifest = {
  format: 'holdfast-release',
  formatVersion: 0,
  id: '@acme/shop@1.2.0-beta.1',
  component: '@acme/shop',
  version: '1.2.0-beta.1',
  name: 'Shop 1.2.0-beta.1',
  description: 'Preços em ienes',
  notes: 'Now in *Japan* 🗾.',
  preRelease: true,
  channel: 'beta',
  createdAt: '2026-03-01T12:00:00.000Z',
  createdBy: 'ann',
  previous: '1.1.0',
  reason: '1.2.0-beta.1: minor, because of "feat: prices in yen (3f2a91b)".',
  source: { commit: 'a'.repeat(40), branch: 'main', dirty: true, repository: 'https://github.com/acme/shop' },
  artifact: {
    name: 'acme-shop-1.2.0-beta.1.zip',
    digest: `sha256:${hex('1')}`,
    size: 12_345,
    contents: { digest: `sha256:${hex('2')}`, size: 678 },
    buildId: 'ci-4711',
    commit: 'a'.repeat(40),
    branch: 'main',
  },
  sbom: {
    name: 'acme-shop-1.2.0-beta.1.cdx.json',
    digest: `sha256:${hex('3')}`,
    size: 910,
    format: 'cyclonedx-1.6',
    components: 1,
  },
  migrations: {
    forward: [
      { id: '0001_prices', kind: 'expand', description: 'Prices', sql: 'create table prices (yen integer);\n' },
      { id: '0002_round', kind: 'data', description: 'Round', sql: 'update prices set yen = 1;\n' },
    ],
    backward: [{ id: '0001_prices', kind: 'expand', description: 'Prices', sql: 'drop table prices;\n' }],
  },
  changelog: {
    since: '@acme/shop@1.1.0',
    commits: 2,
    leadTimeMs: 86_400_000,
    sections: [
      {
        title: 'Added',
        entries: [{ text: 'prices in yen', scope: 'api', commit: 'b'.repeat(40), breaking: true }, { text: 'by hand' }],
      },
    ],
  },
  flags: { yen: true, limits: { perDay: [1, 2.5, null], né: 'a' } },
  tag: '@acme/shop@1.2.0-beta.1',
  signature: {
    payload: 'eyJhIjoxfQ==',
    payloadType: 'application/vnd.in-toto+json',
    signatures: [{ keyid: hex('4'), sig: 'c2lnbmF0dXJl' }],
  },
};

/** A manifest that has only what each one has. */
export const LEAST: ReleaseManifest = {
  format: 'holdfast-release',
  formatVersion: 0,
  id: '0.1.0',
  version: '0.1.0',
  name: '',
  description: '',
  notes: '',
  preRelease: false,
  channel: 'stable',
  createdAt: '2024-02-29T23:59:59.999Z',
  createdBy: '',
  reason: '',
  source: { commit: 'c'.repeat(64) },
  migrations: { forward: [], backward: [] },
  changelog: { commits: 0, sections: [] },
  flags: {},
};

/** A value of JSON as bytes in canonical form, whatever it is. */
export const bytesOf = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(canonicalJson(value));

/** A step into a value: the name of a member, or an index. */
type Step = string | number;

/** Every place in a value, the value itself first. */
export function placesIn(value: unknown, at: readonly Step[] = []): readonly (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const steps: readonly Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [at, ...steps.flatMap((step) => placesIn((value as Record<Step, unknown>)[step], [...at, step]))];
}

/** What stands at a place. */
export const valueAt = (value: unknown, place: readonly Step[]): unknown =>
  place.reduce<unknown>((each, step) => (each as Record<Step, unknown>)[step], value);

/** A copy with another value at a place; `undefined` takes the member away. */
export function withValueAt(value: unknown, [step, ...rest]: readonly Step[], replacement: unknown): unknown {
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    const changed = withValueAt(value[step as number], rest, replacement);
    return value.flatMap((each: unknown, index) => (index !== step ? [each] : changed === undefined ? [] : [changed]));
  }
  const members = Object.entries(value as object).flatMap(([name, each]: [string, unknown]) => {
    const changed = name === step ? withValueAt(each, rest, replacement) : each;
    return changed === undefined ? [] : [[name, changed] as const];
  });
  return Object.fromEntries(members);
}

/** A copy with one more member in the object at a place. */
export function withMemberAt(
  value: unknown,
  place: readonly Step[],
  [name, member]: readonly [string, unknown],
): unknown {
  const members = Object.entries(valueAt(value, place) as object);
  // By entries: an assignment to `__proto__` would make no member.
  return withValueAt(value, place, Object.fromEntries([...members.filter(([own]) => own !== name), [name, member]]));
}
