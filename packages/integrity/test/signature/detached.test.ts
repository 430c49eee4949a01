import { createPublicKey, sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  generateKeyPair,
  preAuthEncoding,
  type PrivateKey,
  sign,
  type SignatureDocument,
  type SignInput,
  type TrustedKey,
  verify,
  type VerifyOptions,
} from '../../src/index.ts';
import { RFC_8032 } from './known-keys.ts';

const content = new TextEncoder().encode('a release');
const now = new Date('2026-03-01T12:00:00.000Z');
const { a, b } = RFC_8032;
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);

async function verdicts(
  document: SignatureDocument,
  options: VerifyOptions,
  input: SignInput = content,
): Promise<unknown[]> {
  const { verified, signatures } = await verify(input, document, { now, ...options });
  return [verified, ...signatures.map(({ verdict }) => verdict)];
}

const publicA = a.publicKey;
const publicB = b.publicKey;

describe('sign', () => {
  it('writes the document that docs/formats/signature.md shows', async () => {
    const document = await sign(content, { privateKey: a, now, expiresAt: later(30) });
    expect(document).toEqual({
      format: 'holdfast-signature',
      version: 1,
      signatures: [
        {
          keyId: '06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9',
          statement: expect.any(String) as string,
          signature: 'yhbWzpj7LEUWCajKEFBnbj034MJE2RZmzAb+ed7pm8FaoNgJHCXnXsHYB59T4H9DJBJhkBC0wqWKk64ZNcADDg==',
        },
      ],
    });
    const [made] = document.signatures;
    const page = readFileSync(new URL('../../../../docs/formats/signature.md', import.meta.url), 'utf8');
    const statement = Buffer.from(made?.statement ?? '', 'base64').toString();
    // There in lines.
    for (const value of [made?.keyId, made?.signature, statement]) expect(page.replaceAll(',\n', ',')).toContain(value);
    expect(statement).toBe(
      '{"digest":"sha256:e9edfb8e46f891370bda2772760ae14bc1572a2ce9263368cd5282dac3241eb8","size":9,"keyId":"06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9","signedAt":"2026-03-01T12:00:00.000Z","expiresAt":"2026-03-31T12:00:00.000Z"}',
    );
  });

  it.each([
    ['no key', { privateKey: [] }],
    ['an expiry before the signing time', { privateKey: a, now, expiresAt: now }],
    ['an invalid time', { privateKey: a, now: new Date(Number.NaN) }],
    ['a time that the format does not have', { privateKey: a, expiresAt: new Date(Date.UTC(10_000, 0)) }],
  ])('%s is refused', async (_, options) => {
    await expect(sign(content, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('text and missing files are refused', async () => {
    const text = 'text' as unknown as Uint8Array;
    await expect(sign(text, { privateKey: a })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const missing = sign({ path: 'missing/file' }, { privateKey: a });
    await expect(missing).rejects.toMatchObject({
      code: 'READ_FAILED',
      cause: expect.objectContaining({ code: 'ENOENT' }) as Error,
    });
  });

  it('a signal ends it', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    for (const input of [[content], new Blob([content])]) {
      await expect(sign(input, { privateKey: a, signal })).rejects.toThrow('stop');
    }
  });
});

describe('verify', () => {
  it.each(['ed25519', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const)('%s signatures verify', async (algorithm) => {
    const { privateKey, publicKey } = generateKeyPair({ algorithm });
    const document = await sign(content, { privateKey, now });
    expect(await verdicts(document, { keys: [publicKey] })).toEqual([true, 'counts']);
    expect(await verdicts(document, { keys: [publicKey] }, new Uint8Array(3))).toEqual([false, 'other-content']);
  });

  it('bytes, streams and files with the same content have the same signature', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sign-'));
    const path = join(folder, 'file');
    await writeFile(path, content);
    const document = await sign({ path }, { privateKey: a, now });
    const pieces = [content.subarray(0, 3), content.subarray(3)];
    for (const input of [content, pieces, ReadableStream.from(pieces), new Blob(pieces), { path }] as SignInput[]) {
      expect(await verdicts(document, { keys: [publicA] }, input)).toEqual([true, 'counts']);
    }
    await rm(folder, { recursive: true });
  });

  it('takes the document as an object, text and bytes', async () => {
    const text = JSON.stringify(await sign(content, { privateKey: a, now }), undefined, 2);
    for (const form of [text, new TextEncoder().encode(text)]) {
      expect((await verify(content, form, { keys: [publicA], now })).verified).toBe(true);
    }
  });

  it('tells when a genuine signature was made', async () => {
    const document = await sign(content, { privateKey: a, now, expiresAt: later(1) });
    const { signatures } = await verify(content, document, { keys: [publicA], now });
    expect(signatures[0]).toMatchObject({ keyId: a.keyId, signedAt: now, expiresAt: later(1) });
  });

  it('an empty content has a signature, too', async () => {
    const document = await sign(new Uint8Array(), { privateKey: a, now });
    expect(await verdicts(document, { keys: [publicA] }, [])).toEqual([true, 'counts']);
  });
});

describe('thresholds', () => {
  it('different keys count, each once', async () => {
    const first = await sign(content, { privateKey: a, now });
    const both = await sign(content, { privateKey: b, addTo: first, now });
    const twice = await sign(content, { privateKey: a, addTo: JSON.stringify(first), now });
    const options = { keys: [publicA, publicB], threshold: 2 };
    expect(await verdicts(both, options)).toEqual([true, 'counts', 'counts']);
    expect(await verdicts(twice, options)).toEqual([false, 'counts', 'repeated-key']);
    expect(await verdicts(both, { keys: [publicB] })).toEqual([true, 'unknown-key', 'counts']);
  });

  it('a key whose point is written in two forms is one key', async () => {
    const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
    const spki = publicKey.key.export({ type: 'spki', format: 'der' });
    const odd = (spki.at(-1) ?? 0) & 1;
    // SEQUENCE, its length, the algorithm, BIT STRING, its length, no unused bits, the sign of y, x.
    const head = [Buffer.of(0x30, 57), spki.subarray(2, 23), Buffer.of(0x03, 34, 0, 2 | odd)];
    const key = createPublicKey({ key: Buffer.concat([...head, spki.subarray(27, 59)]), type: 'spki', format: 'der' });
    const keys = [publicKey, { ...publicKey, keyId: publicA.keyId, key }];
    const document = await sign(content, { privateKey: [privateKey, privateKey], now });
    expect(await verdicts(document, { keys })).toEqual([true, 'counts', 'repeated-key']);
    await expect(verify(content, document, { keys, threshold: 2, now })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await verdicts(document, { keys: [...keys, publicA], threshold: 2 })).toEqual([
      false,
      'counts',
      'repeated-key',
    ]);
  });

  it('a key that is listed twice is one key, under whatever id', async () => {
    const renamed = { ...publicA, keyId: publicB.keyId };
    const document = await sign(content, { privateKey: [a, b], now });
    const options = { keys: [publicA, { publicKey: publicA }, renamed], threshold: 2, now };
    await expect(verify(content, document, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await verdicts(document, { keys: [renamed] })).toEqual([true, 'counts', 'unknown-key']);
  });

  it.each([
    ['no keys', { keys: [] }],
    ['a threshold of 0', { keys: [publicA], threshold: 0 }],
    ['a threshold of 1.5', { keys: [publicA, publicB], threshold: 1.5 }],
    ['more than there are keys', { keys: [publicA], threshold: 2 }],
    ['an invalid notAfter', { keys: [{ publicKey: publicA, notAfter: new Date('never') }] }],
  ])('%s is refused', async (_, options) => {
    const document = await sign(content, { privateKey: a });
    await expect(verify(content, document, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('time and revocation', () => {
  const trusted = (limits: Partial<TrustedKey>): VerifyOptions => ({ keys: [{ publicKey: publicA, ...limits }] });

  it.each([
    ['within its validity', { notBefore: later(-1), notAfter: later(1) }, 'counts'],
    ['at the very ends of it', { notBefore: now, notAfter: now }, 'counts'],
    ['before it', { notBefore: later(1) }, 'key-not-yet-valid'],
    ['after it', { notAfter: later(-1) }, 'key-no-longer-valid'],
    ['with a revoked key', { revoked: true }, 'revoked-key'],
    ['before its key was revoked', { revoked: true, notAfter: later(100) }, 'revoked-key'],
  ] as const)('a signature made %s: %#', async (_, limits, verdict) => {
    const document = await sign(content, { privateKey: a, now });
    expect(await verdicts(document, trusted(limits))).toEqual([verdict === 'counts', verdict]);
  });

  it('what a retired key has signed in its time stays valid', async () => {
    const document = await sign(content, { privateKey: a, now });
    expect(await verdicts(document, { ...trusted({ notAfter: later(1) }), now: later(999) })).toEqual([true, 'counts']);
  });

  it('of two entries of one key, both bind', async () => {
    const document = await sign(content, { privateKey: a, now });
    const keys = [{ publicKey: publicA, notAfter: later(-1) }, publicA];
    expect(await verdicts(document, { keys })).toEqual([false, 'key-no-longer-valid']);
    const revoked = [publicA, { publicKey: publicA, revoked: true }, publicA];
    expect(await verdicts(document, { keys: revoked })).toEqual([false, 'revoked-key']);
  });

  it('a signature ends when it expires', async () => {
    const document = await sign(content, { privateKey: a, now, expiresAt: later(1) });
    const keys = [publicA];
    expect(await verdicts(document, { keys, now: new Date(later(1).getTime() - 1) })).toEqual([true, 'counts']);
    expect(await verdicts(document, { keys, now: later(1) })).toEqual([false, 'expired']);
  });

  it('a signer may be five minutes ahead, and no more', async () => {
    const keys = [publicA];
    const ahead = async (ms: number): Promise<unknown[]> =>
      await verdicts(await sign(content, { privateKey: a, now: new Date(now.getTime() + ms) }), { keys });
    expect(await ahead(300_000)).toEqual([true, 'counts']);
    expect(await ahead(300_001)).toEqual([false, 'signed-in-the-future']);
  });
});

/** A document with any statement at all, signed in the right way. */
function signedText(
  text: string,
  key: PrivateKey,
  type = 'application/vnd.holdfast.signature.v1+json',
): SignatureDocument {
  const statement = Buffer.from(text);
  const signature = signBytes(null, preAuthEncoding(type, statement), key.key);
  const encoded = { statement: statement.toString('base64'), signature: signature.toString('base64') };
  return { format: 'holdfast-signature', version: 1, signatures: [{ keyId: key.keyId, ...encoded }] };
}

describe('forgeries', () => {
  const digest = 'sha256:e9edfb8e46f891370bda2772760ae14bc1572a2ce9263368cd5282dac3241eb8';
  const good = { digest, size: content.length, keyId: a.keyId, signedAt: now.toISOString() };

  it('the statement is the one that the tests below change', async () => {
    expect(await verdicts(signedText(JSON.stringify(good), a), { keys: [publicA] })).toEqual([true, 'counts']);
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', '[]'],
    ['a member twice', JSON.stringify(good).replace('{', '{"size":9,')],
    ['a member too many', JSON.stringify({ ...good, note: '' })],
    ['the key id of another', JSON.stringify({ ...good, keyId: b.keyId })],
    ['a negative size', JSON.stringify({ ...good, size: -1 })],
    ['a broken size', JSON.stringify({ ...good, size: 1.5 })],
    ['a size in text', JSON.stringify({ ...good, size: '9' })],
    ['a size beyond 2^53 - 1', JSON.stringify({ ...good, size: 2 ** 53 })],
    ['a size without end', JSON.stringify(good).replace('"size":9', '"size":1e999')],
    ['a prototype', JSON.stringify(good).replace('{', '{"__proto__":{},')],
    ['a weak digest', JSON.stringify({ ...good, digest: 'md5:d41d8cd98f00b204e9800998ecf8427e' })],
    ['a vague time', JSON.stringify({ ...good, signedAt: '2026-03-01' })],
    ['an impossible time', JSON.stringify({ ...good, signedAt: '2026-02-30T00:00:00.000Z' })],
  ])('a genuine signature over a statement with %s does not count', async (_, text) => {
    expect(await verdicts(signedText(text, a), { keys: [publicA] })).toEqual([false, 'malformed-statement']);
  });

  it('content of another size is another one, whatever its digest', async () => {
    const other = signedText(JSON.stringify({ ...good, size: content.length + 1 }), a);
    expect(await verdicts(other, { keys: [publicA] })).toEqual([false, 'other-content']);
  });

  it('a signature made for another purpose does not count', async () => {
    const document = signedText(JSON.stringify(good), a, 'application/vnd.in-toto+json');
    expect(await verdicts(document, { keys: [publicA] })).toEqual([false, 'bad-signature']);
  });

  it('a signature under the name of another key does not count', async () => {
    const [signature] = (await sign(content, { privateKey: b, now })).signatures;
    const document = {
      ...(await sign(content, { privateKey: a, now })),
      signatures: [{ ...signature!, keyId: a.keyId }],
    };
    expect(await verdicts(document, { keys: [publicA] })).toEqual([false, 'bad-signature']);
  });

  it('a document with any bit flipped never verifies', async () => {
    const bytes = Buffer.from(JSON.stringify(await sign(content, { privateKey: a, now, expiresAt: later(1) })));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const outcome = await verify(content, flipped, { keys: [publicA], now }).catch((error: unknown) => error);
        expect(outcome).not.toHaveProperty('verified', true);
        if (outcome instanceof Error) expect(outcome).toHaveProperty('code', 'INVALID_SIGNATURE');
      }),
      { numRuns: 2000 },
    );
  });
});

it('an ECDSA signature counts as DER only', async () => {
  const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
  const document = await sign(content, { privateKey, now });
  const [made] = document.signatures;
  const message = preAuthEncoding(
    'application/vnd.holdfast.signature.v1+json',
    Buffer.from(made?.statement ?? '', 'base64'),
  );
  const raw = signBytes('sha256', message, { key: privateKey.key, dsaEncoding: 'ieee-p1363' });
  const changed = { ...document, signatures: [{ ...made, signature: raw.toString('base64') }] };
  expect(await verdicts(document, { keys: [publicKey] })).toEqual([true, 'counts']);
  expect(await verdicts(changed as typeof document, { keys: [publicKey] })).toEqual([false, 'bad-signature']);
});

describe('malformed documents', () => {
  it('a statement of 2,049 bytes is refused before anything is checked', async () => {
    const document = await sign(content, { privateKey: a, now });
    const signatures = document.signatures.map((each) => ({
      ...each,
      statement: Buffer.alloc(2049, 0x20).toString('base64'),
    }));
    await expect(verify(content, { ...document, signatures }, { keys: [publicA] })).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    });
  });

  const signature = { keyId: a.keyId, statement: 'e30=', signature: 'AAAA' };
  const document = { format: 'holdfast-signature', version: 1, signatures: [signature] };
  const text = JSON.stringify(document);

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['an array', []],
    ['text after the document', `${text}x`],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(text), Buffer.from([0xff])])],
    ['a byte order mark', `\uFEFF${text}`],
    ['another format', { ...document, format: 'other' }],
    ['a later version', { ...document, version: 2 }],
    ['a version in text', { ...document, version: '1' }],
    ['a member too many', { ...document, note: 1 }],
    ['a member twice', text.replace('"version"', '"version":1,"version"')],
    ['a member twice, once escaped', text.replace('"version"', String.raw`"\u0076ersion":1,"version"`)],
    ['a member twice further in', text.replace('"keyId"', '"keyId":"","keyId"')],
    ['no signatures', { ...document, signatures: [] }],
    ['signatures that are an object', { ...document, signatures: { 0: signature, length: 1 } }],
    ['too many signatures', { ...document, signatures: Array.from({ length: 65 }, () => signature) }],
    ['a signature in text', { ...document, signatures: ['x'] }],
    ['a short key id', { ...document, signatures: [{ ...signature, keyId: 'ab' }] }],
    ['a key id in capitals', { ...document, signatures: [{ ...signature, keyId: a.keyId.toUpperCase() }] }],
    ['a number for a signature', { ...document, signatures: [{ ...signature, signature: 1 }] }],
    ['base64 with stray bits', { ...document, signatures: [{ ...signature, signature: 'AB==' }] }],
    ['base64 without padding', { ...document, signatures: [{ ...signature, signature: 'AA' }] }],
    ['base64 with spaces', { ...document, signatures: [{ ...signature, signature: 'AA A' }] }],
    ['a statement that is too long', { ...document, signatures: [{ ...signature, statement: 'A'.repeat(4000) }] }],
    ['a text that is too long', text.padEnd(300_000)],
    ['deep nesting', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['deep nesting without end', '{"signatures":'.repeat(10_000)],
    [
      'an object that refers to itself',
      Object.assign(
        [],
        { self: {} },
        {
          toJSON: () => {
            throw new Error('no');
          },
        },
      ),
    ],
  ])('%s: refused', async (_, hostile) => {
    const work = verify(content, hostile as string, { keys: [publicA], now });
    await expect(work).rejects.toMatchObject({ code: 'INVALID_SIGNATURE' });
    await expect(work).rejects.toThrow(/^Expected a detached signature, got .{1,120}$/);
    const added = sign(content, { privateKey: a, addTo: (hostile ?? null) as string });
    await expect(added).rejects.toMatchObject({ code: 'INVALID_SIGNATURE' });
  });

  it('no more than 64 signatures are made', async () => {
    const privateKey = Array.from({ length: 65 }, () => a);
    await expect(sign(content, { privateKey })).rejects.toMatchObject({ code: 'INVALID_SIGNATURE' });
  });
});
