import { createHash, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  digest,
  generateKeyPair,
  type ModelBundle,
  type ModelTrust,
  type NamedDigest,
  openModelBundle,
  type OpenedModelBundle,
  parsePublicKey,
  signEnvelope,
  signModel,
  verifyModel,
} from '../../src/index.ts';
import { legacyEncoding } from '../../src/signature/legacy-pae.ts';
import {
  LEGACY_VECTOR,
  REFERENCE_HINT,
  REFERENCE_KEY,
  REFERENCE_VECTORS,
  type ReferenceVector,
} from './model-vectors.ts';

const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
const keys = [publicKey];
const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const payloadType = 'application/vnd.in-toto+json';
const predicateType = 'https://model_signing/signature/v1.0';

async function file(name: string, content: string = name): Promise<NamedDigest> {
  return { name, digest: await digest(new TextEncoder().encode(content)) };
}

const files = [await file('weights/b'), await file('a.txt'), await file('a/c')];
const bundle = signModel(files, { name: 'bert', privateKey, ignorePaths: ['model.sig', '.git'] });

it('what would be refused is not signed', () => {
  const refused = (options: object, code: string): void =>
    expect(() => signModel(files, { name: 'bert', privateKey, ...options })).toThrow(expect.objectContaining({ code }));
  refused({ ignorePaths: ['x'.repeat(5000)] }, 'INVALID_BUNDLE');
  refused({ name: '' }, 'INVALID_OPTION');
});

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing thrown';
}

interface SignedModel {
  readonly predicate: { readonly resources: readonly { name: string; algorithm: string; digest: string }[] };
  readonly subject: readonly { digest: { sha256: string } }[];
  readonly [member: string]: unknown;
}

function payloadOf({ dsseEnvelope }: ModelBundle): SignedModel {
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()) as SignedModel;
}

function referenceBundle({ statement, sig, hint }: ReferenceVector): ModelBundle {
  const payload = Buffer.from(JSON.stringify(statement, undefined, 2)).toString('base64');
  return {
    mediaType,
    // Before 1.1 there were other members, and none for the log.
    verificationMaterial: { publicKey: hint === undefined ? { keyDetails: 'PKIX_ECDSA_P384_SHA_384' } : { hint } },
    dsseEnvelope: { payload, payloadType, signatures: [{ sig, keyid: null }] },
  } as unknown as ModelBundle;
}

describe('bundles of the reference tool', () => {
  const trust = { keys: [parsePublicKey(REFERENCE_KEY)] };

  it.each(REFERENCE_VECTORS)('$release verifies', (vector) => {
    const opened = openModelBundle(referenceBundle(vector), trust);
    expect(opened).toMatchObject({ authentic: true, signer: { method: 'key', keyId: trust.keys[0]?.keyId } });
    const { predicate } = vector.statement as SignedModel;
    const resources = predicate.resources.map(({ name, digest: hex }) => ({ name, digest: `sha256:${hex}` }));
    expect(verifyModel(referenceBundle(vector), { ...trust, resources })).toMatchObject({ verified: true });
  });

  it('0.2.0 verifies with legacy: true, and only then', () => {
    const legacy = referenceBundle(LEGACY_VECTOR);
    expect(openModelBundle(legacy, trust)).toEqual({ authentic: false, problem: 'bad-signature' });
    const opened = openModelBundle(legacy, { ...trust, legacy: true });
    expect(opened.authentic && opened.model.resources.map(({ name }) => name)).toEqual(['signme-1', 'signme-2']);
  });

  it.each([
    ['the hash of the curve', 'sha384', true],
    ['SHA-256, as 0.2 did on every curve', 'sha256', true],
    ['another hash', 'sha512', false],
  ])('in the encoding of 0.2, signed with %s: accepted is %s', (_, hash, authentic) => {
    const pair = generateKeyPair({ algorithm: 'ecdsa-p384' });
    const payload = Buffer.from(JSON.stringify(LEGACY_VECTOR.statement));
    const sig = sign(hash, legacyEncoding(payloadType, payload), pair.privateKey.key);
    const legacy = {
      ...referenceBundle(LEGACY_VECTOR),
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType,
        signatures: [{ sig: sig.toString('base64'), keyid: '' }],
      },
    };
    expect(openModelBundle(legacy, { keys: [pair.publicKey], legacy: true }).authentic).toBe(authentic);
    expect(openModelBundle(legacy, { keys: [pair.publicKey] }).authentic).toBe(false);
  });

  it('names its key by the digest of the PEM, as ours do', () => {
    expect(createHash('sha256').update(parsePublicKey(REFERENCE_KEY).pem).digest('hex')).toBe(REFERENCE_HINT);
    const hint = createHash('sha256').update(publicKey.pem).digest('hex');
    expect(bundle.verificationMaterial).toEqual({ publicKey: { hint }, tlogEntries: [] });
  });
});

