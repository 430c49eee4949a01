import { canonicalJson } from '@x/integrity';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReleaseManifest } from '../../src/index.ts';
import { canonicalBytes, parseManifestBytes, refuseUnfit } from '../../src/release/manifest-bytes.ts';
import { bytesOf, FULL, LEAST } from './manifests.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const damaged = (message: string): unknown =>
  expect.objectContaining({ code: 'RELEASE_DAMAGED', message: expect.stringContaining(message) as string });
const canonical = canonicalJson(FULL);

test.each([FULL, LEAST])('what is written is read again', (manifest) => {
  expect(parseManifestBytes(canonicalBytes(manifest), manifest.version)).toEqual(manifest);
  expect(canonicalBytes(manifest)).toEqual(bytesOf(manifest));
});

test('a member that is undefined is not written', () => {
  expect(canonicalBytes({ ...LEAST, component: undefined, tag: undefined })).toEqual(bytesOf(LEAST));
});

describe('other texts of a sound manifest are refused', () => {
  test.each<readonly [string, string]>([
    ['with blanks', JSON.stringify(JSON.parse(canonical), undefined, 1)],
    ['with a line end', `${canonical}\n`],
    ['in another order', JSON.stringify(FULL)],
    ['with an escape that is not needed', canonical.replace('"ann"', String.raw`"\u0061nn"`)],
    ['with another form of a number', canonical.replace('2.5', '2.50')],
    [
      'with a member twice, the first one hidden',
      canonical.replace('"createdBy":"ann"', '"createdBy":"eve","createdBy":"ann"'),
    ],
    ['with a zero below zero', canonical.replace('"formatVersion":0', '"formatVersion":-0')],
  ])('%s', (_, text) => {
    expect(text).not.toBe(canonical);
    expect(() => parseManifestBytes(utf8(text), FULL.version)).toThrow(
      damaged('another text for it than canonical JSON'),
    );
  });
});

describe('what is no manifest is refused', () => {
  test.each<readonly [string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['other bytes than UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['a byte order mark', utf8(`\ufeff${canonical}`)],
    ['half of one', utf8(canonical.slice(0, 200))],
    ['a list', utf8(`[${canonical}]`)],
    ['null', utf8('null')],
    ['another format', bytesOf({ ...FULL, format: 'holdfast-release-plan' })],
  ])('%s', (_, bytes) => {
    expect(() => parseManifestBytes(bytes, FULL.version)).toThrow(damaged('got something else'));
  });

  test('one of a newer version, which says so whatever else is in it', () => {
    expect(() => parseManifestBytes(bytesOf({ ...FULL, formatVersion: 1, more: [] }), FULL.version)).toThrow(
      damaged('one of a newer Holdfast'),
    );
  });

  test('one of another version of the same component', () => {
    expect(() => parseManifestBytes(canonicalBytes(FULL), '1.2.0')).toThrow(damaged('got that of "1.2.0-beta.1"'));
  });

  test.each<readonly [string, Partial<Record<keyof ReleaseManifest, unknown>>, string]>([
    ['an id of another component', { id: 'shop@1.2.0-beta.1' }, 'id of the manifest'],
    ['a component that the id does not have', { id: '1.2.0-beta.1' }, 'to be @acme/shop@1.2.0-beta.1'],
    [
      'a migration twice',
      { migrations: { forward: [FULL.migrations.forward[0], FULL.migrations.forward[0]], backward: [] } },
      'each migration once',
    ],
    [
      'a way back from nowhere',
      { migrations: { forward: [], backward: FULL.migrations.backward } },
      'what undoes those of forward',
    ],
    ['text of which half is missing', { notes: '\ud83d' }, 'notes of the manifest'],
  ])('%s', (_, change, message) => {
    const bytes = utf8(sortedJson({ ...FULL, ...change }));
    expect(() => parseManifestBytes(bytes, FULL.version)).toThrow(damaged(message));
  });
});

