import { createPublicKey, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DsseEnvelope,
  generateKeyPair,
  parsePublicKey,
  preAuthEncoding,
  sign as signDetached,
  signEnvelope,
  verifyEnvelope,
  type VerifyEnvelopeOptions,
} from '../../src/index.ts';
import { EMPTY_TYPE, PROTOCOL_VECTOR, REPOSITORY_VECTORS } from './dsse-vectors.ts';
import { RFC_8032 } from './known-keys.ts';

const { a, b } = RFC_8032;
const publicA = a.publicKey;
const publicB = b.publicKey;
const payload = new TextEncoder().encode('hello world');
const payloadType = 'application/vnd.example+json';
const now = new Date('2026-03-01T12:00:00.000Z');

function outcome(envelope: DsseEnvelope | string, options: Partial<VerifyEnvelopeOptions> = {}): unknown[] {
  const result = verifyEnvelope(envelope, { payloadType, keys: [publicA], now, ...options });
  return [result.verified, ...result.signatures.map(({ verdict }) => verdict)];
}

describe('the vectors of DSSE', () => {
  const base64url = (value: bigint): string =>
    Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toString('base64url');

  it('the one of the protocol verifies', () => {
    const { x, y, pae, envelope } = PROTOCOL_VECTOR;
    const jwk = { kty: 'EC', crv: 'P-256', x: base64url(x), y: base64url(y) };
    const key = parsePublicKey(
      createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString(),
    );
    expect(Buffer.from(preAuthEncoding(envelope.payloadType, payload)).toString()).toBe(pae);
    const result = verifyEnvelope(envelope, { payloadType: envelope.payloadType, keys: [key] });
    expect(result).toMatchObject({ verified: true, payload: Buffer.from('hello world') });
  });

  it.each(REPOSITORY_VECTORS)(
    '$id: accepted is $accept',
    ({ payload: body, type, signatures, trusts, threshold, accept }) => {
      const keys = trusts === 'a' ? [publicA] : [publicA, publicB];
      const envelope = { payload: body, payloadType: type, signatures };
      expect(verifyEnvelope(envelope, { payloadType: type, keys, threshold }).verified).toBe(accept);
    },
  );

  it('an empty type is not what anyone wants', () => {
    const result = verifyEnvelope(EMPTY_TYPE, { payloadType, keys: [publicA] });
    expect(result).toMatchObject({ verified: false, problem: 'other-payload-type', counted: 1 });
    expect(result).not.toHaveProperty('payload');
  });
});

