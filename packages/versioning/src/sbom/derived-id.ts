import { createHash } from 'node:crypto';

/** RFC 9562, appendix: the name space of URLs. */
const URLS = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

/**
 * A UUID of version 5 (RFC 9562, section 5.5) for a content: of the URL `urn:sha256:HEX` with its SHA-256. The same content always
 * has the same, and another one has another.
 */
export function derivedUuid(content: string): string {
  const name = `urn:sha256:${createHash('sha256').update(content).digest('hex')}`;
  const bytes = createHash('sha1').update(URLS).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
