// Written from docs/formats/release.md, contents.md and signature.md and the standards that they name: nothing of the package, nothing
// but Node. It throws at the first thing that is not as it should be.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface Content {
  readonly digest: string;
  readonly size: number;
}
interface Named extends Content {
  readonly name: string;
}

/** What is looked at of a manifest. */
export interface Manifest extends Readonly<Record<string, unknown>> {
  readonly source: { readonly commit: string };
  readonly changelog: { readonly leadTimeMs?: number };
  readonly artifact?: Named & { readonly contents: Content };
  readonly sbom?: Named & { readonly format: string; readonly components: number };
  readonly signature?: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  };
}

/** What the history says of a release. */
interface Line extends Readonly<Record<string, unknown>> {
  readonly manifest: string;
}
interface Event extends Readonly<Record<string, unknown>> {
  readonly token: string;
  readonly kind: string;
  readonly version: string;
  readonly run: string;
  readonly release: Line;
}
interface Statement {
  readonly _type: string;
  readonly predicateType: string;
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
}
interface Bill {
  readonly components: readonly unknown[];
  readonly packages: readonly unknown[];
  readonly relationships?: readonly { readonly relationshipType: string }[];
}

/** What to verify, and whom to trust. */
export interface Wanted {
  readonly component?: string;
  readonly version: string;
  /** Public keys in PEM. */
  readonly keys: readonly string[];
}

/** What was found. */
export interface Found {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly isYanked: boolean;
}

