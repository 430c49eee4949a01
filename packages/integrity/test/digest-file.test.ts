import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyAlgorithm, digest, digestFile } from '../src/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'integrity-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A file whose bytes follow from its length, so that a piece read twice or not at all shows. */
async function fileOf(length: number): Promise<{ path: string; bytes: Uint8Array }> {
  const bytes = Uint8Array.from({ length }, (_, index) => (index ^ (index >> 8) ^ (index >> 16)) & 0xff);
  const path = join(folder, `${length}.bin`);
  await writeFile(path, bytes);
  return { path, bytes };
}

describe('digestFile', () => {
  const mebibyte = 1 << 20;

  it.each([0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte, 5 * mebibyte + 12_345])(
    'a file of %i bytes has the digest of its bytes',
    async (length) => {
      const { path, bytes } = await fileOf(length);
      expect(`${await digestFile(path)}`).toBe(`${await digest(bytes)}`);
    },
  );

  it.each<AnyAlgorithm>(['blake3', 'xxh3-128', 'crc32', 'blake2b'])('%s works on files too', async (algorithm) => {
    const { path, bytes } = await fileOf(2 * mebibyte + 7);
    expect(`${await digestFile(path, { algorithm })}`).toBe(`${await digest(bytes, { algorithm })}`);
  });

  it('takes a file URL', async () => {
    const { path, bytes } = await fileOf(100);
    expect((await digestFile(pathToFileURL(path))).hex).toBe((await digest(bytes)).hex);
  });

  it('a missing file is reported with its path and the cause', async () => {
    const path = join(folder, 'missing');
    await expect(digestFile(path)).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining(path) as string,
      cause: expect.objectContaining({ code: 'ENOENT' }) as Error,
    });
  });

  it('a directory is reported, not hung on', async () => {
    await expect(digestFile(folder)).rejects.toMatchObject({ code: 'READ_FAILED' });
  });

  it('a signal that has fired ends it', async () => {
    const { path } = await fileOf(100);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(digestFile(path, { signal })).rejects.toThrow('stop');
  });

  it('a signal that fires meanwhile ends it', async () => {
    const { path } = await fileOf(5 * mebibyte);
    const controller = new AbortController();
    const work = digestFile(path, { signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(work).rejects.toThrow('stop');
  });
});