describe('signModel', () => {
  it('makes a bundle with the structure of the reference tool', () => {
    expect(Object.keys(bundle)).toEqual(['mediaType', 'verificationMaterial', 'dsseEnvelope']);
    expect(bundle.mediaType).toBe(mediaType);
    expect(bundle.dsseEnvelope).toEqual({
      payload: expect.any(String) as string,
      payloadType,
      signatures: [{ sig: expect.any(String) as string, keyid: '' }],
    });
    const digests = ['a/c', 'a.txt', 'weights/b'].map((name) => createHash('sha256').update(name).digest());
    expect(payloadOf(bundle)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'bert', digest: { sha256: createHash('sha256').update(Buffer.concat(digests)).digest('hex') } },
      ],
      predicateType,
      predicate: {
        serialization: {
          method: 'files',
          hash_type: 'sha256',
          allow_symlinks: false,
          ignore_paths: ['model.sig', '.git'],
        },
        resources: ['a/c', 'a.txt', 'weights/b'].map((name, index) => ({
          name,
          algorithm: 'sha256',
          digest: digests[index]?.toString('hex'),
        })),
      },
    });
  });

  it('sorts by the parts of paths and by code points, as Python does', async () => {
    // U+FF61 is before U+10000 by code points and after it in UTF-16.
    const names = ['a', 'a/b', 'a/b/c', 'a-b', 'a.txt', 'b', '\uFF61', '\u{10000}'];
    const shuffled = await Promise.all(names.toReversed().map(async (name) => await file(name)));
    const { predicate } = payloadOf(signModel(shuffled, { name: 'x', privateKey }));
    expect(predicate.resources.map(({ name }) => name)).toEqual(names);
  });

  it.each(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const)('%s keys sign models', (algorithm) => {
    const pair = generateKeyPair({ algorithm });
    const signed = signModel(files, { name: 'x', privateKey: pair.privateKey, allowSymlinks: true });
    const result = verifyModel(JSON.stringify(signed), { resources: files, keys: [pair.publicKey] });
    expect(result).toMatchObject({ verified: true, model: { name: 'x', serialization: { allowSymlinks: true } } });
  });

  it('blake2b and blake3 digests are signed under their names', async () => {
    for (const algorithm of ['blake2b', 'blake3'] as const) {
      const resources = [{ name: 'a', digest: await digest(new Uint8Array(1), { algorithm }) }];
      const signed = signModel(resources, { name: 'x', privateKey });
      expect(verifyModel(signed, { resources, keys })).toMatchObject({
        model: { serialization: { hashType: algorithm } },
      });
    }
  });

  it.each<[string, NamedDigest[], string]>([
    ['no files', [], 'INVALID_BUNDLE'],
    ['a file twice', [files[0]!, files[0]!], 'INVALID_BUNDLE'],
    ['a path that leads out', [{ ...files[0]!, name: '../a' }], 'INVALID_BUNDLE'],
    ['digests of two algorithms', [files[0]!, { name: 'z', digest: `blake3:${'0'.repeat(64)}` }], 'INVALID_BUNDLE'],
    [
      'an algorithm that the reference tool lacks',
      [{ name: 'z', digest: `sha512:${'0'.repeat(128)}` }],
      'INVALID_BUNDLE',
    ],
    ['a checksum', [{ name: 'z', digest: 'crc32:cbf43926' }], 'LEGACY_ALGORITHM'],
  ])('%s: refused', (_, resources, code) => {
    expect(codeOf(() => signModel(resources, { name: 'x', privateKey }))).toBe(code);
  });

  it('an Ed25519 key, which the reference tool does not know, is refused', () => {
    const ed25519 = generateKeyPair().privateKey;
    expect(codeOf(() => signModel(files, { name: 'x', privateKey: ed25519 }))).toBe('INVALID_OPTION');
  });
});

