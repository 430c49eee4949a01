import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createSbom, type LockfileGraph, parseLockfile, readLockfile, type SbomFormat } from '../../src/index.ts';
import { SHOP, SHOPS, shopGraph, shopText } from './shop.ts';

const FORMATS: readonly SbomFormat[] = ['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'];
const OPTIONS = { component: { name: 'shop', version: '1.2.3' }, timestamp: '2026-11-27T12:00:00Z' };
const REPOSITORY = new URL('../../../../', import.meta.url).pathname;

type Json = Record<string, unknown>;
interface CycloneDx {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Json; readonly timestamp?: string };
  readonly components: readonly Json[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly compositions?: readonly Json[];
}
interface Spdx {
  readonly documentNamespace: string;
  readonly packages: readonly Json[];
  readonly relationships: readonly Json[];
  readonly hasExtractedLicensingInfos?: readonly Json[];
}

const cycloneDx = (graph: LockfileGraph, more: object = {}): CycloneDx =>
  JSON.parse(createSbom(graph, { ...OPTIONS, format: 'cyclonedx-1.6', ...more })) as CycloneDx;
const spdx = (graph: LockfileGraph, more: object = {}): Spdx =>
  JSON.parse(createSbom(graph, { ...OPTIONS, format: 'spdx-2.3', ...more })) as Spdx;

/** The schemas that CycloneDX publishes with its own library. */
function schemaOf(version: '1.6' | '1.7'): ValidateFunction {
  const require = createRequire(import.meta.url);
  const folder = new URL('../res/schema/', `file://${require.resolve('@cyclonedx/cyclonedx-library')}`);
  const read = (name: string): Json =>
    JSON.parse(readFileSync(new URL(`${name}.SNAPSHOT.schema.json`, folder), 'utf8')) as Json;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Names and mail addresses of the whole world; none is in these documents.
  for (const format of ['idn-email', 'iri-reference']) ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    // The library's copies refer to each other by the names of their files.
    const { $id: _, ...schema } = read(name);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(read(`bom-${version}`));
}

const VALIDATORS = { 'cyclonedx-1.6': schemaOf('1.6'), 'cyclonedx-1.7': schemaOf('1.7') } as const;

/** A graph with all that a component can be: licences of each kind, a patch, git, another registry, something bundled and missing. */
const RARE = parseLockfile(
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { a: '1', b: '1', c: '1', d: '1', gone: '1' } },
      'node_modules/a': {
        version: '1.0.0',
        license: '(MIT OR Apache-2.0)',
        resolved: 'git+ssh://git@example.com/a.git#0a1b2c',
      },
      'node_modules/b': {
        version: '1.0.0+build',
        license: 'SEE LICENSE IN LICENSE',
        resolved: 'https://u:p@npm.example.com/b/-/b-1.0.0+build.tgz',
      },
      'node_modules/c': { version: '1.0.0', license: 'LicenseRef-own', inBundle: true },
      'node_modules/d': { version: '1.0.0', license: 'GPL-2.0', resolved: 'https://example.com/d.tgz?a=1' },
    },
  }),
);

describe.each(['cyclonedx-1.6', 'cyclonedx-1.7'] as const)('%s', (format) => {
  const problemsOf = (graph: LockfileGraph, more: object = {}): unknown => {
    VALIDATORS[format](JSON.parse(createSbom(graph, { ...OPTIONS, format, ...more })));
    return VALIDATORS[format].errors ?? [];
  };

  test.each(SHOPS)('the bill of %s is valid by the official schema', (file) => {
    expect(problemsOf(shopGraph(file))).toEqual([]);
    expect(problemsOf(shopGraph(file), { omitDev: true, timestamp: undefined, workspace: '@shop/a' })).toEqual([]);
  });

  test('so are those of this repository, and of rare things', async () => {
    expect(problemsOf(await readLockfile(REPOSITORY))).toEqual([]);
    expect(
      problemsOf(RARE, { component: { ...OPTIONS.component, licence: 'No licence', description: 'A shop' } }),
    ).toEqual([]);
  });

  test('the schema finds what is wrong', () => {
    const document = JSON.parse(createSbom(RARE, { ...OPTIONS, format })) as Json;
    expect(VALIDATORS[format]({ ...document, serialNumber: 'urn:uuid:1' })).toBe(false);
  });
});

