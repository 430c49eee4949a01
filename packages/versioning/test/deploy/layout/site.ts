import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  applyLayout,
  applySwitch,
  deployLayout,
  type DeployLayout,
  type DeployLayoutOptions,
  planLayout,
  planSwitch,
  type StagedRelease,
  type StageOptions,
  stageRelease,
} from '../../../src/deploy/index.ts';
import { plant, temporaryFolder, type Tree } from '../../artifact/tree.ts';

/** A deployment in a folder that is removed after the test. */
export interface Site {
  readonly layout: DeployLayout;
  /** Stages a release with these files. */
  stage(version: string, tree: Tree, options?: Partial<StageOptions>): Promise<StagedRelease>;
  /** Makes a release current. */
  activate(version: string): Promise<void>;
  /** Writes a file below the root. */
  write(path: string, text: string): Promise<void>;
}

/** A layout whose folders are there. */
export async function newSite(options: Partial<DeployLayoutOptions> = {}): Promise<Site> {
  // macOS has its temporary folder behind a link.
  const root = options.root ?? (await realpath(await temporaryFolder()));
  const layout = deployLayout({ ...options, root });
  await applyLayout(await planLayout(layout));
  return {
    layout,
    stage: async (version, tree, more = {}) =>
      stageRelease(layout, { version, content: { kind: 'folder', path: await plant(tree) }, ...more }),
    activate: async (version) => void (await applySwitch(layout, await planSwitch(layout, version))),
    write: async (path, text) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
  };
}

/** A release with folders and a program. */
export const SHOP: Tree = {
  'bin/start': { run: '#!/bin/sh\nexec node main.js\n' },
  'main.js': 'console.log("shop")\n',
  'lib/prices.js': 'export const price = 1;\n',
  'public/': '',
};
