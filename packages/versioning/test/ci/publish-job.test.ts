import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newWorld, type ReleaseWorld } from './release-world.ts';
import type { StepsRun } from './runner.ts';

const isLikeARunner = process.platform === 'linux' && spawnSync('jq', ['--version']).status === 0;

/** Puts a packed package where the job downloads it to. */
function download(world: ReleaseWorld, version: string): void {
  mkdirSync(join(world.temp, 'package'));
  writeFileSync(join(world.temp, 'package/package.json'), JSON.stringify({ name: '@acme/shop', version }));
  execFileSync('tar', ['-czf', join(world.folder, 'package.tgz'), '-C', world.temp, 'package']);
}

const publish = (world: ReleaseWorld, version: string, visibility = 'public'): StepsRun =>
  world.job('publish', {
    needs: { release: { outputs: { version } } },
    github: { event: { repository: { visibility } } },
  });

describe.skipIf(!isLikeARunner)('packing and publishing, run by bash (needs Linux and jq)', () => {
  test('the release is packed under its version by the real npm, which changes nothing else', () => {
    const world = newWorld();
    const packed = world.steps('release', ['Pack'], { steps: { release: { outputs: { version: '1.3.0' } } } });
    expect([packed.hasFailed, packed.log]).toEqual([false, expect.stringContaining('acme-shop-1.3.0.tgz')]);
    expect(readdirSync(join(world.temp, 'package'))).toEqual(['acme-shop-1.3.0.tgz']);
    expect(world.git('status', '--short')).toBe('M package.json');
  });

  test.each([
    ['1.3.0', undefined, 'latest'],
    ['1.3.0', '1.2.9', 'latest'],
    ['1.10.0', '1.9.0', 'latest'],
    ['1.3.0+build-7', '1.2.9', 'latest'],
    ['1.2.10', '2.0.0', 'release-1.2'],
    ['2.0.0-beta.1', '1.3.0', 'beta'],
    ['2.0.0-rc-1.4', '1.3.0', 'rc-1'],
    ['2.0.0-0', '1.3.0', 'next'],
    ['2.0.0-v2.1', '1.3.0', 'next'],
    ['2.0.0-x.1', '1.3.0', 'next'],
  ])('%s after %s is published as %s', (version, latest, tag) => {
    const world = newWorld();
    download(world, version);
    if (latest !== undefined) world.set('latest', latest);
    expect(publish(world, version)).toMatchObject({
      hasFailed: false,
      summary: expect.stringContaining(`as ${tag}.`) as string,
    });
    expect(world.lines('npm').at(-1)).toBe(`publish ./package.tgz --tag ${tag} --ignore-scripts --provenance`);
  });

  test('private repositories have no provenance, and get none', () => {
    const world = newWorld();
    download(world, '1.3.0');
    publish(world, '1.3.0', 'private');
    expect(world.lines('npm').at(-1)).toBe('publish ./package.tgz --tag latest --ignore-scripts');
  });

  test('what is published already is left alone, so that a job can be run again', () => {
    const world = newWorld();
    download(world, '1.3.0');
    world.set('published', '1.3.0');
    const { hasFailed, log } = publish(world, '1.3.0');
    expect([hasFailed, log]).toEqual([false, expect.stringContaining('@acme/shop@1.3.0 is published already.')]);
    expect(world.lines('npm')).toEqual(['view @acme/shop@1.3.0 version']);
  });

  test.each<[string, (world: ReleaseWorld) => void, string]>([
    ['another version than that of the release', (world) => download(world, '1.2.0'), 'Expected version 1.3.0'],
    ['no package', () => {}, 'Expected one packed package'],
    ['an npm that knows no trusted publishing', (world) => world.set('npm-version', '11.5.0'), 'npm 11.5.1 or later'],
    ['a very old npm', (world) => world.set('npm-version', '9.9.9'), 'npm 11.5.1 or later'],
  ])('%s is not published', (_, spoil, message) => {
    const world = newWorld();
    spoil(world);
    const { hasFailed, log } = publish(world, '1.3.0');
    expect([hasFailed, log]).toEqual([true, expect.stringContaining(message)]);
    expect(world.lines('npm')).toEqual([]);
  });
});
