import { describe, expect, it } from 'vitest';
import { createDigest, digest } from '../src/index.ts';

const bytes = new TextEncoder().encode('Holdfast');

describe('createDigest', () => {
  it.each(['sha256', 'blake3', 'xxh3-128', 'crc32'] as const)(
    '%s fed in pieces equals the whole',
    async (algorithm) => {
      const hasher = await createDigest(algorithm);
      hasher.update(bytes.subarray(0, 3)).update(new Uint8Array()).update(bytes.subarray(3));
      expect(`${hasher.digest()}`).toBe(`${await digest(bytes, { algorithm })}`);
    },
  );

  it.each(['sha256', 'blake3', 'xxh3-128', 'crc32'] as const)('two %s side by side do not mix', async (algorithm) => {
    const [one, other] = [await createDigest(algorithm), await createDigest(algorithm)];
    one.update(bytes);
    other.update(bytes.subarray(1));
    one.update(bytes);
    expect(`${one.digest()}`).toBe(`${await digest([bytes, bytes], { algorithm })}`);
    expect(`${other.digest()}`).toBe(`${await digest(bytes.subarray(1), { algorithm })}`);
  });

  it.each(['sha256', 'blake3', 'crc32'] as const)(
    '%s keeps nothing of memory that is used again',
    async (algorithm) => {
      const hasher = await createDigest(algorithm);
      const shared = Uint8Array.from(bytes);
      hasher.update(shared);
      shared.fill(0);
      expect(`${hasher.digest()}`).toBe(`${await digest(bytes, { algorithm })}`);
    },
  );

  it('a finished one takes no more bytes and gives no second digest', async () => {
    const hasher = await createDigest();
    hasher.digest();
    expect(() => hasher.update(bytes)).toThrow(expect.objectContaining({ code: 'DIGEST_FINISHED' }));
    expect(() => hasher.digest()).toThrow(expect.objectContaining({ code: 'DIGEST_FINISHED' }));
  });

  it('text is refused', async () => {
    const hasher = await createDigest();
    expect(() => hasher.update('text' as never)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('md5 wants legacy: true', async () => {
    await expect(createDigest('md5')).rejects.toMatchObject({ code: 'LEGACY_ALGORITHM' });
    expect((await createDigest('md5', { legacy: true })).digest().hex).toBe('d41d8cd98f00b204e9800998ecf8427e');
  });
});
