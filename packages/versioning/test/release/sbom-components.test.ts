import { describe, expect, test } from 'vitest';
import { createSbom, type LockfileGraph, parseLockfile } from '../../src/index.ts';
import { billComponents } from '../../src/release/sbom-components.ts';
import { FORMATS } from '../sbom/documents.ts';
import { SHOPS, shopGraph } from '../sbom/shop.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const OPTIONS = { component: { name: '@acme/shop', version: '1.2.3' }, timestamp: '2026-11-27T12:00:00Z' };

describe.each(FORMATS)('a bill in %s', (format) => {
  const componentsOf = (graph: LockfileGraph): readonly string[] =>
    billComponents(utf8(createSbom(graph, { ...OPTIONS, format }))).map(({ name, version }) => `${name} ${version}`);

  test('tells names with their scopes and versions, and not what it is about', () => {
    const graph = parseLockfile(
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': { name: '@acme/shop', version: '1.2.3', dependencies: { '@acme/a': '1', b: '2' } },
          'node_modules/@acme/a': { version: '1.0.0' },
          'node_modules/b': { version: '2.0.0-rc.1+build' },
          'node_modules/@acme/a/node_modules/b': { version: '1.9.0' },
        },
      }),
    );
    expect(componentsOf(graph).toSorted()).toEqual(['@acme/a 1.0.0', 'b 1.9.0', 'b 2.0.0-rc.1+build']);
  });

  test.each(SHOPS)('of %s tells the components that the lockfile has', (file) => {
    const graph = shopGraph(file);
    const others = graph.workspaces.filter(({ id }) => id !== graph.root);
    const wanted = [
      ...others.map(({ name, path, version }) => `${name ?? path} ${version ?? ''}`),
      ...graph.components.map(({ name, version }) => `${name} ${version ?? ''}`),
    ];
    expect(componentsOf(graph).toSorted()).toEqual(wanted.toSorted());
  });
});

test('a bill of a project without dependencies has none', () => {
  const graph = parseLockfile(JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'shop' } } }));
  for (const format of FORMATS) expect(billComponents(utf8(createSbom(graph, { ...OPTIONS, format })))).toEqual([]);
  expect(billComponents(utf8('{"bomFormat":"CycloneDX"}'))).toEqual([]);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '{"spdxVersion":"SPDX-3.0","packages":[]}',
  '{"spdxVersion":"SPDX-2.3"}',
  '{"spdxVersion":"SPDX-2.3","packages":[{"name":1}]}',
  '{"spdxVersion":"SPDX-2.3","packages":[],"relationships":{}}',
  '{"bomFormat":"CycloneDX","components":{}}',
  '{"bomFormat":"CycloneDX","components":[null]}',
  '{"bomFormat":"CycloneDX","components":[{"version":"1.0.0"}]}',
  '{"bomFormat":"CycloneDX","components":[{"name":"a","version":1}]}',
])('%j is no bill', (text) => {
  expect(() => billComponents(utf8(text))).toThrow(expect.objectContaining({ code: 'RELEASE_DAMAGED' }));
});

test('other bytes than UTF-8 are no bill', () => {
  expect(() => billComponents(Uint8Array.of(0xff))).toThrow(expect.objectContaining({ code: 'RELEASE_DAMAGED' }));
});
