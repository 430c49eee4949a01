import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parsePrivateKey } from '@x/integrity';
import { expect, test } from 'vitest';
import { canonicalBytes, parseManifestBytes } from '../../src/release/manifest-bytes.ts';
import { signProvenance } from '../../src/release/provenance.ts';
import { FULL } from './manifests.ts';

/** RFC 8032 section 7.1, test 1, as PKCS#8 (RFC 8410). */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PKCS8 = Buffer.from(`302e020100300506032b657004220420${SEED}`, 'hex').toString('base64');
const KEY = parsePrivateKey(`-----BEGIN PRIVATE KEY-----\n${PKCS8}\n-----END PRIVATE KEY-----\n`);

const { signature: _, ...unsigned } = FULL;
/** Version 0 may still change: then this file changes with it, and the document. */
const golden = readFileSync(new URL('golden/release-0.txt', import.meta.url));
const document = readFileSync(new URL('../../../../docs/formats/release.md', import.meta.url), 'utf8');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the bytes of a manifest and its signature are frozen', async () => {
  const signature = await signProvenance(unsigned, KEY);
  expect(Buffer.from(canonicalBytes({ ...unsigned, signature }))).toEqual(golden);
  expect(parseManifestBytes(golden, FULL.version)).toEqual({ ...unsigned, signature });
});

test('the document has their digests', () => {
  for (const digest of [KEY.keyId, sha256(golden), sha256(canonicalBytes(unsigned))]) {
    expect(document).toContain(`\`${digest}\``);
  }
});
