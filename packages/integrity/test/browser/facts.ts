import type * as face from '../../src/browser.ts';
import { officialVectors } from '../official-vectors.ts';

/** What both the browser build and the Node build export. */
export type Face = typeof face;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function countingBytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index ^ (index >> 8) ^ (index >> 16)) & 0xff);
}

async function codeOf(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield await Promise.resolve(bytes.subarray(at, at + 100));
}

/** Each vector at once, as a stream, as a file, and fed to a hasher. */
async function vectorFacts({ digest, createDigest }: Face): Promise<unknown> {
  return await Promise.all(
    officialVectors.map(async ({ algorithm, input }) => {
      const options = { algorithm, legacy: true };
      const file = new File([Uint8Array.from(input)], 'a file');
      const hasher = await createDigest(algorithm, options);
      const digests = [await digest(input, options), await digest(pieces(input), options), await digest(file, options)];
      return [...digests, hasher.update(input).digest()].map(({ hex }) => hex);
    }),
  );
}

async function digestFacts({ createDigest, digest, Digest, digestsEqual, parseDigest }: Face): Promise<unknown> {
  const large = new Blob([countingBytes(3_000_000)]);
  const value = await digest(large);
  const sri = value.sri ?? '';
  return {
    large: String(value),
    blake3: JSON.stringify(await digest(large.stream(), { algorithm: 'blake3' })),
    sri,
    bytes: [...value.bytes],
    read: [parseDigest(sri), parseDigest(value.toString().toUpperCase().replace('SHA', 'sha'))].map(String),
    equal: [digestsEqual(value, parseDigest(sri)), digestsEqual(value, new Digest('sha256', new Uint8Array(32)))],
    errors: await Promise.all([
      codeOf(() => parseDigest('sha256:zz')),
      codeOf(() => parseDigest(`sha256-${sri.slice(7, -1)}`)),
      codeOf(() => parseDigest(`sha256-${'A'.repeat(42)}B=`)),
      codeOf(() => digest('text' as never)),
      codeOf(() => digest(bytesOf(''), { algorithm: 'md5' })),
      codeOf(() => digest(bytesOf(''), { algorithm: 'sha3' as never })),
      codeOf(async () => (await createDigest()).update([] as never)),
    ]),
  };
}

async function merkleFacts(face: Face): Promise<unknown> {
  const tree = new face.MerkleTree();
  const builder = face.createMerkleBuilder();
  for (let index = 0; index < 40; index++) {
    tree.append(countingBytes(index * 7));
    builder.append(countingBytes(index * 7));
  }
  const read = (level: number, index: number): Uint8Array => {
    const part = face.createMerkleBuilder();
    for (let leaf = index * 2 ** level; leaf < (index + 1) * 2 ** level; leaf++) part.append(countingBytes(leaf * 7));
    return part.root();
  };
  const [root1, root2, proof] = [tree.root(13), tree.root(), tree.proveInclusion(5)];
  const claim = { leafHash: face.leafHash(countingBytes(35)), index: 5, size: 40, root: root2, proof };
  const sizes = { size1: 13, size2: 40, root1, root2 };
  return {
    roots: Array.from({ length: 41 }, (_, size) => [...tree.root(size)]),
    state: builder.state(),
    inclusion: [face.verifyInclusion(claim), face.verifyInclusion({ ...claim, index: 6 })],
    consistency: face.verifyConsistency({ ...sizes, proof: tree.proveConsistency(13) }),
    read: face.verifyConsistency({ ...sizes, proof: await face.proveConsistency({ size1: 13, size2: 40 }, read) }),
    hostile: [face.verifyInclusion(null as never), face.verifyConsistency({ ...sizes, proof: 7 as never })],
  };
}

async function chainFacts({
  createChain,
  formatSegmentHeader,
  parseSegmentHeader,
  verifyChain,
}: Face): Promise<unknown> {
  const origin = 'example.com/audit';
  const chain = createChain(origin);
  const header = parseSegmentHeader(formatSegmentHeader(chain.header()));
  const entries = ['first', 'second', 'third'].map(bytesOf).map((bytes) => ({ bytes, ...chain.append(bytes) }));
  const checkpoints = [chain.checkpoint()];
  const cut = await verifyChain([{ header, entries: entries.slice(0, 2) }], { origin, checkpoints });
  return {
    state: chain.state(),
    whole: await verifyChain([{ header, entries }], { origin, checkpoints }),
    cut: cut.findings.map(({ kind }) => kind),
  };
}

/** What a build computes, as plain data. */
export async function factsOf(
  face: Face,
): Promise<Readonly<Record<'vectors' | 'digests' | 'merkle' | 'chain', unknown>>> {
  return {
    vectors: await vectorFacts(face),
    digests: await digestFacts(face),
    merkle: await merkleFacts(face),
    chain: await chainFacts(face),
  };
}