function demand(holds: unknown, what: string): asserts holds {
  if (holds !== true) throw new Error(`not so: ${what}`);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const digestOf = (bytes: Uint8Array): string => `sha256:${sha256(bytes)}`;

/** RFC 8785. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical((value as Record<string, unknown>)[name])}`).join(',')}}`;
}

const parse = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));

/** Verifies a release of a storage that is a folder: all of "To verify a release" but the tag. */
export function verifyStored(storage: string, wanted: Wanted): Found {
  const { component, version, keys } = wanted;
  const [, scope, name] = /^@([^/]+)\/(.+)$/.exec(component ?? '') ?? [];
  const single = component === undefined ? 'one' : `of/${component}`;
  const place = join(storage, 'releases', scope === undefined ? single : `scoped/${scope}/${name ?? ''}`);
  const { release, isYanked } = readHistory(join(place, 'history'), version);
  const read = (digest: string): Buffer => {
    demand(/^sha256:[0-9a-f]{64}$/.test(digest), 'a digest is sha256');
    const path = join(storage, 'releases/content', digest.replace(':', '/'));
    demand(existsSync(path) && statSync(path).size < 2 ** 30, `there is content ${digest}`);
    const bytes = readFileSync(path);
    demand(digestOf(bytes) === digest, `the content of ${digest} has its digest`);
    return bytes;
  };
  const manifest = readManifest(read(release.manifest), wanted);
  for (const member of ['id', 'version', 'name', 'channel', 'preRelease', 'createdAt', 'createdBy', 'tag']) {
    demand(release[member] === manifest[member], `the history tells the ${member} of the manifest`);
  }
  demand(release['commit'] === manifest.source.commit, 'the history tells the commit');
  demand(release['leadTimeMs'] === manifest.changelog.leadTimeMs, 'the history tells the lead time');
  demand(release['size'] === (manifest.artifact?.size ?? 0), 'the history tells the size');
  demand(release['isSigned'] === (manifest.signature !== undefined), 'the history tells whether it is signed');
  checkSignature(manifest, keys);
  checkFiles(manifest, ({ digest }) => read(digest));
  if (manifest.artifact !== undefined) checkContents(manifest.artifact.contents, read);
  return { manifest, digest: release.manifest, isYanked };
}

/** Verifies an exported folder. */
export function verifyExported(folder: string, wanted: Wanted): Found {
  const bytes = readFileSync(join(folder, 'release.json'));
  const manifest = readManifest(bytes, wanted);
  checkSignature(manifest, wanted.keys);
  checkFiles(manifest, ({ name }) => readFileSync(join(folder, name)));
  return { manifest, digest: digestOf(bytes), isYanked: false };
}

interface History {
  readonly release: Line;
  isYanked: boolean;
}

function readHistory(folder: string, version: string): History {
  const open = new Map<string, { version: string; isPublished: boolean }>();
  const releases = new Map<string, History>();
  let previous: string | null = null;
  for (const [index, name] of readdirSync(folder).toSorted().entries()) {
    const n = index + 1;
    demand(name === String(n).padStart(12, '0'), `there is an entry ${n}`);
    const bytes = readFileSync(join(folder, name));
    const { token, ...event } = parse(bytes) as Event;
    demand(event['format'] === 'holdfast-release-event' && event['formatVersion'] === 0, `entry ${n} is an event`);
    const text = `{"token":${JSON.stringify(token)},${canonical(event).slice(1)}\n`;
    demand(bytes.toString() === text, `entry ${n} is in its one form`);
    demand(event['n'] === n && event['previous'] === previous, `entry ${n} follows the one before it`);
    previous = digestOf(bytes);
    const run = open.get(event.run);
    const found = releases.get(event.version);
    if (event.kind === 'claimed') {
      const isTaken = found !== undefined || [...open.values()].some((each) => each.version === event.version);
      if (!isTaken) open.set(event.run, { version: event.version, isPublished: false });
    } else if (event.kind === 'released') {
      if (run?.version !== event.version || run?.isPublished !== false) continue;
      releases.set(event.version, { release: event.release, isYanked: false });
      if (event['isPending'] === true) run.isPublished = true;
      else open.delete(event.run);
    } else if (event.kind === 'completed' || (event.kind === 'abandoned' && run?.isPublished === false)) {
      open.delete(event.run);
    } else if (event.kind === 'yanked' || event.kind === 'unyanked') {
      if (found !== undefined) found.isYanked = event.kind === 'yanked';
    } else demand(event.kind === 'abandoned', `the kind ${event.kind} is known`);
  }
  const found = releases.get(version);
  demand(found !== undefined, `${version} is released`);
  return found;
}

function readManifest(bytes: Buffer, { component, version }: Wanted): Manifest {
  demand(bytes.length <= 64 * 1024 * 1024, 'the manifest has at most 64 MiB');
  const manifest = parse(bytes) as Manifest;
  demand(manifest['format'] === 'holdfast-release' && manifest['formatVersion'] === 0, 'it is a manifest of version 0');
  demand(bytes.toString() === canonical(manifest), 'the manifest is in canonical form');
  demand(manifest['version'] === version && manifest['component'] === component, 'it is the release that was wanted');
  demand(manifest['id'] === (component === undefined ? version : `${component}@${version}`), 'the id fits');
  return manifest;
}

/** DSSE v1, protocol.md. */
function preAuthEncoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

function isSignedBy(key: KeyObject, message: Buffer, sig: Buffer): boolean {
  const curves: Record<string, string> = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' };
  return verify(curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null, message, key, sig);
}

function checkSignature({ signature, ...rest }: Manifest, keys: readonly string[]): void {
  demand(signature !== undefined, 'the release is signed');
  const { payload, payloadType, signatures } = signature;
  demand(payloadType === 'application/vnd.in-toto+json', 'what is signed is a statement');
  const statementBytes = Buffer.from(payload, 'base64');
  const message = preAuthEncoding(payloadType, statementBytes);
  const counts = keys
    .map((pem) => createPublicKey(pem))
    .some((key) => {
      const keyid = sha256(key.export({ type: 'spki', format: 'der' }));
      const own = signatures.filter((each) => each.keyid === keyid);
      return own.some(({ sig }) => isSignedBy(key, message, Buffer.from(sig, 'base64')));
    });
  demand(counts, 'a trusted key has signed it');
  const { _type, predicateType, subject } = parse(statementBytes) as Statement;
  demand(_type === 'https://in-toto.io/Statement/v1', 'it is a statement of in-toto');
  demand(predicateType === 'https://slsa.dev/provenance/v1', 'it is provenance');
  const subjects = [rest.artifact, rest.sbom].flatMap((each) => (each === undefined ? [] : [[each.name, each.digest]]));
  subjects.push(['release.json', digestOf(Buffer.from(canonical(rest)))]);
  const signed = subject.map(({ name, digest }) => [name, `sha256:${digest.sha256}`]);
  const inOrder = (list: readonly (readonly string[])[]): string => canonical(list.map(canonical).toSorted());
  demand(inOrder(signed) === inOrder(subjects), 'the subjects are those of the release');
}

function checkFiles({ artifact, sbom }: Manifest, read: (stored: Named) => Buffer): void {
  for (const [stored, ending] of [
    [artifact, /\.zip$/],
    [sbom, /\.(?:cdx|spdx)\.json$/],
  ] as const) {
    if (stored === undefined) continue;
    const { name, digest, size } = stored;
    demand(
      /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,254}$/.test(name) && ending.test(name),
      `${name} is the name of a file here`,
    );
    const bytes = read(stored);
    demand(bytes.length === size && digestOf(bytes) === digest, `${name} has its size and digest`);
  }
  if (sbom === undefined) return;
  const { components, packages, relationships = [] } = parse(read(sbom)) as Bill;
  const subjects = relationships.filter((each) => each.relationshipType === 'DESCRIBES');
  const count = sbom.format === 'spdx-2.3' ? packages.length - subjects.length : components.length;
  demand(count === sbom.components, 'the bill has its number of components');
}

function checkContents({ digest, size }: Content, read: (digest: string) => Buffer): void {
  const bytes = read(digest);
  const [header = '', ...lines] = bytes.toString().slice(0, -1).split('\n');
  const total = lines.reduce((sum, line) => sum + (JSON.parse(line) as Content).size, 0);
  const expected = { entries: lines.length, format: 'holdfast-contents', size: total, version: 1 };
  demand(
    bytes.length === size && bytes.at(-1) === 10 && header === canonical(expected),
    'the list of contents is whole',
  );
  demand(
    lines.every((line) => canonical(JSON.parse(line)) === line),
    'the list of contents is in its one form',
  );
}
