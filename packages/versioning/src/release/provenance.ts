import {
  createStatement,
  digest,
  type DsseEnvelope,
  type NamedDigest,
  parseDigest,
  type PrivateKey,
  signStatement,
} from '@x/integrity';
import { canonicalBytes } from './manifest-bytes.ts';
import type { ReleaseManifest, ReleaseSource } from './model.ts';

/** The type of the predicate: SLSA provenance, version 1 (slsa.dev/spec/v1.0/provenance). */
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
/** Name of the manifest among the subjects. */
const MANIFEST_SUBJECT = 'release.json';

/** Identifies how to read the parameters; nothing is fetched from there. */
const BUILD_TYPE = 'https://holdfast.invalid/build-types/release/v0';
const BUILDER = 'https://holdfast.invalid/builders/release/v0';

/**
 * What a release's provenance is about: its artefact, its bill, and its manifest without the signature, so that nothing in it can be
 * changed.
 */
export async function provenanceSubjects(manifest: ReleaseManifest): Promise<readonly NamedDigest[]> {
  const stored = [manifest.artifact, manifest.sbom].flatMap((each) =>
    each === undefined ? [] : [{ name: each.name, digest: parseDigest(each.digest) }],
  );
  return [...stored, { name: MANIFEST_SUBJECT, digest: await digest(canonicalBytes(unsigned(manifest))) }];
}

/** A manifest without its signature: what the signature is about. */
function unsigned(manifest: ReleaseManifest): ReleaseManifest {
  const { signature: _signature, ...rest } = manifest;
  return rest;
}

/**
 * Signs where a release comes from: an in-toto statement (attestation framework, v1) with SLSA provenance v1. With an Ed25519 key, the
 * same release gives the same bytes.
 */
export async function signProvenance(manifest: ReleaseManifest, privateKey: PrivateKey): Promise<DsseEnvelope> {
  const { component, version, channel, tag, source, artifact, createdAt } = manifest;
  const statement = createStatement({
    subject: await provenanceSubjects(manifest),
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: withoutUndefined({ component, version, channel, tag }),
        internalParameters: withoutUndefined({ buildId: artifact?.buildId }),
        resolvedDependencies: [dependencyOf(source)],
      },
      runDetails: {
        builder: { id: BUILDER },
        metadata: { startedOn: createdAt },
      },
    },
  });
  return signStatement(statement, { privateKey });
}

/** A resource descriptor of in-toto; git's own digest of a commit is what says which one. */
function dependencyOf({ commit, branch, repository }: ReleaseSource): unknown {
  const digestOfCommit = { gitCommit: commit };
  if (repository === undefined) return { digest: digestOfCommit };
  // Names of branches and folders may have what a URI may not (RFC 3986).
  const at = branch === undefined ? '' : `@refs/heads/${branch.split('/').map(encodeURIComponent).join('/')}`;
  return { uri: `git+${URL.parse(repository)?.href ?? repository}${at}`, digest: digestOfCommit };
}

const withoutUndefined = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