/** Canonical as far as `JSON.stringify` goes, also of what canonical JSON refuses. */
function sortedJson(value: object): string {
  const inOrder = (_: string, each: unknown): unknown =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each;
  return JSON.stringify(value, inOrder);
}

describe('depth', () => {
  const nested = (levels: number, innermost = '1'): string => '['.repeat(levels) + innermost + ']'.repeat(levels);
  const withFlag = (json: string): string => canonicalJson(LEAST).replace('"flags":{}', `"flags":{"deep":${json}}`);

  test('ends at 64 levels, for those who write and for those who read', () => {
    const flags = { deep: JSON.parse(nested(62)) as never };
    expect(parseManifestBytes(canonicalBytes({ ...LEAST, flags }), '0.1.0').flags).toEqual(flags);
    const deeper = { ...LEAST, flags: { deep: JSON.parse(nested(63)) as never } };
    expect(() => canonicalBytes(deeper)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('64 levels') as string }),
    );
    expect(() => parseManifestBytes(utf8(withFlag(nested(63))), '0.1.0')).toThrow(damaged('something else'));
  });

  test('a million brackets are refused before anything follows them', () => {
    for (const text of [withFlag(nested(1_000_000)), '['.repeat(1_000_000), '{"a":'.repeat(1_000_000)]) {
      expect(() => parseManifestBytes(utf8(text), '0.1.0')).toThrow(damaged('something else'));
    }
  });

  test('brackets in text are text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[[{\\"\]}a]{0,80}$/), (notes) => {
        const manifest = { ...LEAST, notes: `${'['.repeat(70)}${notes}` };
        expect(parseManifestBytes(canonicalBytes(manifest), '0.1.0')).toEqual(manifest);
      }),
    );
  });
});

describe('what readers would refuse is not written', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  test.each<readonly [string, Partial<Record<keyof ReleaseManifest, unknown>>, string]>([
    [
      'a number that JSON does not have',
      { flags: { limit: Number.NaN } },
      'flags.limit of the manifest to be JSON, got NaN',
    ],
    ['a function', { flags: { limit: () => 1 } }, 'flags.limit'],
    ['what holds itself', { flags: circle }, '64 levels'],
    ['a name that pollutes', { flags: JSON.parse('{"__proto__":1}') as unknown }, 'flags of the manifest'],
    ['a hole in a list', { flags: { list: [1, undefined] } }, 'flags.list[1]'],
    ['half of a character', { description: 'a\udc00' }, 'description'],
    ['a channel with blanks', { channel: 'not for all' }, 'channel'],
    ['a file that leads out of its folder', { artifact: { ...FULL.artifact, name: '../a.zip' } }, 'artifact.name'],
    ['an id of something else', { id: 'shop' }, 'id'],
  ])('%s', (_, change, message) => {
    const manifest = { ...FULL, ...change } as ReleaseManifest;
    const refused = expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining('release.schema.json') as string,
    }) as Error;
    expect(() => canonicalBytes(manifest)).toThrow(refused);
    const { format: _f, formatVersion: _v, source: _s, artifact, sbom: _b, signature: _g, ...planned } = manifest;
    // Of an artefact nothing is planned here.
    if (artifact === FULL.artifact)
      expect(() => {
        refuseUnfit(planned);
      }).toThrow(refused);
  });

  test('a release that is planned well is let through', () => {
    const { format: _f, formatVersion: _v, source: _s, artifact: _a, sbom: _b, signature: _g, ...planned } = FULL;
    expect(() => {
      refuseUnfit(planned);
    }).not.toThrow();
    expect(() => {
      refuseUnfit({ ...planned, component: undefined, id: FULL.version });
    }).not.toThrow();
  });

  test('a manifest above 64 MiB', () => {
    expect(() => canonicalBytes({ ...LEAST, notes: 'a'.repeat(64 * 1024 * 1024) })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('67108864 bytes') as string }),
    );
  });
});
