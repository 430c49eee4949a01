import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signNote } from '../../src/chain/sign-checkpoint.ts';
import { openNote } from '../../src/chain/verify-checkpoint.ts';
import { type Checkpoint, createChain, generateKeyPair, signCheckpoint, verifyCheckpoint } from '../../src/index.ts';

const code = (expected: string): unknown => expect.objectContaining({ name: 'IntegrityError', code: expected });

/** An Ed25519 key from its seed, in the fixed frame of PKCS 8 (RFC 8410). */
function keyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

const name = 'example.com/audit';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const trusted = [{ name, publicKey }];
const chain = createChain(name);
chain.append(Buffer.from('an entry'));
const checkpoint = chain.checkpoint();
const text = signCheckpoint(checkpoint, { name, privateKey });

describe('the note of golang.org/x/mod/sumdb/note', () => {
  const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  const signer = { name: 'PeterNeumann', privateKey: keyOf(seed) };
  const keys = [{ name: 'PeterNeumann', publicKey: createPublicKey(signer.privateKey) }];
  const content =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${content}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

  it('is made byte for byte', () => {
    expect(signNote(content, signer)).toBe(note);
  });

  it('is opened, and is no checkpoint', () => {
    expect(openNote(note, keys)).toEqual({ text: content, signedBy: ['PeterNeumann'] });
    expect(() => verifyCheckpoint(note, keys)).toThrow(code('INVALID_CHECKPOINT'));
  });
});

describe('a signed checkpoint', () => {
  it('has the lines of tlog-checkpoint and reads back', () => {
    const lines = text.split('\n');
    expect(lines.slice(0, 4)).toEqual([name, '1', Buffer.from(checkpoint.root).toString('base64'), '']);
    expect(lines[4]).toMatch(/^— example\.com\/audit [A-Za-z0-9+/]{90}==$|^— example\.com\/audit [A-Za-z0-9+/]{91}=$/);
    expect(lines.slice(5)).toEqual(['']);
    expect(verifyCheckpoint(text, trusted)).toEqual({ ...checkpoint, signedBy: [name] });
  });

  it('reads back whatever its origin, size and root', () => {
    const origin = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 });
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(origin, fc.maxSafeNat(), hash, (any, size, root) => {
        fc.pre(![...any].some((character) => character < ' '));
        const signed = signCheckpoint({ origin: any, size, root }, { name, privateKey });
        expect(verifyCheckpoint(signed, trusted)).toMatchObject({ origin: any, size, root });
      }),
    );
  });

  it('is refused once one of its bits differs', () => {
    const bytes = Buffer.from(text);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(() => verifyCheckpoint(new TextDecoder().decode(flipped), trusted)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(?:INVALID|UNTRUSTED)_CHECKPOINT$/) as string }),
      );
    }
  });

  it('is refused where it is cut anywhere', () => {
    for (let end = 0; end < text.length; end++) {
      expect(() => verifyCheckpoint(text.slice(0, end), trusted)).toThrow(code('INVALID_CHECKPOINT'));
    }
  });
});

describe('keys', () => {
  const other = generateKeyPairSync('ed25519');
  const otherLine = signCheckpoint(checkpoint, { name: 'witness.example', privateKey: other.privateKey }).split(
    '\n',
  )[4];

  it('that are not trusted are passed over', () => {
    const both = `${text}${otherLine}\n`;
    expect(verifyCheckpoint(both, trusted).signedBy).toEqual([name]);
    const keys = [...trusted, { name: 'witness.example', publicKey: other.publicKey }];
    expect(verifyCheckpoint(both, keys).signedBy).toEqual([name, 'witness.example']);
    expect(() => verifyCheckpoint(both, [])).toThrow(code('UNTRUSTED_CHECKPOINT'));
    expect(() => verifyCheckpoint(text, [{ name, publicKey: other.publicKey }])).toThrow(code('UNTRUSTED_CHECKPOINT'));
    expect(() => verifyCheckpoint(text, [{ name: 'else', publicKey }])).toThrow(code('UNTRUSTED_CHECKPOINT'));
  });

  it('a wrong signature in the name of a trusted key spoils the others', () => {
    const line = text.split('\n')[4] as string;
    const second = signCheckpoint({ ...checkpoint, size: 2 }, { name, privateKey }).split('\n')[4] as string;
    expect(() => verifyCheckpoint(`${text}${second}\n`, trusted)).toThrow(code('UNTRUSTED_CHECKPOINT'));
    expect(verifyCheckpoint(`${text}${line}\n`, trusted).signedBy).toEqual([name]);
  });

  it('a signature below another empty line is one over all that is above', () => {
    const line = text.split('\n')[4] as string;
    expect(() => verifyCheckpoint(`${text}\n${line}\n`, trusted)).toThrow(code('UNTRUSTED_CHECKPOINT'));
    // Signed as it is, such a note has signature lines as its text, and is no checkpoint.
    expect(() => verifyCheckpoint(signNote(text, { name, privateKey }), trusted)).toThrow(code('INVALID_CHECKPOINT'));
  });

  it('a signature over extension lines counts, and they are passed over', () => {
    const lines = text.split('\n').slice(0, 3).join('\n');
    const extended = signNote(`${lines}\nan extension\n`, { name, privateKey });
    expect(verifyCheckpoint(extended, trusted).size).toBe(1);
  });

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u0085b', 'a\nb'])('%j is no name for one', (bad) => {
    expect(() => signCheckpoint(checkpoint, { name: bad, privateKey })).toThrow(code('INVALID_CHECKPOINT_KEY'));
    expect(() => verifyCheckpoint(text, [{ name: bad, publicKey }])).toThrow(code('INVALID_CHECKPOINT_KEY'));
  });

  it('of this package sign and verify, and make the notes that the same keys of node:crypto make', () => {
    const pair = generateKeyPair();
    const note = signCheckpoint(checkpoint, { name, privateKey: pair.privateKey });
    expect(signCheckpoint(checkpoint, { name, privateKey: pair.privateKey.key })).toBe(note);
    for (const key of [pair.publicKey, pair.publicKey.key]) {
      expect(verifyCheckpoint(note, [{ name, publicKey: key }]).signedBy).toEqual([name]);
    }
  });

  it('of this package on elliptic curves, or of the wrong half, are refused', () => {
    const ecdsa = generateKeyPair({ algorithm: 'ecdsa-p256' });
    const ed25519 = generateKeyPair();
    for (const key of [ecdsa.privateKey, ed25519.publicKey, { key: undefined }, { ...ed25519.privateKey, key: null }]) {
      expect(() => signCheckpoint(checkpoint, { name, privateKey: key as never })).toThrow(
        code('INVALID_CHECKPOINT_KEY'),
      );
    }
    for (const key of [ecdsa.publicKey, ed25519.privateKey]) {
      expect(() => verifyCheckpoint(text, [{ name, publicKey: key as never }])).toThrow(code('INVALID_CHECKPOINT_KEY'));
    }
  });

  it('of another kind are refused', () => {
    const x25519 = generateKeyPairSync('x25519');
    for (const key of [publicKey, x25519.privateKey, undefined]) {
      expect(() => signCheckpoint(checkpoint, { name, privateKey: key as never })).toThrow(
        code('INVALID_CHECKPOINT_KEY'),
      );
    }
    for (const key of [privateKey, x25519.publicKey, undefined]) {
      expect(() => verifyCheckpoint(text, [{ name, publicKey: key as never }])).toThrow(code('INVALID_CHECKPOINT_KEY'));
    }
  });
});

