import { generateKeyPair, type ModelBundle } from '@x/integrity';
import { describe, expect, it } from 'vitest';
import { signVersion } from '../../src/trust/sign-version.ts';
import type { VersionTrust } from '../../src/trust/trust-state.ts';
import { type VersionVerification, verifyVersion } from '../../src/trust/verify-version.ts';
import { versionWith } from '../support/model-version.ts';

const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
const version = versionWith({});
const signed = signVersion(version, { privateKey });
const known = (...bundles: readonly ModelBundle[]): VersionTrust => ({
  approvals: [],
  signatures: bundles.map((bundle) => ({ bundle, at: 5, by: 'ana' })),
});
const verified = (of: typeof version, ...bundles: readonly ModelBundle[]): VersionVerification =>
  verifyVersion(of, known(...bundles), { keys: [publicKey] });

describe('a signature', () => {
  it('is of one version of one model, with one content', () => {
    expect(verified(version, signed)).toMatchObject({ verified: true, signer: publicKey.keyId, signedAt: 5 });
    const problems = [
      { version: '1.2.0' },
      { model: 'other' },
      { digest: `sha256:${'b'.repeat(64)}` },
      { file: 'x.onnx' },
    ].map((more) => verified(versionWith({}, more), signed).problem);
    expect(problems).toEqual([
      'its signature is of "price@1.1.0"',
      'its signature is of "price@1.1.0"',
      'its signature is of another file',
      'its signature is of another file',
    ]);
  });

  it('that was changed, or is none, does not count, and another one does', () => {
    const payload = Buffer.from(JSON.stringify({ _type: 'what' })).toString('base64');
    const changed = { ...signed, dsseEnvelope: { ...signed.dsseEnvelope, payload } };
    expect(verified(version, changed).problem).toBe('the key that is named has not signed it');
    expect(verified(version, {} as ModelBundle).problem).toContain('Expected');
    expect(verified(version, changed, {} as ModelBundle, signed)).toMatchObject({ verified: true, signatures: 3 });
    expect(verified(version)).toMatchObject({ verified: false, problem: 'it is not signed', signatures: 0 });
  });
});