describe('verifyModel', () => {
  it('says which files differ, and how', async () => {
    const resources = [await file('a.txt'), await file('a/c', 'changed'), await file('new')];
    expect(verifyModel(bundle, { resources, keys })).toMatchObject({
      verified: false,
      problem: 'other-resources',
      differences: [
        { name: 'a/c', kind: 'changed' },
        { name: 'weights/b', kind: 'missing' },
        { name: 'new', kind: 'unexpected' },
      ],
    });
  });

  it('another key does not open a bundle, with or without a hint', () => {
    const other = { keys: [generateKeyPair({ algorithm: 'ecdsa-p256' }).publicKey] };
    expect(verifyModel(bundle, { ...other, resources: files })).toMatchObject({
      verified: false,
      problem: 'unknown-key',
    });
    const unnamed = { ...bundle, verificationMaterial: { publicKey: {} } } as unknown as ModelBundle;
    expect(openModelBundle(unnamed, other)).toEqual({ authentic: false, problem: 'bad-signature' });
    expect(openModelBundle(unnamed, { keys: [...other.keys, ...keys] })).toMatchObject({ authentic: true });
  });

  it.each([
    ['revoked', { revoked: true }, 'revoked-key'],
    ['not valid yet', { notBefore: new Date('2999-01-01') }, 'key-not-yet-valid'],
    ['no longer valid', { notAfter: new Date('2001-01-01') }, 'key-no-longer-valid'],
  ])('a key that is %s does not count', (_, limits, problem) => {
    expect(openModelBundle(bundle, { keys: [{ publicKey, ...limits }] })).toEqual({ authentic: false, problem });
  });

  it('somebody has to be trusted', () => {
    expect(codeOf(() => openModelBundle(bundle, {}))).toBe('INVALID_OPTION');
    expect(codeOf(() => openModelBundle(bundle, { keys: [] }))).toBe('INVALID_OPTION');
  });

  it('a signature over something else than a model is not one of a model', () => {
    const wrap = (type: string, text: string): ModelBundle => rewrapped(type, Buffer.from(text));
    const other = JSON.stringify({ ...payloadOf(bundle), predicateType: 'https://example.com/tested/v1' });
    expect(openModelBundle(wrap('text/plain', 'hello'), { keys })).toMatchObject({ problem: 'other-payload-type' });
    expect(openModelBundle(wrap(payloadType, other), { keys })).toMatchObject({ problem: 'other-predicate-type' });
    expect(codeOf(() => openModelBundle(wrap(payloadType, 'hello'), { keys }))).toBe('INVALID_STATEMENT');
  });
});

/** Anything at all, signed by the trusted key: what a publisher whose tool is broken or hostile may send. */
function rewrapped(type: string, payload: Uint8Array): ModelBundle {
  return { ...bundle, dsseEnvelope: signEnvelope(payload, { payloadType: type, privateKey }) };
}

function openSigned(change: (model: SignedModel) => unknown, trust: ModelTrust = { keys }): OpenedModelBundle {
  return openModelBundle(rewrapped(payloadType, Buffer.from(JSON.stringify(change(payloadOf(bundle))))), trust);
}

