import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, type PublicKey, signEnvelope, signStatement, type TrustedKey } from '@x/integrity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  formatContents,
  type ReleaseManifest,
  type ReleaseSummary,
  type ReleaseVerification,
} from '../../src/index.ts';
import type { ReleaseContents } from '../../src/release/contents.ts';
import { signProvenance } from '../../src/release/provenance.ts';
import { verifyReleaseContent } from '../../src/release/verify-release.ts';
import { makeStoredRelease, type StoredRelease } from './stored-release.ts';

const { privateKey, publicKey } = generateKeyPair();
const stranger = generateKeyPair();
let original: StoredRelease;

beforeAll(async () => {
  original = await makeStoredRelease(privateKey);
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

/** Digests of what the release has. */
const artifactOf = ({ manifest: { artifact } }: StoredRelease): NonNullable<ReleaseManifest['artifact']> => {
  if (artifact === undefined) throw new Error('The release has an artefact');
  return artifact;
};
const sbomOf = ({ manifest: { sbom } }: StoredRelease): NonNullable<ReleaseManifest['sbom']> => {
  if (sbom === undefined) throw new Error('The release has a bill');
  return sbom;
};
const envelopeOf = ({ manifest: { signature } }: StoredRelease): NonNullable<ReleaseManifest['signature']> => {
  if (signature === undefined) throw new Error('The release is signed');
  return signature;
};

function flip(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function cut(path: string): void {
  truncateSync(path, readFileSync(path).length - 1);
}

const unsignedOf = ({ signature: _, ...manifest }: ReleaseManifest): ReleaseManifest => manifest;

/** Makes the tag anew. */
function retag(release: StoredRelease, message: string, commit = release.manifest.source.commit): void {
  release.git('tag', '--force', '--annotate', '--message', message, 'v1.1.0', commit);
}

const trailer = (digest: string): string => `Shop 1.1.0\n\nHoldfast-Release: ${digest}`;

type Case = readonly [
  what: string,
  tamper: (release: StoredRelease) => void | Promise<void>,
  fails: readonly string[],
  detail: RegExp,
];

const CASES: readonly Case[] = [
  [
    'a bit of the artefact is flipped',
    (r) => {
      flip(r.pathOf(artifactOf(r).digest));
    },
    ['artifact'],
    /got other bytes/,
  ],
  [
    'the artefact is cut',
    (r) => {
      cut(r.pathOf(artifactOf(r).digest));
    },
    ['artifact'],
    /got \d+ bytes/,
  ],
  [
    'the artefact is gone',
    (r) => {
      rmSync(r.pathOf(artifactOf(r).digest));
    },
    ['artifact'],
    /got nothing/,
  ],
  [
    'the artefact is another file of the same size',
    (r) => {
      writeFileSync(r.pathOf(artifactOf(r).digest), Buffer.alloc(artifactOf(r).size));
    },
    ['artifact'],
    /Expected the content sha256:[0-9a-f]{64} of a release, got other bytes/,
  ],
  [
    'the list of contents is that of another artefact',
    (r) => {
      writeFileSync(r.pathOf(artifactOf(r).contents.digest), formatContents([]));
    },
    ['contents'],
    /got other bytes/,
  ],
  [
    'the list of contents is gone',
    (r) => {
      rmSync(r.pathOf(artifactOf(r).contents.digest));
    },
    ['contents'],
    /got nothing/,
  ],
  [
    'the bill is another one with as many components',
    (r) => {
      const text = r.content(sbomOf(r).digest).toString().replaceAll('2.1.3', '2.1.4');
      writeFileSync(r.pathOf(sbomOf(r).digest), text);
    },
    ['sbom'],
    /got other bytes/,
  ],
  [
    'the bill is cut',
    (r) => {
      cut(r.pathOf(sbomOf(r).digest));
    },
    ['sbom'],
    /got other bytes/,
  ],
  [
    'the bill is gone',
    (r) => {
      rmSync(r.pathOf(sbomOf(r).digest));
    },
    ['sbom'],
    /got nothing/,
  ],
  [
    'the bill is as large as a disk',
    (r) => {
      truncateSync(r.pathOf(sbomOf(r).digest), 2 ** 31);
    },
    ['sbom'],
    /at most 268435456/,
  ],
  [
    'the manifest is edited',
    (r) => {
      writeFileSync(
        r.pathOf(r.digest),
        r.content(r.digest).toString().replace('"createdBy":"ann"', '"createdBy":"eve"'),
      );
    },
    ['manifest'],
    /got other bytes/,
  ],
  [
    'the manifest is cut',
    (r) => {
      cut(r.pathOf(r.digest));
    },
    ['manifest'],
    /got other bytes/,
  ],
  [
    'the manifest is gone',
    (r) => {
      rmSync(r.pathOf(r.digest));
    },
    ['manifest'],
    /got nothing/,
  ],
  [
    'the manifest is as large as a disk',
    (r) => {
      truncateSync(r.pathOf(r.digest), 2 ** 31);
    },
    ['manifest'],
    /at most 67108864/,
  ],
  [
    'manifest and history are replaced, and only the notes are others',
    (r) => {
      r.forge({ ...r.manifest, notes: 'Send your keys to Eve.' });
    },
    ['signature', 'tag'],
    /another release than this one: release\.json is not the same$/,
  ],
  [
    'manifest and history are replaced by those of another artefact, with digests that fit',
    (r) => {
      const bytes = Buffer.concat([r.content(artifactOf(r).digest), Buffer.from('more')]);
      r.forge({ ...r.manifest, artifact: { ...artifactOf(r), digest: r.put(bytes), size: bytes.length } });
    },
    ['signature', 'tag'],
    /shop-1\.1\.0\.zip is not the same, release\.json is not the same/,
  ],
  [
    'the bill is taken out of the manifest',
    (r) => {
      r.forge({ ...r.manifest, sbom: undefined });
    },
    ['signature', 'tag'],
    /shop-1\.1\.0\.cdx\.json is not in this one/,
  ],
  [
    'the manifest has the signature of another release by the same key',
    async (r) => {
      const other = { ...unsignedOf(r.manifest), version: '9.9.9', id: '9.9.9' };
      r.forge({ ...r.manifest, signature: await signProvenance(other, privateKey) });
    },
    ['signature', 'tag'],
    /release\.json is not the same/,
  ],
  [
    'the signature is taken away',
    (r) => {
      r.forge(unsignedOf(r.manifest));
    },
    ['signature', 'tag'],
    /not signed, and keys were given/,
  ],
  [
    'a stranger has signed it',
    async (r) => {
      r.forge({ ...r.manifest, signature: await signProvenance(unsignedOf(r.manifest), stranger.privateKey) });
    },
    ['signature', 'tag'],
    /no trusted key has signed it: the key [0-9a-f]{16}… is not trusted/,
  ],
  [
    'a stranger has signed it in the name of a trusted key',
    async (r) => {
      const own = await signProvenance(unsignedOf(r.manifest), stranger.privateKey);
      const signatures = own.signatures.map((each) => ({ ...each, keyid: publicKey.keyId }));
      r.forge({ ...r.manifest, signature: { ...own, signatures } });
    },
    ['signature', 'tag'],
    /has not signed this/,
  ],
  [
    'the signed payload is changed',
    (r) => {
      const { payload, ...rest } = envelopeOf(r);
      const text = Buffer.from(payload, 'base64').toString().replace('stable', 'stabls');
      r.forge({ ...r.manifest, signature: { ...rest, payload: Buffer.from(text).toString('base64') } });
    },
    ['signature', 'tag'],
    /has not signed this/,
  ],
  [
    'what the key has signed is another kind of statement about the same files',
    (r) => {
      const statement = JSON.parse(Buffer.from(envelopeOf(r).payload, 'base64').toString()) as never;
      const tested = Object.assign({}, statement, { predicateType: 'https://example.com/tested/v1' });
      r.forge({ ...r.manifest, signature: signStatement(tested, { privateKey }) });
    },
    ['signature', 'tag'],
    /what is signed is no provenance/,
  ],
  [
    'what the key has signed is no statement',
    (r) => {
      const payloadType = 'application/vnd.in-toto+json';
      r.forge({ ...r.manifest, signature: signEnvelope(Buffer.from('[]'), { payloadType, privateKey }) });
    },
    ['signature', 'tag'],
    /in-toto statement/,
  ],
  [
    'the manifest is one of a newer format',
    (r) => {
      r.forge({ ...r.manifest, formatVersion: 1 });
    },
    ['manifest'],
    /one of a newer Holdfast/,
  ],
  [
    'the manifest is that of another version',
    (r) => {
      r.forge({ ...r.manifest, version: '1.0.9', id: '1.0.9' });
    },
    ['manifest'],
    /Expected the manifest of 1\.1\.0, got that of "1\.0\.9"/,
  ],
  [
    'the tag is on another commit',
    (r) => {
      retag(r, trailer(r.digest), 'HEAD~1');
    },
    ['tag'],
    /^v1\.1\.0 is on [0-9a-f]{40}, not on [0-9a-f]{40}$/,
  ],
  [
    'the tag is a lightweight one',
    (r) => {
      r.git('tag', '--force', 'v1.1.0', r.manifest.source.commit);
    },
    ['tag'],
    /lightweight tag, which a release does not have/,
  ],
  [
    'the tag names another manifest',
    (r) => {
      retag(r, trailer(`sha256:${'0'.repeat(64)}`));
    },
    ['tag'],
    /names sha256:0{64}, not this one/,
  ],
  [
    'the tag names no manifest',
    (r) => {
      retag(r, 'Shop 1.1.0');
    },
    ['tag'],
    /names no release, not this one/,
  ],
  [
    'the tag leads to a file',
    (r) => {
      retag(r, trailer(r.digest), `${r.manifest.source.commit}:package.json`);
    },
    ['tag'],
    /is on no commit/,
  ],
];

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

test.each(CASES)('when %s, the release fails and says so', async (_, tamper, fails, detail) => {
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

  test.each(Object.entries(OTHERS))('that tells another %s than the manifest fails', async (name, value) => {
    using release = original.copy();
    release.rewrite((event) =>
      event.kind === 'released' ? { ...event, release: { ...event.release, [name]: value } } : event,
    );
    const found = await verify(release);
    expect([found.verdict, failed(found)]).toEqual(['failed', ['manifest']]);
    expect(detailOf(found, 'manifest')).toContain(`Expected the history to have the ${name} `);
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
  expect(elsewhere.checks.at(-1)).toMatchObject({ name: 'tag', status: 'unchecked' });
});
