import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, type PublicKey, type TrustedKey } from '@x/integrity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReleaseSummary, ReleaseVerification } from '../../src/index.ts';
import type { ReleaseContents } from '../../src/release/contents.ts';
import { verifyReleaseContent } from '../../src/release/verify-release.ts';
import { makeStoredRelease, type StoredRelease } from './stored-release.ts';
import { artifactOf, flip, tamperings } from './tampering.ts';

const own = generateKeyPair();
const stranger = generateKeyPair();
const { publicKey } = own;
let original: StoredRelease;

beforeAll(async () => {
  original = await makeStoredRelease(own.privateKey);
});
afterAll(() => {
  original[Symbol.dispose]();
});

const verify = async (
  release: StoredRelease,
  keys: readonly (PublicKey | TrustedKey)[] = [publicKey],
): Promise<ReleaseVerification> => release.manager().verifyRelease('1.1.0', { keys });

const failed = ({ checks }: ReleaseVerification): readonly string[] =>
  checks.flatMap(({ name, status }) => (status === 'failed' ? [name] : []));

const detailOf = ({ checks }: ReleaseVerification, wanted: string): string | undefined =>
  checks.find(({ name }) => name === wanted)?.detail;

test('untouched, every check passes and the release is verified', async () => {
  const found = await verify(original);
  expect([found.verdict, failed(found), found.signedBy, found.isYanked]).toEqual([
    'verified',
    [],
    [publicKey.keyId],
    false,
  ]);
  expect(found.checks.map(({ name, status }) => `${name} ${status}`)).toEqual(
    ['manifest', 'signature', 'artifact', 'contents', 'sbom', 'tag'].map((name) => `${name} passed`),
  );
});

test.each(tamperings({ own, stranger }))('when %s, the release fails and says so', async (_, tamper, fails, detail) => {
  using release = original.copy();
  await tamper(release);
  const found = await verify(release);
  expect(found.verdict).toBe('failed');
  expect(failed(found)).toEqual(fails);
  expect(detailOf(found, fails[0] ?? '')).toMatch(detail);
});

test('without keys, whatever has its digests is unsigned at most', async () => {
  expect((await verify(original, [])).verdict).toBe('unsigned');
  using release = original.copy();
  release.forge({ ...release.manifest, notes: 'Send your keys to Eve.' });
  const found = await release.manager().verifyRelease('1.1.0', { keys: [], checkout: false });
  expect([found.verdict, found.signedBy]).toEqual(['unsigned', []]);
});

const DAY = 24 * 3600 * 1000;
const days = (count: number): Date => new Date(Date.parse('2026-03-01T12:00:00.000Z') + count * DAY);

test.each<readonly [string, () => readonly (PublicKey | TrustedKey)[], RegExp]>([
  ['was revoked', () => [{ publicKey, revoked: true }], /the key [0-9a-f]{16}… was revoked/],
  ['has expired', () => [{ publicKey, notAfter: days(-1) }], /is no longer valid/],
  ['is not valid yet', () => [{ publicKey, notBefore: days(1) }], /is not valid yet/],
  ['is revoked in one of two entries', () => [publicKey, { publicKey, revoked: true }], /was revoked/],
  ['is not among those that are trusted', () => [stranger.publicKey], /is not trusted/],
])('a release whose key %s fails', async (_, keys, detail) => {
  const found = await verify(original, keys());
  expect([found.verdict, failed(found), found.signedBy]).toEqual(['failed', ['signature'], []]);
  expect(detailOf(found, 'signature')).toMatch(detail);
});

test('a release whose key is valid now is verified, whoever else is trusted', async () => {
  const keys = [stranger.publicKey, { publicKey, notBefore: days(-1), notAfter: days(1) }];
  expect(await verify(original, keys)).toMatchObject({ verdict: 'verified', signedBy: [publicKey.keyId] });
});

describe('the history', () => {
  const OTHERS: Partial<ReleaseSummary> = {
    id: 'shop@1.1.0',
    name: 'Shop 2',
    channel: 'beta',
    preRelease: true,
    createdAt: '2026-03-02T12:00:00.000Z',
    createdBy: 'eve',
    tag: 'v1.1.1',
    size: 1,
    commit: 'f'.repeat(40),
    leadTimeMs: 0,
    isSigned: false,
  };

  test('that tells anything else than the manifest fails', async () => {
    using release = original.copy();
    for (const [name, value] of Object.entries(OTHERS)) {
      let before: unknown;
      const rewrite = (to: (release: object) => object): void => {
        release.rewrite((event) =>
          event.kind === 'released' ? { ...event, release: to(event.release) as typeof event.release } : event,
        );
      };
      rewrite((told) => {
        before = (told as Record<string, unknown>)[name];
        return { ...told, [name]: value };
      });
      const found = await release.manager().verifyRelease('1.1.0', { keys: [publicKey], checkout: false });
      expect([found.verdict, failed(found)], name).toEqual(['failed', ['manifest']]);
      expect(detailOf(found, 'manifest')).toContain(`Expected the history to have the ${name} `);
      rewrite((told) => ({ ...told, [name]: before }));
    }
    expect(await verify(release)).toMatchObject({ verdict: 'verified' });
  });

  test('that was edited where its chain does not fit is refused as a whole', async () => {
    using release = original.copy();
    const path = join(release.stored, 'releases/one/history/000000000001');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"by":"ann"', '"by":"eve"'));
    await expect(verify(release)).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });

  test('of another component can’t lend its manifest', async () => {
    const manager = original.manager();
    const [summary] = await manager.listReleases();
    if (summary === undefined) throw new Error('There is a release');
    const found = await verifyReleaseContent(
      {
        summary,
        component: '@acme/other',
        contents: {} as ReleaseContents,
        readManifest: async () => manager.getManifest('1.1.0'),
        nowMs: 0,
      },
      { keys: [publicKey] },
    );
    expect([found.verdict, failed(found)]).toEqual(['failed', ['manifest']]);
    expect(detailOf(found, 'manifest')).toBe('Expected a release of @acme/other, got one of the only component');
  });
});

test('a yanked release is what it was, and says that it is yanked', async () => {
  using release = original.copy();
  await release.manager().yankRelease('1.1.0', { reason: 'loses bookings', by: 'bob' });
  expect(await verify(release)).toMatchObject({ verdict: 'verified', isYanked: true });
  flip(release.pathOf(artifactOf(release).digest));
  expect(await verify(release)).toMatchObject({ verdict: 'failed', isYanked: true });
});

test('a tag that is not there, or no checkout, leaves that unchecked', async () => {
  using release = original.copy();
  release.git('tag', '--delete', 'v1.1.0');
  const found = await verify(release);
  expect([found.verdict, detailOf(found, 'tag')]).toEqual([
    'verified',
    'v1.1.0 is not in this checkout: fetch the tags',
  ]);
  const without = await release.manager().verifyRelease('1.1.0', { keys: [publicKey], checkout: false });
  expect(detailOf(without, 'tag')).toBe('v1.1.0 was not looked for: there is no checkout here');
  const elsewhere = await release.manager().verifyRelease('1.1.0', { keys: [publicKey], checkout: release.stored });
  expect(detailOf(elsewhere, 'tag')).toBe('v1.1.0 was not looked for: there is no checkout here');
});