describe('hostile manifests under a genuine signature', () => {
  type Resource = Record<string, unknown>;
  /** Changes the resources, and makes the subject their digest again. */
  const withResources =
    (change: (resources: readonly Resource[]) => readonly Resource[]) =>
    (model: SignedModel): unknown => {
      const resources = change(model.predicate.resources);
      const hash = createHash('sha256');
      for (const each of resources) hash.update(Buffer.from(String(each['digest']), 'hex'));
      const subject = [{ name: 'bert', digest: { sha256: hash.digest('hex') } }];
      return { ...model, subject, predicate: { ...model.predicate, resources } };
    };
  const renamed = (name: unknown): ((model: SignedModel) => unknown) =>
    withResources(([first, ...rest]) => [{ ...first, name }, ...rest]);
  const serialized =
    (change: Resource): ((model: SignedModel) => unknown) =>
    (model) => ({
      ...model,
      predicate: {
        ...model.predicate,
        serialization: { ...(model.predicate as unknown as { serialization: Resource }).serialization, ...change },
      },
    });

  it('are made from one that is in order', () => {
    expect(openSigned((model) => model)).toMatchObject({ authentic: true });
    expect(openSigned(renamed('other'))).toMatchObject({ authentic: true });
    expect(openSigned(withResources((resources) => resources.toReversed()))).toMatchObject({ authentic: true });
  });

  it.each<[string, (model: SignedModel) => unknown, string]>([
    [
      'a subject that is not the digest of the resources',
      (m) => ({ ...m, subject: [{ name: 'x', digest: { sha256: '00' } }] }),
      'INVALID_BUNDLE',
    ],
    [
      'resources in another order than was digested',
      (m) => ({ ...m, predicate: { ...m.predicate, resources: m.predicate.resources.toReversed() } }),
      'INVALID_BUNDLE',
    ],
    [
      'a subject by another algorithm',
      (m) => ({ ...m, subject: [{ name: 'x', digest: { md5: '00' } }] }),
      'INVALID_BUNDLE',
    ],
    ['two subjects', (m) => ({ ...m, subject: [...m.subject, { ...m.subject[0], name: 'x' }] }), 'INVALID_BUNDLE'],
    ['a path to the parent', renamed('../../etc/passwd'), 'INVALID_BUNDLE'],
    ['a path to the parent within', renamed('a/../../b'), 'INVALID_BUNDLE'],
    ['an absolute path', renamed('/etc/passwd'), 'INVALID_BUNDLE'],
    ['a path of Windows', renamed(String.raw`..\b`), 'INVALID_BUNDLE'],
    ['a drive', renamed('C:b'), 'INVALID_BUNDLE'],
    ['a NUL', renamed('a\0b'), 'INVALID_BUNDLE'],
    ['an empty name', renamed(''), 'INVALID_BUNDLE'],
    ['a folder', renamed('a/'), 'INVALID_BUNDLE'],
    ['the folder itself, and others', renamed('.'), 'INVALID_BUNDLE'],
    ['a very long name', renamed('a'.repeat(5000)), 'INVALID_BUNDLE'],
    ['a name that is a number', renamed(1), 'INVALID_BUNDLE'],
    ['a file twice', withResources((all) => [...all, all[0]!]), 'INVALID_BUNDLE'],
    ['no files', withResources(() => []), 'INVALID_BUNDLE'],
    ['a file that is text', (m) => ({ ...m, predicate: { ...m.predicate, resources: ['a'] } }), 'INVALID_BUNDLE'],
    ['files that are an object', (m) => ({ ...m, predicate: { ...m.predicate, resources: {} } }), 'INVALID_BUNDLE'],
    ['a short digest', withResources(([first, ...rest]) => [{ ...first, digest: '00' }, ...rest]), 'INVALID_BUNDLE'],
    [
      'an unknown algorithm',
      withResources(([first, ...rest]) => [{ ...first, algorithm: 'md5' }, ...rest]),
      'UNSUPPORTED_BUNDLE',
    ],
    ['shards', serialized({ method: 'shards' }), 'UNSUPPORTED_BUNDLE'],
    ['no method', serialized({ method: undefined }), 'INVALID_BUNDLE'],
    ['another hash_type than that of its files', serialized({ hash_type: 'blake3' }), 'INVALID_BUNDLE'],
    ['no hash_type', serialized({ hash_type: undefined }), 'INVALID_BUNDLE'],
    [
      'one file by another algorithm',
      withResources(([first, ...rest]) => [{ ...first, algorithm: 'blake3' }, ...rest]),
      'INVALID_BUNDLE',
    ],
    ['links that are allowed in text', serialized({ allow_symlinks: 'false' }), 'INVALID_BUNDLE'],
    ['ignored paths in text', serialized({ ignore_paths: 'model.sig' }), 'INVALID_BUNDLE'],
    ['no serialization', (m) => ({ ...m, predicate: { resources: m.predicate.resources } }), 'INVALID_BUNDLE'],
    ['an older statement', (m) => ({ ...m, _type: 'https://in-toto.io/Statement/v0.1' }), 'INVALID_STATEMENT'],
  ])('%s: refused', (_, change, code) => {
    expect(codeOf(() => openSigned(change))).toBe(code);
  });

  it('paths that lead out are refused in the older form, too', () => {
    const legacy = (name: string) => (m: SignedModel) => ({
      ...m,
      predicateType: 'https://model_signing/Digests/v0.1',
      subject: [{ name, digest: m.subject[0]?.digest }],
    });
    const trust = { keys, legacy: true };
    expect(openSigned(legacy('a'), trust)).toMatchObject({ authentic: true, model: { name: '' } });
    expect(codeOf(() => openSigned(legacy('../a'), trust))).toBe('INVALID_BUNDLE');
    expect(openSigned(legacy('a'))).toMatchObject({ problem: 'other-predicate-type' });
  });
});

