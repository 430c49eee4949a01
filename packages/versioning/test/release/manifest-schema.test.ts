import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flawOfPath } from '@x/integrity/archive';
import type { VersioningError } from '../../src/index.ts';
import { parseManifestBytes } from '../../src/release/manifest-bytes.ts';
import { MANIFEST_SCHEMA } from '../../src/release/manifest-schema.ts';
import { isVersion } from '../../src/version/parse-version.ts';
import { bytesOf, FULL, LEAST, placesIn, valueAt, withMemberAt, withValueAt } from './manifests.ts';

const file = JSON.parse(readFileSync(new URL('../../schema/release.schema.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;
const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(file);

/** What readers say against a manifest; nothing against a sound one. */
function refusal(manifest: unknown): VersioningError | undefined {
  const { version } = manifest as { readonly version?: unknown };
  try {
    parseManifestBytes(bytesOf(manifest), typeof version === 'string' ? version : FULL.version);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'RELEASE_DAMAGED' });
    return error as VersioningError;
  }
}

/** What the schema and readers say. */
const verdicts = (manifest: unknown): readonly [boolean, boolean] => [
  validate(manifest),
  refusal(manifest) === undefined,
];

const at = (place: string, value: unknown): unknown =>
  withValueAt(
    FULL,
    place.split('/').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
    value,
  );

test('what is published is what readers check by', () => {
  const { $schema, $id, title, ...rest } = file;
  expect(rest).toEqual(MANIFEST_SCHEMA);
  expect([$schema, $id, title]).toEqual([
    'https://json-schema.org/draft/2020-12/schema',
    'https://holdfast.invalid/schema/release.schema.json',
    'Release manifest',
  ]);
});

test('a manifest with every member and one with the least are taken', () => {
  expect([verdicts(FULL), verdicts(LEAST)]).toEqual([
    [true, true],
    [true, true],
  ]);
});

const REQUIRED = Object.keys(LEAST);

test.each(Object.keys(FULL))('%s may be missing only if no release needs it', (name) => {
  const isOptional = !REQUIRED.includes(name);
  // What a component names is named by the id, too.
  const id = name === 'component' ? FULL.version : FULL.id;
  expect(verdicts(withValueAt({ ...FULL, id }, [name], undefined))).toEqual([isOptional, isOptional]);
});

const BAD: readonly (readonly [string, readonly unknown[]])[] = [
  ['version', ['v1.2.0', '1.2', '01.2.0', '1.2.0-01', '1.2.0 ', '9007199254740993.0.0', `1.2.0-${'a'.repeat(300)}`]],
  ['previous', ['latest', '']],
  ['component', ['Shop', '../shop', '@acme/../shop', 'a/b/c', '.', '', 'a'.repeat(101), '__proto__']],
  ['channel', ['', 'be ta', '../stable', 'a'.repeat(101)]],
  [
    'createdAt',
    ['2026-02-29T12:00:00.000Z', '2026-03-01', '2026-03-01T24:00:00.000Z', '2026-03-01T12:00:00.000+01:00'],
  ],
  ['source/commit', ['HEAD', 'a'.repeat(39), 'A'.repeat(40), '-'.repeat(40)]],
  [
    'source/repository',
    [
      'https://ann:secret@example.com/shop',
      'https://token@example.com/shop',
      'acme/shop',
      'https://a.example/b?token=c',
    ],
  ],
  [
    'artifact/digest',
    [hexed('sha256:', 63), hexed('SHA256:', 64), hexed('sha512:', 64), hexed('sha256:', 64, 'A'), hexed('', 64)],
  ],
  ['artifact/size', [-1, 1.5, 2 ** 53, '1']],
  [
    'artifact/name',
    [
      '../shop.zip',
      '/shop.zip',
      'C:shop.zip',
      'a\\shop.zip',
      '.zip',
      '..zip',
      '-rf.zip',
      'con.zip',
      'Aux.1.zip',
      'release.json',
      'notes.md',
      'shop.zip\0',
      'shop.zip ',
      'shop\u202e.zip',
      `${'a'.repeat(252)}.zip`,
    ],
  ],
  ['sbom/name', ['release.json', 'provenance.intoto.json', '../a.cdx.json', 'a.json', FULL.artifact?.name]],
  ['sbom/format', ['cyclonedx-1.5', 'spdx-3.0']],
  ['tag', ['', '-d', 'a b', 'a\nb', 'a~1', 'a^{}', 'a:b', 'a'.repeat(1025)]],
  ['migrations/forward/0/kind', ['drop', 'Expand']],
  ['changelog/sections/0/entries', [[]]],
  ['changelog/sections/0/entries/0/commit', ['3f2a91b']],
  ['signature/payload', ['', 'a', 'YQ', 'YQ==\n', 'A'.repeat(65_540)]],
  ['signature/payloadType', ['application/json']],
  ['signature/signatures', [[], Array.from({ length: 33 }, () => FULL.signature?.signatures[0])]],
  ['signature/signatures/0/keyid', ['', null, 'ann']],
  ['signature/signatures/0/sig', ['A'.repeat(260)]],
];

function hexed(prefix: string, digits: number, digit = 'a'): string {
  return `${prefix}${digit.repeat(digits)}`;
}

test.each(BAD)('%s is no place for what does not belong there, and the message names it', (place, values) => {
  for (const value of values) {
    const changed = at(place, value);
    // Two files with one name are something that a schema can't see.
    if (value !== FULL.artifact?.name) expect(validate(changed), JSON.stringify(value)).toBe(false);
    expect(refusal(changed)?.message).toContain(place.replaceAll('/', '.').replaceAll(/\.(\d+)/g, '[$1]'));
  }
});

test('a member that the format does not have is refused in every object, and named', () => {
  const objects = placesIn(FULL).filter((place) => {
    const value = valueAt(FULL, place);
    return typeof value === 'object' && !Array.isArray(value) && value !== null && place[0] !== 'flags';
  });
  expect(objects.length).toBeGreaterThan(10);
  for (const place of objects) {
    for (const name of ['more', '__proto__', 'constructor', 'toString']) {
      const changed = withMemberAt(FULL, place, [name, {}]);
      expect(validate(changed), `${place.join('/')} ${name}`).toBe(false);
      expect(refusal(changed)?.message).toContain(`without members that the format does not have, got "${name}"`);
    }
  }
});

test.each(['__proto__', 'constructor', 'prototype', ''])('no flag is called %j, nor a member of one', (name) => {
  for (const place of [['flags'], ['flags', 'limits']]) {
    const changed = withMemberAt(FULL, place, [name, { isAdmin: true }]);
    expect(verdicts(changed)).toEqual([false, false]);
  }
  expect(({} as { readonly isAdmin?: unknown }).isAdmin).toBeUndefined();
});

test('flags hold any other JSON', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })),
      (flags) => {
        const names = placesIn(flags).map((place) => place.at(-1));
        const hasBadName = names.some((name) =>
          ['', '__proto__', 'constructor', 'prototype'].includes(String(name ?? 'none')),
        );
        expect(verdicts({ ...LEAST, flags })).toEqual([!hasBadName, !hasBadName]);
      },
    ),
  );
});