describe('envelopes', () => {
  it.each(['ed25519', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const)('%s signatures verify', (algorithm) => {
    const { privateKey, publicKey } = generateKeyPair({ algorithm });
    const envelope = signEnvelope(payload, { payloadType, privateKey });
    const result = verifyEnvelope(JSON.stringify(envelope), { payloadType, keys: [publicKey] });
    expect(result).toMatchObject({ verified: true, payload: Buffer.from(payload), payloadType });
  });

  it('a payload is handed out only when enough keys have signed it', () => {
    const envelope = signEnvelope(payload, { payloadType, privateKey: a });
    const result = verifyEnvelope(envelope, { payloadType, keys: [publicA, publicB], threshold: 2 });
    expect(result).toMatchObject({ verified: false, problem: 'too-few-signatures', counted: 1, threshold: 2 });
    expect(JSON.stringify(result)).not.toContain('payload"');
    expect(outcome({ ...envelope, payload: 'AAAA' })).toEqual([false, 'bad-signature']);
    expect(outcome(envelope, { payloadType: ['one', 'another'] })).toEqual([false, 'counts']);
  });

  it('different keys count, each once', () => {
    const envelope = signEnvelope(payload, { payloadType, privateKey: [a, a, b] });
    const options = { keys: [publicA, publicB], threshold: 2 };
    expect(outcome(envelope, options)).toEqual([true, 'counts', 'repeated-key', 'counts']);
    expect(outcome(envelope, { keys: [publicB] })).toEqual([true, 'unknown-key', 'unknown-key', 'counts']);
  });

  it('one signature in all its forms counts once', () => {
    const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
    const message = preAuthEncoding(payloadType, payload);
    const raw = sign('sha256', message, { key: privateKey.key, dsaEncoding: 'ieee-p1363' });
    // ECDSA holds for the order of the curve minus s as well.
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = order - BigInt(`0x${raw.subarray(32).toString('hex')}`);
    const mirrored = Buffer.concat([raw.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
    const der = signEnvelope(payload, { payloadType, privateKey }).signatures;
    const signatures = [
      ...der,
      { sig: raw.toString('base64'), keyid: '' },
      { sig: raw.toString('base64url'), keyid: publicA.keyId.toUpperCase() },
      { sig: mirrored.toString('base64'), keyid: 'another' },
    ];
    const envelope = { payload: Buffer.from(payload).toString('base64'), payloadType, signatures };
    const keys = [publicA, publicKey];
    expect(outcome(envelope, { keys, threshold: 2 })).toEqual([
      false,
      'counts',
      'repeated-key',
      'repeated-key',
      'repeated-key',
    ]);
    const renamed = { ...envelope, signatures: der.map(({ sig }) => ({ sig, keyid: publicA.keyId })) };
    expect(outcome(renamed, { keys })).toEqual([false, 'bad-signature']);
  });

  it('the statement of a detached signature is no envelope of another type', async () => {
    const [made] = (await signDetached(payload, { privateKey: a })).signatures;
    const envelope = {
      payload: made?.statement ?? '',
      payloadType,
      signatures: [{ sig: made?.signature ?? '', keyid: a.keyId }],
    };
    expect(outcome(envelope)).toEqual([false, 'bad-signature']);
    const honest = { ...envelope, payloadType: 'application/vnd.holdfast.signature.v1+json' };
    expect(verifyEnvelope(honest, { payloadType, keys: [publicA] })).toMatchObject({ problem: 'other-payload-type' });
  });

  it.each([
    ['revoked', { revoked: true }, 'revoked-key'],
    ['not valid yet', { notBefore: new Date(now.getTime() + 1) }, 'key-not-yet-valid'],
    ['no longer valid', { notAfter: new Date(now.getTime() - 1) }, 'key-no-longer-valid'],
  ])('a key that is %s does not count', (_, limits, verdict) => {
    const envelope = signEnvelope(payload, { payloadType, privateKey: a });
    expect(outcome(envelope, { keys: [{ publicKey: publicA, ...limits }] })).toEqual([false, verdict]);
  });

  it('a key id of null, or none, or one of another tool is no hindrance', () => {
    const envelope = signEnvelope(payload, { payloadType, privateKey: b });
    const [{ sig } = { sig: '' }] = envelope.signatures;
    for (const signature of [{ sig }, { sig, keyid: null }, { sig, keyid: '' }, { sig, keyid: 'release-key' }]) {
      expect(outcome({ ...envelope, signatures: [signature] }, { keys: [publicA, publicB] })).toEqual([true, 'counts']);
    }
  });

  it('a payload of 16 MiB comes back', () => {
    const large = Buffer.alloc(16 << 20, 'x');
    const result = verifyEnvelope(signEnvelope(large, { payloadType, privateKey: a }), {
      payloadType,
      keys: [publicA],
    });
    expect(result.verified && Buffer.compare(result.payload, large)).toBe(0);
  });

  it('with any bit flipped, what verifies is the same payload', () => {
    const bytes = Buffer.from(JSON.stringify(signEnvelope(payload, { payloadType, privateKey: a })));
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        try {
          const result = verifyEnvelope(flipped, { payloadType, keys: [publicA] });
          // A flipped key id, or the name of that member, leaves the signature genuine: DSSE does not sign key ids.
          if (result.verified)
            expect([Buffer.from(result.payload), result.payloadType]).toEqual([Buffer.from(payload), payloadType]);
        } catch (error) {
          expect(error).toHaveProperty('code', 'INVALID_ENVELOPE');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what is refused', () => {
  const envelope = signEnvelope(payload, { payloadType, privateKey: a });
  const [signature] = envelope.signatures;
  const text = JSON.stringify(envelope);

  it.each<[string, unknown]>([
    ['no JSON', 'x'],
    ['an array', '[]'],
    ['a payload twice', text.replace('"payload"', '"payload":"","payload"')],
    ['a payload in mixed alphabets', { ...envelope, payload: '-_+/' }],
    ['a payload with stray bits', { ...envelope, payload: 'aGVsbG8gd29ybGR=' }],
    ['a payload that is a number', { ...envelope, payload: 1 }],
    ['a type that is an object', { ...envelope, payloadType: {} }],
    ['a type with half of a pair', { ...envelope, payloadType: 'x\ud83d' }],
    ['nesting without end', `{"payload":${'['.repeat(1_000_000)}`],
    ['signatures that are text', { ...envelope, signatures: 'x' }],
    ['a signature without sig', { ...envelope, signatures: [{ keyid: '' }] }],
    ['a very long sig', { ...envelope, signatures: [{ sig: 'A'.repeat(400) }] }],
    ['33 signatures', { ...envelope, signatures: Array.from({ length: 33 }, () => signature) }],
  ])('%s', (_, hostile) => {
    const attempt = (): unknown => verifyEnvelope(hostile as string, { payloadType, keys: [publicA] });
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_ENVELOPE' }));
  });

  it('an envelope without signatures is well formed, and does not count', () => {
    expect(outcome({ ...envelope, signatures: [] })).toEqual([false]);
  });

  it('options and payloads that make no sense', () => {
    const code = (name: string): unknown => expect.objectContaining({ code: name });
    const anything = payload as never;
    expect(() => signEnvelope(payload, { payloadType: '', privateKey: a })).toThrow(code('INVALID_OPTION'));
    expect(() => signEnvelope(payload, { payloadType: 'x\ud83d', privateKey: a })).toThrow(code('INVALID_OPTION'));
    expect(() => signEnvelope(payload, { payloadType, privateKey: [] })).toThrow(code('INVALID_OPTION'));
    expect(() => signEnvelope('text' as never, { payloadType, privateKey: a })).toThrow(code('INVALID_INPUT'));
    expect(() => signEnvelope(new Uint8Array((64 << 20) + 1), { payloadType, privateKey: a })).toThrow(
      code('INVALID_INPUT'),
    );
    expect(() => verifyEnvelope(anything, { payloadType: [], keys: [publicA] })).toThrow(code('INVALID_OPTION'));
    expect(() => verifyEnvelope(anything, { payloadType, keys: [] })).toThrow(code('INVALID_OPTION'));
  });
});
