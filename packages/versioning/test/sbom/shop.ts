import { readFileSync } from 'node:fs';
import { type LockfileGraph, parseLockfile } from '../../src/index.ts';

/**
 * The repository that npm 11 (both versions), pnpm 8 and 12, and yarn 1, 3 and 4 wrote the files in `fixtures` for: two workspaces, an
 * alias, a folder by `file:`, an override of `is-number`, peers, and a package for macOS only.
 */
export const SHOP: Readonly<Record<string, unknown>> = {
  '.': {
    name: 'shop',
    version: '1.2.3',
    license: 'MIT',
    workspaces: ['packages/*'],
    dependencies: {
      '@types/ms': '^2.1.0',
      'old-ms': 'npm:ms@2.0.0',
      debug: '4.3.4',
      local: 'file:./vendor/local',
      'react-dom': '18.3.1',
    },
    devDependencies: { 'is-odd': '3.0.1' },
    optionalDependencies: { fsevents: '2.3.3' },
    resolutions: { 'is-number': '7.0.0' },
  },
  'packages/a': {
    name: '@shop/a',
    version: '0.1.0',
    license: 'MIT',
    dependencies: { '@shop/b': '0.2.0', ms: '2.1.3', JSONStream: '1.3.5' },
    peerDependencies: { react: '18' },
    devDependencies: { react: '18.3.1' },
  },
  'packages/b': { name: '@shop/b', version: '0.2.0', dependencies: { 'is-number': '6.0.0' } },
};

export const SHOPS = [
  'npm-2/package-lock.json',
  'npm-3/package-lock.json',
  'pnpm-6/pnpm-lock.yaml',
  'pnpm-9/pnpm-lock.yaml',
  'yarn-1/yarn.lock',
  'yarn-berry-6/yarn.lock',
  'yarn-berry-10/yarn.lock',
] as const;

export const shopText = (file: string): string => readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');

export const shopGraph = (file: string): LockfileGraph => parseLockfile(shopText(file), { file, manifests: SHOP });

/** What one end needs: `runtime pkg:npm/ms@2.1.3`. */
export function needsOf(graph: LockfileGraph, from: string): string[] {
  return graph.edges.filter((edge) => edge.from === from).map(({ to, kind }) => `${kind} ${to}`);
}
