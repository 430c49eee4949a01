import { byCodeUnits, type ComponentDigest } from './graph.ts';

const BYTES = { sha512: 64, sha384: 48, sha256: 32, sha1: 20, md5: 16 } as const;
const ORDER = Object.keys(BYTES);

const isAlgorithm = (name: string): name is ComponentDigest['algorithm'] => Object.hasOwn(BYTES, name);

/** The order of digests in a graph: by algorithm, then by their text. */
export const strongestFirst = (a: ComponentDigest, b: ComponentDigest): number =>
  ORDER.indexOf(a.algorithm) - ORDER.indexOf(b.algorithm) || byCodeUnits(a.hex, b.hex);

/**
 * The digests of a Subresource Integrity text (`sha512-BASE64 sha1-BASE64`), strongest first; `undefined` when it has none that is
 * whole. Algorithms that no SBOM knows are left out.
 */
export function digestsOf(integrity: string): readonly ComponentDigest[] | undefined {
  const digests: ComponentDigest[] = [];
  for (const part of integrity.split(/\s+/)) {
    const [, algorithm = '', base64 = ''] = /^([a-z0-9]+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(part) ?? [];
    if (!isAlgorithm(algorithm)) continue;
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length !== BYTES[algorithm]) return undefined;
    digests.push({ algorithm, hex: bytes.toString('hex') });
  }
  return digests.length === 0 ? undefined : digests.toSorted(strongestFirst);
}
