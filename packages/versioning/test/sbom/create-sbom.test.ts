import fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createSbom, parseLockfile, readLockfile } from '../../src/index.ts';
import { type CycloneDx, cycloneDx, FORMATS, OPTIONS, RARE, REPOSITORY, spdx } from './documents.ts';
import { SHOP, SHOPS, shopGraph, shopText } from './shop.ts';

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
