import { generateKeyPair, verifyStatement } from '@x/integrity';
import { describe, expect, test } from 'vitest';
import type { ReleaseManifest } from '../../src/index.ts';
import { PROVENANCE_TYPE, provenanceSubjects, signProvenance } from '../../src/release/provenance.ts';
import { FULL, LEAST } from './manifests.ts';

type Json = Record<string, unknown>;

const { privateKey, publicKey } = generateKeyPair();

async function statementOf(manifest: ReleaseManifest): Promise<Json> {
  const { payload } = await signProvenance(manifest, privateKey);
  return JSON.parse(Buffer.from(payload, 'base64').toString()) as Json;
}

/**
 * The messages of provenance, by their names in JSON: provenance.proto of SLSA 1.0, statement.proto and resource_descriptor.proto of in-toto's
 * attestation framework v1.
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Statement: { _type: 'string', subject: 'ResourceDescriptor[]', predicateType: 'string', predicate: 'Provenance' },
  Provenance: { buildDefinition: 'BuildDefinition', runDetails: 'RunDetails' },
  BuildDefinition: {
    buildType: 'string',
    externalParameters: 'Struct',
    internalParameters: 'Struct',
    resolvedDependencies: 'ResourceDescriptor[]',
  },
  RunDetails: { builder: 'Builder', metadata: 'BuildMetadata', byproducts: 'ResourceDescriptor[]' },
  Builder: { id: 'string', version: 'map', builderDependencies: 'ResourceDescriptor[]' },
  BuildMetadata: { invocationId: 'string', startedOn: 'Timestamp', finishedOn: 'Timestamp' },
  ResourceDescriptor: {
    name: 'string',
    uri: 'string',
    digest: 'map',
    content: 'string',
    downloadLocation: 'string',
    mediaType: 'string',
    annotations: 'Struct',
  },
};

/** What has to be there, with the section that says so. */
const REQUIRED: readonly (readonly [message: string, member: string, section: string])[] = [
  ['Statement', '_type', 'in-toto statement.md, Fields'],
  ['Statement', 'subject', 'in-toto statement.md, Fields'],
  ['Statement', 'predicateType', 'in-toto statement.md, Fields'],
  ['Provenance', 'buildDefinition', 'SLSA 1.0 provenance, Provenance: required for Build L1'],
  ['Provenance', 'runDetails', 'SLSA 1.0 provenance, Provenance: required for Build L1'],
  ['BuildDefinition', 'buildType', 'SLSA 1.0 provenance, BuildDefinition: required for Build L1'],
  ['BuildDefinition', 'externalParameters', 'SLSA 1.0 provenance, BuildDefinition: required for Build L1'],
  ['RunDetails', 'builder', 'SLSA 1.0 provenance, RunDetails: required for Build L1'],
  ['Builder', 'id', 'SLSA 1.0 provenance, Builder: required for Build L1'],
];

/** Lowercase hexadecimal, as digest_set.md has it; a commit by SHA-1 or SHA-256. */
const DIGESTS: Readonly<Record<string, RegExp>> = {
  sha256: /^[0-9a-f]{64}$/,
  gitCommit: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
};

/** What those specifications have against a message; empty for one that is sound. */
function problemsOf(message: string, value: unknown, at = message): readonly string[] {
  if (message.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((each, index) => problemsOf(message.slice(0, -2), each, `${at}[${index}]`));
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (message === 'string') return typeof value === 'string' && value !== '' ? [] : [`${at} is no text`];
  if (message === 'Struct') return isObject ? [] : [`${at} is no object`];
  if (message === 'map') return isObject && Object.values(value).every((each) => typeof each === 'string') ? [] : [at];
  // RFC 3339, as ProtoJSON has it.
  if (message === 'Timestamp') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(String(value)) ? [] : [at];
  if (!isObject) return [`${at} is no ${message}`];
  const fields = value as Json;
  const missing = REQUIRED.filter(([owner, member]) => owner === message && !Object.hasOwn(fields, member));
  return [
    ...missing.map(([, member, section]) => `${at}.${member} is missing: ${section}`),
    ...Object.entries(fields).flatMap(([name, member]) => {
      const type = MESSAGES[message]?.[name];
      return type === undefined ? [`${at} has no ${name}`] : problemsOf(type, member, `${at}.${name}`);
    }),
    ...(message === 'ResourceDescriptor' ? problemsOfResource(fields, at) : []),
  ];
}

function problemsOfResource({ uri, digest, content }: Json, at: string): readonly string[] {
  const isNamed = uri !== undefined || digest !== undefined || content !== undefined;
  return [
    ...(isNamed ? [] : [`${at} has none of uri, digest and content: resource_descriptor.md, Fields`]),
    ...Object.entries((digest ?? {}) as Record<string, string>).flatMap(([algorithm, hex]) =>
      DIGESTS[algorithm]?.test(hex) === true ? [] : [`${at}.digest.${algorithm}: digest_set.md`],
    ),
    ...(uri === undefined || (URL.canParse(uri as string) && /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/.test(uri as string))
      ? []
      : [`${at}.uri is no URI: field_types.md, ResourceURI`]),
  ];
}

const UNUSUAL: ReleaseManifest = {
  ...FULL,
  source: { ...FULL.source, branch: 'feat/preços #1 %', repository: 'https://git.example/größe/a%20b' },
};

test.each([
  ['with everything', FULL],
  ['with the least', LEAST],
  ['of a branch and a repository with unusual names', UNUSUAL],
  ['without bill', { ...FULL, sbom: undefined }],
  ['with a commit by SHA-256', { ...FULL, source: { commit: 'd'.repeat(64) } }],
] as const)('the statement of a release %s is what in-toto and SLSA say', async (_, manifest) => {
  const statement = await statementOf(manifest);
  expect(problemsOf('Statement', statement)).toEqual([]);
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
  });
});

