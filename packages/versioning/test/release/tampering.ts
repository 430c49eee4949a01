import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type KeyPair, signEnvelope, signStatement } from '@x/integrity';
import { formatContents, type ReleaseManifest } from '../../src/index.ts';
import { signProvenance } from '../../src/release/provenance.ts';
import type { StoredRelease } from './stored-release.ts';

/** Digests of what the release has. */
export const artifactOf = ({ manifest: { artifact } }: StoredRelease): NonNullable<ReleaseManifest['artifact']> => {
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

export function flip(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function cut(path: string): void {
  truncateSync(path, readFileSync(path).length - 1);
}

const unsignedOf = ({ signature: _signature, ...manifest }: ReleaseManifest): ReleaseManifest => manifest;

/** Makes the tag anew. */
function retag(release: StoredRelease, message: string, commit = release.manifest.source.commit): void {
  release.git('tag', '--force', '--annotate', '--message', message, 'v1.1.0', commit);
}

const trailer = (digest: string): string => `Shop 1.1.0\n\nHoldfast-Release: ${digest}`;

/** What somebody does to a release, which checks fail then, and what the first of them says. */
export type Case = readonly [
  what: string,
  tamper: (release: StoredRelease) => void | Promise<void>,
  fails: readonly string[],
  detail: RegExp,
];

/** The keys of those who release, and of somebody else. */
export interface Signers {
  readonly own: KeyPair;
  readonly stranger: KeyPair;
}

export const tamperings = ({ own: { privateKey, publicKey }, stranger }: Signers): readonly Case[] => [
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
