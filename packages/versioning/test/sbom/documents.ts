import { createSbom, type LockfileGraph, parseLockfile, type SbomFormat, type SbomOptions } from '../../src/index.ts';

export const FORMATS: readonly SbomFormat[] = ['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'];
export const OPTIONS: Pick<SbomOptions, 'component' | 'timestamp'> = {
  component: { name: 'shop', version: '1.2.3' },
  timestamp: '2026-11-27T12:00:00Z',
};
export const REPOSITORY: string = new URL('../../../../', import.meta.url).pathname;

export type Json = Record<string, unknown>;
export interface CycloneDx {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Json; readonly timestamp?: string };
  readonly components: readonly Json[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly compositions?: readonly Json[];
}
export interface Spdx {
  readonly documentNamespace: string;
  readonly packages: readonly Json[];
  readonly relationships: readonly Json[];
  readonly hasExtractedLicensingInfos?: readonly Json[];
}

export const cycloneDx = (graph: LockfileGraph, more: object = {}): CycloneDx =>
  JSON.parse(createSbom(graph, { ...OPTIONS, format: 'cyclonedx-1.6', ...more })) as CycloneDx;
export const spdx = (graph: LockfileGraph, more: object = {}): Spdx =>
  JSON.parse(createSbom(graph, { ...OPTIONS, format: 'spdx-2.3', ...more })) as Spdx;

/** A graph with all that a component can be: licences of each kind, a patch, git, another registry, something bundled and missing. */
export const RARE: LockfileGraph = parseLockfile(
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