describe('hostile bundles', () => {
  const { verificationMaterial: material, dsseEnvelope: envelope } = bundle;
  const text = JSON.stringify(bundle);

  it.each<[string, unknown, string]>([
    ['nothing', '', 'INVALID_BUNDLE'],
    ['an array', [], 'INVALID_BUNDLE'],
    ['no type', { ...bundle, mediaType: undefined }, 'INVALID_BUNDLE'],
    [
      'an older version',
      { ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' },
      'UNSUPPORTED_BUNDLE',
    ],
    ['an envelope twice', text.replace('"dsseEnvelope"', '"dsseEnvelope":{},"dsseEnvelope"'), 'INVALID_BUNDLE'],
    ['no envelope', { ...bundle, dsseEnvelope: undefined }, 'INVALID_BUNDLE'],
    ['a bare signature', { ...bundle, dsseEnvelope: undefined, messageSignature: {} }, 'UNSUPPORTED_BUNDLE'],
    ['no material', { ...bundle, verificationMaterial: undefined }, 'INVALID_BUNDLE'],
    ['no kind of signer', { ...bundle, verificationMaterial: {} }, 'INVALID_BUNDLE'],
    [
      'two kinds of signer',
      { ...bundle, verificationMaterial: { ...material, x509CertificateChain: {} } },
      'INVALID_BUNDLE',
    ],
    [
      'a keyless signature',
      { ...bundle, verificationMaterial: { certificate: { rawBytes: '' } } },
      'UNSUPPORTED_BUNDLE',
    ],
    ['a hint that is an object', { ...bundle, verificationMaterial: { publicKey: { hint: {} } } }, 'INVALID_BUNDLE'],
    [
      'no certificates',
      { ...bundle, verificationMaterial: { x509CertificateChain: { certificates: [] } } },
      'INVALID_BUNDLE',
    ],
    [
      'too many certificates',
      {
        ...bundle,
        verificationMaterial: { x509CertificateChain: { certificates: Array.from({ length: 17 }, () => ({})) } },
      },
      'INVALID_BUNDLE',
    ],
    [
      'a certificate that is none',
      { ...bundle, verificationMaterial: { x509CertificateChain: { certificates: [{ rawBytes: 'MAA=' }] } } },
      'INVALID_BUNDLE',
    ],
    [
      'a huge certificate',
      {
        ...bundle,
        verificationMaterial: { x509CertificateChain: { certificates: [{ rawBytes: 'A'.repeat(50_000) }] } },
      },
      'INVALID_BUNDLE',
    ],
    ['no signature', { ...bundle, dsseEnvelope: { ...envelope, signatures: [] } }, 'INVALID_BUNDLE'],
    [
      'two signatures',
      { ...bundle, dsseEnvelope: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] } },
      'INVALID_BUNDLE',
    ],
    ['a payload that is not base64', { ...bundle, dsseEnvelope: { ...envelope, payload: '!' } }, 'INVALID_BUNDLE'],
  ])('%s: refused', (_, hostile, code) => {
    expect(codeOf(() => openModelBundle(hostile as string, { keys }))).toBe(code);
  });

  it('with any bit flipped, what is authentic is the same model', () => {
    const expected = openModelBundle(bundle, { keys });
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        try {
          const opened = openModelBundle(flipped, { keys });
          // The hint, like a key id, is no more than a hint.
          if (opened.authentic) expect(opened).toEqual(expected);
        } catch (error) {
          expect((error as { code?: unknown }).code).toMatch(/^(INVALID|UNSUPPORTED)_BUNDLE$/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('any JSON in any place is refused or not authentic', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('mediaType', 'verificationMaterial', 'dsseEnvelope'),
        fc.jsonValue(),
        (member, value) => {
          try {
            expect(openModelBundle({ ...bundle, [member]: value }, { keys }).authentic).toBe(false);
          } catch (error) {
            expect((error as { code?: unknown }).code).toMatch(/^(INVALID|UNSUPPORTED)_BUNDLE$/);
          }
        },
      ),
    );
  });
});