test.each(REQUIRED)('of a %s, %s can’t be missing without the check seeing it (%s)', async (message, member) => {
  const without = (value: unknown, type: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => without(each, type.replace('[]', '')));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => type !== message || name !== member)
        .map(([name, each]) => [name, without(each, MESSAGES[type]?.[name] ?? 'Struct')]),
    );
  };
  const problems = problemsOf('Statement', without(await statementOf(FULL), 'Statement'));
  expect(problems).toContainEqual(expect.stringContaining(`.${member} is missing`));
});

describe('what is signed', () => {
  test('is the artefact, the bill and the manifest, by their names', async () => {
    const names = async (manifest: ReleaseManifest): Promise<readonly string[]> =>
      (await provenanceSubjects(manifest)).map(({ name }) => name);
    expect(await names(FULL)).toEqual([FULL.artifact?.name, FULL.sbom?.name, 'release.json']);
    expect(await names({ ...FULL, artifact: undefined })).toEqual([FULL.sbom?.name, 'release.json']);
    expect(await names(LEAST)).toEqual(['release.json']);
  });

  test('is every member of the manifest but the signature', async () => {
    const digestOf = async (manifest: ReleaseManifest): Promise<string> =>
      `${(await provenanceSubjects(manifest)).at(-1)?.digest.toString()}`;
    const known = await digestOf(FULL);
    const { signature: _, ...unsigned } = FULL;
    expect(await digestOf(unsigned)).toBe(known);
    const changes: Partial<ReleaseManifest> = {
      name: 'Other',
      description: 'Other',
      notes: 'Other',
      preRelease: false,
      channel: 'rc',
      createdAt: '2026-03-01T12:00:00.001Z',
      createdBy: 'eve',
      previous: '1.0.9',
      reason: 'Other',
      source: { ...FULL.source, commit: 'e'.repeat(40) },
      artifact: undefined,
      sbom: undefined,
      migrations: { forward: [], backward: [] },
      changelog: { ...FULL.changelog, commits: 3 },
      flags: {},
      tag: 'v1',
    };
    const digests = await Promise.all(
      Object.entries(changes).map(async ([name, value]) => digestOf({ ...FULL, [name]: value })),
    );
    expect(new Set([known, ...digests]).size).toBe(1 + digests.length);
  });

  test('is checked by anyone who has the public key, with the files alone', async () => {
    const envelope = await signProvenance(FULL, privateKey);
    const subject = await provenanceSubjects(FULL);
    const options = { predicateType: PROVENANCE_TYPE, keys: [publicKey] };
    expect(verifyStatement(envelope, { ...options, subject })).toMatchObject({ verified: true });
    expect(verifyStatement(envelope, { ...options, subject: subject.slice(1) })).toMatchObject({
      verified: false,
      problem: 'other-subject',
    });
  });

  test('says where the release comes from, in addresses that are URIs', async () => {
    const { predicate } = (await statementOf(UNUSUAL)) as { predicate: { buildDefinition: Json } };
    expect(predicate.buildDefinition).toMatchObject({
      externalParameters: { component: '@acme/shop', version: '1.2.0-beta.1', channel: 'beta', tag: FULL.tag },
      internalParameters: { buildId: 'ci-4711' },
      resolvedDependencies: [
        {
          uri: 'git+https://git.example/gr%C3%B6%C3%9Fe/a%20b@refs/heads/feat/pre%C3%A7os%20%231%20%25',
          digest: { gitCommit: 'a'.repeat(40) },
        },
      ],
    });
  });

  test('fits into a manifest however long the texts are that go into it', async () => {
    const long = '\u{10ffff}'.repeat(1024);
    const manifest: ReleaseManifest = {
      ...FULL,
      tag: long,
      source: { commit: FULL.source.commit, branch: long, repository: `https://a.example/${'ö'.repeat(1000)}` },
      artifact: { ...(FULL.artifact as NonNullable<ReleaseManifest['artifact']>), buildId: '\u0001'.repeat(1024) },
    };
    const { payload } = await signProvenance(manifest, privateKey);
    expect(payload.length).toBeLessThan(65_536);
  });
});
