import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyAlgorithm, Digest, digest, digestsEqual, parseDigest } from '../src/index.ts';

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const abcInBase64 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=';

const anyDigest = fc
  .constantFrom<readonly [AnyAlgorithm, number]>(
    ['sha256', 32],
    ['sha512', 64],
    ['blake2b', 64],
    ['blake3', 32],
    ['xxh3-128', 16],
    ['crc32', 4],
    ['sha1', 20],
    ['md5', 16],
  )
  .chain(([algorithm, length]) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Digest(algorithm, bytes)),
  );

describe('a digest', () => {
  it('reads back from its text form', () => {
    fc.assert(
      fc.property(anyDigest, (value) => {
        const read = parseDigest(value.toString(), { legacy: true });
        expect(read).toEqual(value);
        expect(digestsEqual(read, value)).toBe(true);
      }),
    );
  });

  it('reads back from its SRI form, which only SHA-2 has', () => {
    fc.assert(
      fc.property(anyDigest, (value) => {
        const hasSri = value.algorithm === 'sha256' || value.algorithm === 'sha512';
        expect(value.sri !== undefined).toBe(hasSri);
        if (value.sri !== undefined) expect(parseDigest(value.sri)).toEqual(value);
      }),
    );
  });

  it('is its text form in JSON and in templates', async () => {
    const value = await digest(new TextEncoder().encode('abc'));
    expect(JSON.stringify({ value })).toBe(`{"value":"sha256:${abc}"}`);
    expect(`${value}`).toBe(`sha256:${abc}`);
    expect(value.sri).toBe(`sha256-${abcInBase64}`);
  });

  it('gives out copies of its bytes, so that nobody can change it', () => {
    const value = parseDigest(`sha256:${abc}`);
    value.bytes.fill(0);
    expect(value.bytes[0]).toBe(0xba);
  });

  it('of the wrong length can not be made', () => {
    expect(() => new Digest('sha256', new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'INVALID_DIGEST' }));
  });
});

describe('parseDigest', () => {
  it('takes any case and gives lowercase', () => {
    expect(parseDigest(`sha256:${abc.toUpperCase()}`).hex).toBe(abc);
  });

  it.each([
    ['nothing', ''],
    ['no algorithm', abc],
    ['a space before', ` sha256:${abc}`],
    ['a line end after', `sha256:${abc}\n`],
    ['a digit too few', `sha256:${abc.slice(1)}`],
    ['a byte too many', `sha256:${abc}00`],
    ['a letter that is not hexadecimal', `sha256:${abc.slice(1)}g`],
    ['base64 in the place of hexadecimal', `sha256:${abcInBase64}`],
    ['base64 without its padding', `sha256-${abcInBase64.slice(0, -1)}`],
    ['base64 with stray bits at its end', `sha256-${abcInBase64.slice(0, -2)}1=`],
    ['base64url', `sha256-${abcInBase64.replace('/', '_')}`],
    ['an SRI option', `sha256-${abcInBase64}?ct=text/plain`],
    ['two digests', `sha256-${abcInBase64} sha256-${abcInBase64}`],
    ['a very long text', 'x'.repeat(100_000)],
  ])('%s is refused, and the message stays short', (_, text) => {
    const attempt = (): Digest => parseDigest(text);
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_DIGEST' }));
    expect(attempt).toThrow(/^.{1,200}$/s);
  });

  it('an unknown algorithm is named', () => {
    expect(() => parseDigest('sha3:00')).toThrow(expect.objectContaining({ code: 'UNKNOWN_ALGORITHM' }));
  });

  it.each(['md5:d41d8cd98f00b204e9800998ecf8427e', 'sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0='])(
    '%s is read only with legacy: true',
    (text) => {
      expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'LEGACY_ALGORITHM' }));
      expect(parseDigest(text, { legacy: true }).algorithm).toMatch(/^(md5|sha1)$/);
    },
  );
});

describe('digestsEqual', () => {
  it('is false for other bytes and for the same bytes of another algorithm', () => {
    const bytes = new Uint8Array(32);
    const other = Uint8Array.from(bytes).fill(1, 31);
    expect(digestsEqual(new Digest('sha256', bytes), new Digest('sha256', other))).toBe(false);
    expect(digestsEqual(new Digest('sha256', bytes), new Digest('blake3', bytes))).toBe(false);
    expect(digestsEqual(new Digest('sha256', bytes), new Digest('sha256', new Uint8Array(32)))).toBe(true);
  });
});
