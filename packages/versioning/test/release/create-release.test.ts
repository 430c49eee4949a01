import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '@x/integrity';
import { fsStore } from '@x/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createReleaseManager,
  listArtifact,
  readContents,
  type Release,
  type ReleaseManagerEvent,
} from '../../src/index.ts';
import { leftovers, newShop, NOON, type Shop } from './shop.ts';

const { privateKey } = generateKeyPair();

describe('a release by its commits', () => {
  let shop: Shop;
  let release: Release;
  const events: ReleaseManagerEvent[] = [];

  beforeAll(async () => {
    shop = newShop();
    const manager = createReleaseManager({
      storage: shop.store,
      workspace: shop.folder,
      privateKey,
      clock: () => Date.parse(NOON),
      onEvent: (event) => events.push(event),
    });
    release = await manager.createRelease({ notes: 'Now in Japan.', entries: ['fix: rounding'], createdBy: 'ann' });
  });
  afterAll(() => {
    shop[Symbol.dispose]();
  });

  test('has the version that they ask for, and says why', () => {
    expect(release.version).toBe('1.1.0');
    expect(release.reason).toMatch(/^1\.1\.0: minor, because of "feat: prices in yen \([0-9a-f]{7}\)"\.$/);
    expect(release.previous).toBe('1.0.0');
    expect([release.channel, release.preRelease, release.status]).toEqual(['stable', false, 'released']);
  });

  test('tells what changed, with the lines that somebody wrote', () => {
    expect(release.changelog.sections).toEqual([
      { title: 'Added', entries: [{ text: 'prices in yen', commit: shop.checkout.git('rev-parse', 'HEAD~1') }] },
      { title: 'Fixed', entries: [{ text: 'rounding' }] },
    ]);
    expect(release.changelog.since).toBe('v1.0.0');
    expect(release.changelog.commits).toBe(1);
    expect(release.changelog.leadTimeMs).toBe(
      Date.parse(NOON) - Number(shop.checkout.git('log', '-1', '--format=%ct', 'HEAD~1')) * 1000,
    );
  });

  test('writes the version and the changelog, and commits nothing else', () => {
    expect(JSON.parse(shop.read('package.json'))).toMatchObject({ version: '1.1.0' });
    expect(JSON.parse(shop.read('package-lock.json'))).toMatchObject({
      version: '1.1.0',
      packages: { '': { version: '1.1.0' } },
    });
    expect(shop.read('CHANGELOG.md')).toContain('## 1.1.0 - 2026-03-01');
    expect(shop.checkout.git('status', '--porcelain')).toBe('');
    expect(shop.checkout.git('show', '--name-only', '--format=', 'HEAD').split('\n')).toEqual([
      'CHANGELOG.md',
      'package-lock.json',
      'package.json',
    ]);
  });

  test('has a tag on that commit which names its manifest', () => {
    expect(shop.checkout.git('rev-parse', 'v1.1.0^{commit}')).toBe(shop.checkout.git('rev-parse', 'HEAD'));
    expect(shop.checkout.git('cat-file', 'tag', 'v1.1.0')).toContain(`Holdfast-Release: ${release.manifest}`);
    expect(release.source.commit).toBe(shop.checkout.git('rev-parse', 'HEAD'));
  });

  test('packs what is in the commit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-exported-'));
    try {
      const exported = await shop.manager().exportRelease('1.1.0', join(folder, 'out'));
      expect(exported.files).toEqual([
        'shop-1.1.0.zip',
        'shop-1.1.0.cdx.json',
        'release.json',
        'provenance.intoto.json',
        'notes.md',
      ]);
      const entries = await listArtifact(join(folder, 'out', 'shop-1.1.0.zip'));
      expect(entries.map(({ path }) => path)).toEqual(shop.checkout.git('ls-files').split('\n'));
      expect(await shop.manager().contents('1.1.0')).toEqual(await readContents(join(folder, 'out', 'shop-1.1.0.zip')));
      expect(readFileSync(join(folder, 'out', 'notes.md'), 'utf8')).toContain('Now in Japan.');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is verified on another machine that has only the storage and the public key', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'holdfast-elsewhere-'));
    try {
      cpSync(shop.stored, join(elsewhere, 'stored'), { recursive: true });
      const other = createReleaseManager({ storage: fsStore(join(elsewhere, 'stored')), workspace: elsewhere });
      const found = await other.verifyRelease('1.1.0', { keys: [privateKey.publicKey] });
      expect(found.verdict).toBe('verified');
      expect(found.signedBy).toEqual([privateKey.keyId]);
      expect(found.checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
        'manifest passed',
        'signature passed',
        'artifact passed',
        'contents passed',
        'sbom passed',
        'tag unchecked',
      ]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('is verified with its tag where the checkout is', async () => {
    const { verdict, checks } = await shop.manager({ privateKey }).verifyRelease('1.1.0');
    expect(verdict).toBe('verified');
    expect(checks.every(({ status }) => status === 'passed')).toBe(true);
  });

  test('vouches for nothing where no key is trusted, or another one', async () => {
    expect((await shop.manager().verifyRelease('1.1.0')).verdict).toBe('unsigned');
    const stranger = generateKeyPair().publicKey;
    expect((await shop.manager().verifyRelease('1.1.0', { keys: [stranger] })).verdict).toBe('failed');
  });

  test('tells each step, before and after, and the end', () => {
    const steps = events.flatMap((event) =>
      event.kind === 'step' && event.event.kind === 'done' ? [event.event.step] : [],
    );
    expect(steps).toEqual(['files', 'commit', 'artifact', 'sbom', 'manifest', 'tag', 'publish']);
    expect(events.at(-1)).toEqual({ kind: 'release.created', version: '1.1.0', by: 'ann' });
  });

  test('leaves no run behind', async () => {
    expect(await shop.manager().runs()).toEqual([]);
    expect(leftovers(shop)).toEqual([]);
  });
});

test('the same release made twice from the same commit has the same manifest, artefact, bill and tag', async () => {
  const made = await Promise.all(
    [1, 2].map(async () => {
      using shop = newShop();
      const release = await shop.manager({ privateKey }).createRelease({ createdBy: 'ann' });
      return [
        release.manifest,
        release.artifact?.digest,
        release.sbom?.digest,
        shop.checkout.git('rev-parse', 'v1.1.0'),
      ];
    }),
  );
  expect(made[0]).toEqual(made[1]);
});

test('a plan changes nothing, and is what is carried out', async () => {
  using shop = newShop();
  const manager = shop.manager();
  const plan = await manager.planRelease();
  expect(shop.checkout.git('status', '--porcelain')).toBe('');
  expect(shop.checkout.git('tag')).toBe('v1.0.0');
  expect(readdirSync(shop.stored)).toEqual([]);
  // As one that was printed, kept and read again.
  const release = await manager.createRelease(JSON.parse(JSON.stringify(plan)) as typeof plan);
  expect(release).toMatchObject(JSON.parse(JSON.stringify(plan.release)) as object);
  expect(plan.artifact?.files.entries.map(({ path }) => path)).toEqual(shop.checkout.git('ls-files').split('\n'));
});

test('a plan for another commit is not carried out', async () => {
  using shop = newShop();
  const manager = shop.manager();
  const plan = await manager.planRelease();
  shop.checkout.commit('fix: rounding');
  await expect(manager.createRelease(plan)).rejects.toMatchObject({ code: 'PLAN_OUTDATED' });
  expect(await manager.listReleases()).toEqual([]);
});