describe('spdx-2.3', () => {
  const graphs = async (): Promise<LockfileGraph[]> => [...SHOPS.map(shopGraph), RARE, await readLockfile(REPOSITORY)];

  test('each element has an id of its own, of letters that SPDX allows', async () => {
    for (const graph of await graphs()) {
      const ids = spdx(graph).packages.map(({ SPDXID }) => SPDXID);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !/^SPDXRef-[a-zA-Z0-9.-]+$/.test(String(id)))).toEqual([]);
    }
  });

  test('each relationship is of a known kind and joins elements of the document', async () => {
    const kinds = /^(?:DESCRIBES|DEPENDS_ON|DEV_DEPENDENCY_OF|OPTIONAL_DEPENDENCY_OF)$/;
    for (const graph of await graphs()) {
      const { packages, relationships } = spdx(graph);
      const ids = new Set<unknown>(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)]);
      for (const { spdxElementId, relatedSpdxElement, relationshipType } of relationships) {
        expect(relationshipType).toMatch(kinds);
        expect(ids.has(spdxElementId)).toBe(true);
        expect(ids.has(relatedSpdxElement) || relatedSpdxElement === 'NOASSERTION').toBe(true);
      }
    }
  });

  test('each package has what clause 7 asks for, and each licence that is on no list is explained', async () => {
    for (const graph of await graphs()) {
      const { packages, hasExtractedLicensingInfos = [] } = spdx(graph);
      const explained = hasExtractedLicensingInfos.map(({ licenseId }) => licenseId);
      for (const one of packages) {
        expect(one).toMatchObject({
          filesAnalyzed: false,
          licenseConcluded: 'NOASSERTION',
          copyrightText: 'NOASSERTION',
        });
        expect(one['downloadLocation']).toMatch(/^(?:NOASSERTION|(?:https|git\+\w+):\/\/\S+)$/);
        if (String(one['licenseDeclared']).includes('Ref-')) expect(explained).toContain(one['licenseDeclared']);
      }
    }
  });

  test('says how things are needed, and that needs are missing', () => {
    const { relationships } = spdx(RARE);
    expect(relationships.at(-1)).toMatchObject({ relationshipType: 'DEPENDS_ON', relatedSpdxElement: 'NOASSERTION' });
    const kinds = spdx(shopGraph('npm-3/package-lock.json')).relationships.map(
      ({ relationshipType }) => relationshipType,
    );
    expect(new Set(kinds)).toEqual(new Set(['DESCRIBES', 'DEPENDS_ON', 'DEV_DEPENDENCY_OF', 'OPTIONAL_DEPENDENCY_OF']));
  });

  test('needs a timestamp', () => {
    expect(() => spdx(RARE, { timestamp: undefined })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

test('licences are ids, expressions, or names', () => {
  const licences = cycloneDx(RARE).components.map(({ licenses }) => licenses);
  const acknowledgement = 'declared';
  expect(licences).toEqual([
    [{ expression: '(MIT OR Apache-2.0)', acknowledgement }],
    [{ license: { name: 'SEE LICENSE IN LICENSE', acknowledgement } }],
    [{ expression: 'LicenseRef-own', acknowledgement }],
    [{ license: { id: 'GPL-2.0', acknowledgement } }],
  ]);
  const declared = spdx(RARE).packages.map(({ licenseDeclared }) => licenseDeclared);
  expect(declared).toEqual([
    'NOASSERTION',
    '(MIT OR Apache-2.0)',
    expect.stringMatching(/^LicenseRef-/),
    expect.stringMatching(/^LicenseRef-/),
    'GPL-2.0',
  ]);
  expect(spdx(RARE).hasExtractedLicensingInfos?.map(({ extractedText }) => extractedText)).toEqual([
    'LicenseRef-own',
    'SEE LICENSE IN LICENSE',
  ]);
});

test('no password gets into a bill', () => {
  for (const format of FORMATS) expect(createSbom(RARE, { ...OPTIONS, format })).not.toContain('u:p@');
});

test('what is missing makes the list of needs incomplete', () => {
  expect(cycloneDx(RARE).compositions).toEqual([{ aggregate: 'incomplete', dependencies: ['workspace:.'] }]);
  expect(cycloneDx(shopGraph('npm-3/package-lock.json')).compositions).toBeUndefined();
});

test('each purl of this repository is what the reference library writes, and it reads the rarer ones', async () => {
  const { components } = await readLockfile(REPOSITORY, { readsLicences: false });
  for (const { purl } of components) expect(PackageURL.fromString(purl).toString()).toBe(purl);
  const parts = RARE.components.map(({ purl }) => PackageURL.fromString(purl));
  expect(parts.map(({ version, qualifiers }) => [version, { ...qualifiers }])).toEqual([
    ['1.0.0', { vcs_url: 'git+ssh://git@example.com/a.git@0a1b2c' }],
    ['1.0.0+build', { repository_url: 'https://npm.example.com' }],
    ['1.0.0', {}],
    ['1.0.0', { download_url: 'https://example.com/d.tgz?a=1' }],
  ]);
  expect(RARE.components[1]?.purl).toBe('pkg:npm/b@1.0.0%2Bbuild?repository_url=https:%2F%2Fnpm.example.com');
});

test('without development the bill has neither the components nor the needs', () => {
  const refs = ({ components }: CycloneDx): unknown[] => components.map((component) => component['bom-ref']);
  const graph = shopGraph('npm-3/package-lock.json');
  const [whole, without] = [cycloneDx(graph), cycloneDx(graph, { omitDev: true })];
  expect(refs(whole)).toContain('pkg:npm/is-odd@3.0.1');
  expect(refs(without)).not.toContain('pkg:npm/is-odd@3.0.1');
  expect(without.dependencies.flatMap(({ dependsOn = [] }) => dependsOn)).not.toContain('pkg:npm/is-odd@3.0.1');
  expect(refs(without)).toContain('pkg:npm/is-number@7.0.0');
});

test('one workspace has only what it needs, and development is judged from there', () => {
  const graph = shopGraph('pnpm-9/pnpm-lock.yaml');
  const bill = cycloneDx(graph, { workspace: 'packages/a' });
  const scopes = Object.fromEntries(bill.components.map((component) => [component['bom-ref'], component['scope']]));
  expect(scopes).toEqual({
    'workspace:packages/b': 'required',
    'pkg:npm/JSONStream@1.3.5': 'required',
    'pkg:npm/is-number@7.0.0': 'required',
    'pkg:npm/js-tokens@4.0.0': 'excluded',
    'pkg:npm/jsonparse@1.3.1': 'required',
    'pkg:npm/loose-envify@1.4.0': 'excluded',
    'pkg:npm/ms@2.1.3': 'required',
    'pkg:npm/react@18.3.1': 'excluded',
    'pkg:npm/through@2.3.8': 'required',
  });
  expect(() => cycloneDx(graph, { workspace: 'packages/c' })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

test('every reference of a bill is there', async () => {
  for (const graph of [...SHOPS.map(shopGraph), await readLockfile(REPOSITORY)]) {
    for (const more of [{}, { omitDev: true }, { workspace: graph.workspaces.at(-1)?.path, omitDev: true }]) {
      const { metadata, components, dependencies } = cycloneDx(graph, more);
      const refs = [metadata.component, ...components].map((component) => component['bom-ref']);
      expect(dependencies.map(({ ref }) => ref)).toEqual(refs);
      const all = new Set(refs);
      expect(dependencies.flatMap(({ dependsOn = [] }) => dependsOn).filter((ref) => !all.has(ref))).toEqual([]);
    }
  }
});

test('the identity follows from the content', () => {
  const graph = shopGraph('npm-3/package-lock.json');
  expect(cycloneDx(graph).serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(cycloneDx(graph).serialNumber).toBe(cycloneDx(shopGraph('npm-3/package-lock.json')).serialNumber);
  expect(cycloneDx(graph, { omitDev: true }).serialNumber).not.toBe(cycloneDx(graph).serialNumber);
  expect(spdx(graph).documentNamespace).not.toBe(spdx(graph, { timestamp: '2026-11-28T12:00:00Z' }).documentNamespace);
});

test('times are written to the second, in UTC', () => {
  const timeOf = (timestamp: Date | string): unknown => cycloneDx(RARE, { timestamp }).metadata.timestamp;
  expect(timeOf('2026-11-27T12:00:00.999+01:00')).toBe('2026-11-27T11:00:00Z');
  expect(timeOf(new Date(0))).toBe('1970-01-01T00:00:00Z');
  for (const time of ['yesterday', '2026-11-27', '2026-13-27T12:00:00Z', new Date(Number.NaN)]) {
    expect(() => timeOf(time)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  }
});

test.each([{ format: 'cyclonedx-1.5' }, { component: { name: '' } }])('%j is refused', (more) => {
  expect(() => cycloneDx(RARE, more)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});

describe('the order of a lockfile never changes a byte', () => {
  /** The same mapping with its members, and theirs, in another order. */
  const shuffled = (value: unknown, seed: number): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const rank = (key: string): number =>
      [...key].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 65_521, seed);
    const entries = Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b));
    return Object.fromEntries(entries.map(([key, item]) => [key, shuffled(item, seed)]));
  };
  const reordered = (file: string, seed: number): string => {
    const text = shopText(file);
    if (file.endsWith('.json')) return JSON.stringify(shuffled(JSON.parse(text), seed));
    if (file !== 'yarn-1/yarn.lock') return stringify(shuffled(parse(text), seed), { lineWidth: 0 });
    const [head = '', ...entries] = text.split('\n\n');
    const turn = seed % entries.length;
    return [head, ...entries.slice(turn), ...entries.slice(0, turn)].join('\n\n');
  };

  test.each(SHOPS)('%s', (file) => {
    const graph = shopGraph(file);
    fc.assert(
      fc.property(fc.nat(65_520), fc.constantFrom(...FORMATS), (seed, format) => {
        const other = parseLockfile(reordered(file, seed), { file, manifests: SHOP });
        expect(createSbom(other, { ...OPTIONS, format })).toBe(createSbom(graph, { ...OPTIONS, format }));
      }),
      { numRuns: 15 },
    );
  });
});