describe('what has no text form', () => {
  const signer = { name, privateKey };

  it.each([
    ['INVALID_CHECKPOINT', { ...checkpoint, size: -1 }],
    ['INVALID_CHECKPOINT', { ...checkpoint, size: 0.5 }],
    ['INVALID_HASH', { ...checkpoint, root: new Uint8Array(31) }],
    ['INVALID_ORIGIN', { ...checkpoint, origin: 'two\nlines' }],
  ])('is refused with %s', (expected, value: Checkpoint) => {
    expect(() => signCheckpoint(value, signer)).toThrow(code(expected));
  });

  const root = Buffer.from(checkpoint.root).toString('base64');

  it.each([
    ['no size', `a\n${root}\n`],
    ['a size with a zero in front', `a\n01\n${root}\n`],
    ['a negative size', `a\n-1\n${root}\n`],
    ['a size beyond 2^53 - 1', `a\n9007199254740992\n${root}\n`],
    ['a root in hexadecimal', `a\n1\n${'00'.repeat(32)}\n`],
    ['a short root', `a\n1\nAAAA\n`],
    ['a root without padding', `a\n1\n${root.slice(0, -1)}\n`],
    ['no origin', `\n1\n${root}\n`],
    ['an empty line after the root', `a\n1\n${root}\n\n`],
    ['nothing', '\n'],
  ])('is refused when it is read, signed as it is: %s', (_, content) => {
    expect(() => verifyCheckpoint(signNote(content, signer), trusted)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^INVALID_(?:CHECKPOINT|ORIGIN)$/) as string }),
    );
  });

  it('a note of 2^19 characters is read, and none of one more', () => {
    const lines = text.split('\n').slice(0, 3).join('\n');
    const noteOf = (length: number): string => {
      const filled = (filler: number): string => signNote(`${lines}\n${'x'.repeat(filler)}\n`, signer);
      return filled(length - filled(1).length + 1);
    };
    const [longest, longer] = [noteOf(2 ** 19), noteOf(2 ** 19 + 1)];
    expect([longest.length, longer.length]).toEqual([524_288, 524_289]);
    expect(verifyCheckpoint(longest, trusted).size).toBe(1);
    expect(() => verifyCheckpoint(longer, trusted)).toThrow(code('INVALID_CHECKPOINT'));
  });

  it('half of a surrogate pair is refused, although it has the same bytes as the character that stands for it', () => {
    const content = 'replaced: \ufffd\n';
    const note = signNote(content, signer);
    expect(openNote(note, trusted).text).toBe(content);
    expect(() => openNote(note.replace('\ufffd', '\ud83d'), trusted)).toThrow(code('INVALID_CHECKPOINT'));
    const witness = `— \ud83d ${text.split(' ').at(-1)}`;
    expect(verifyCheckpoint(text + witness.replace('\ud83d', '\ufffd'), trusted).signedBy).toEqual([name]);
    expect(() => verifyCheckpoint(text + witness, trusted)).toThrow(code('INVALID_CHECKPOINT'));
  });

  it.each([
    ['an empty line at the end', `${text}\n`],
    ['a signature that is cut', `${text}— ${name} AAAA\n`],
    ['text after the signatures', `${text}more\n`],
    ['line ends of Windows', text.replaceAll('\n', '\r\n')],
    ['a hyphen for the dash', text.replace('—', '-')],
    ['101 signatures', text + `${text.split('\n')[4]}\n`.repeat(100)],
    ['a very long text', text + 'x'.repeat(1 << 20)],
    ['no text', undefined],
  ])('is refused when it is read: %s', (_, content) => {
    expect(() => verifyCheckpoint(content as never, trusted)).toThrow(code('INVALID_CHECKPOINT'));
  });
});
