import type { KeyObject } from 'node:crypto';

/**
 * The y coordinates of the points whose order divides the cofactor 8, in hexadecimal as keys have them: 32 bytes, least significant
 * first, the sign of x left out. Under such a key some signatures hold for every message, and anyone can make them.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** 2^255 - 19, the prime of the field: a coordinate is below it (RFC 8032 section 5.1.3), or one point has two forms. */
const PRIME = 2n ** 255n - 19n;

/** Whether a public Ed25519 key can be trusted at all. OpenSSL 3.0, with which some Nodes are built, takes any point. */
export function isSoundPoint(publicKey: KeyObject): boolean {
  const bytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  bytes.writeUInt8(bytes.readUInt8(31) & 0x7f, 31);
  const y = BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
  return y < PRIME && !SMALL_ORDER.has(bytes.toString('hex'));
}