describe('manifests that are nearly sound', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }).filter((value) => !JSON.stringify(value).includes('\\ud')),
    fc.constantFrom<unknown>(
      undefined,
      '',
      'beta',
      '1.2.0',
      '2026-13-01T00:00:00.000Z',
      `sha256:${'0'.repeat(64)}`,
      'a'.repeat(40),
      'a.zip',
      'a.spdx.json',
      'contract',
      'holdfast-release',
      1,
      true,
      {},
      { digest: `sha256:${'0'.repeat(64)}`, size: 1 },
      [],
      [FULL.migrations.forward[0]],
    ),
  );
  const changed = fc
    .tuple(
      fc.constantFrom(FULL, LEAST),
      fc.nat(),
      odd,
      fc.option(fc.constantFrom('more', 'id', 'size', 'text', 'branch')),
    )
    .map(([sound, pick, value, extra]) => {
      const places = placesIn(sound);
      const place = places[1 + (pick % (places.length - 1))] ?? [];
      const target = valueAt(sound, place);
      if (extra === null || typeof target !== 'object' || target === null || Array.isArray(target)) {
        return withValueAt(sound, place, value);
      }
      return withMemberAt(sound, place, [extra, value ?? null]);
    });

  test('are taken or refused by the schema and by readers alike, but for what members say of each other', () => {
    const seen = { taken: 0, refused: 0, contradicted: 0 };
    fc.assert(
      fc.property(fc.array(changed, { minLength: 10, maxLength: 10 }), (manifests) => {
        for (const manifest of manifests) {
          const [bySchema, error] = [validate(manifest), refusal(manifest)];
          const isContradiction = /^Expected (?:id|sbom\.name|migrations\.\w+) of .* to be /.test(error?.message ?? '');
          if (bySchema && error !== undefined && isContradiction) seen.contradicted++;
          else {
            expect([bySchema, error?.message], JSON.stringify(manifest)).toEqual([error === undefined, error?.message]);
            seen[bySchema ? 'taken' : 'refused']++;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(
      Object.values(seen).every((count) => count > 20),
      JSON.stringify(seen),
    ).toBe(true);
  });
});

describe('patterns of the schema', () => {
  const patternOf = (name: string): RegExp => {
    const member = name.split('/').reduce((schema, each) => schema?.properties?.[each] ?? schema, MANIFEST_SCHEMA);
    return new RegExp(member.pattern ?? '(?!)', 'u');
  };

  test('names of files are paths that arrive on every system, in the folder', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.]{1,6}(?:[.-][A-Za-z0-9._+-]{0,6})?\.zip$/), (name) => {
        if (patternOf('artifact/name').test(name)) expect(flawOfPath(name)).toBeUndefined();
        else expect(/^[.]/.test(name) || flawOfPath(name) !== undefined, name).toBe(true);
      }),
      { examples: [['con.zip'], ['COM1.a.zip'], ['lpt9.zip'], ['console.zip'], ['nul.tar.zip']], numRuns: 500 },
    );
  });

  test('versions are versions, and times are times', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9]{1,2}\.[0-9]{1,2}\.0(?:-[0-9a-z.-]{1,5})?(?:\+[0-9a-z.]{1,4})?$/),
        (version) => {
          expect(patternOf('version').test(version)).toBe(isVersion(version));
        },
      ),
      { numRuns: 500 },
    );
    const two = (most: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0'));
    const year = fc.oneof(fc.constantFrom('1900', '2000', '2023', '2024', '2100'), fc.stringMatching(/^[0-9]{4}$/));
    fc.assert(
      fc.property(year, two(14), two(33), two(25), ($year, month, day, hour) => {
        const text = `${$year}-${month}-${day}T${hour}:59:00.000Z`;
        const time = new Date(text);
        const isTime = !Number.isNaN(time.getTime()) && time.toISOString() === text;
        expect(patternOf('createdAt').test(text), text).toBe(isTime);
      }),
      { numRuns: 2000 },
    );
  });
});
