import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { describe, expect, it } from 'vitest';
import { browserFiles } from '../../browser-files.ts';
import * as face from '../../src/index.ts';
import { officialVectors } from '../official-vectors.ts';
import { chromium, runInChromium } from './chromium.ts';
import { factsOf } from './facts.ts';

/** The page's script in one file, as a bundler makes it of the browser build. */
async function bundlePage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'integrity-page-'));
  try {
    await build({
      config: false,
      silent: true,
      entry: { page: fileURLToPath(new URL('page.ts', import.meta.url)) },
      outDir: folder,
      format: ['esm'],
      target: 'es2023',
      platform: 'browser',
      removeNodeProtocol: false,
      noExternal: [/./],
      splitting: false,
      esbuildPlugins: [browserFiles],
    });
    return await readFile(join(folder, 'page.js'), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Report {
  readonly names: readonly string[];
  readonly error?: string;
  readonly facts?: Awaited<ReturnType<typeof factsOf>>;
}

describe('the browser build', () => {
  it('computes in Chromium what the Node build computes', { timeout: 240_000 }, async ({ skip }) => {
    const isCi = process.env['CI'] === 'true';
    if (chromium === undefined) {
      if (!isCi) skip('There is no Chromium here; `apt-get install chromium` brings it.');
      throw new Error('Expected Chromium or Chrome on a machine of CI.');
    }
    const report = JSON.parse(await runInChromium(chromium, await bundlePage())) as Report;
    expect(report.error).toBeUndefined();
    expect(report.names).toEqual([]);
    expect(report.facts?.vectors).toEqual(officialVectors.map(({ hex }) => [hex, hex, hex, hex]));
    expect(report.facts).toEqual(JSON.parse(JSON.stringify(await factsOf(face))));
  });
});
