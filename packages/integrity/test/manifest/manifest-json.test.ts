import { appendFileSync } from 'node:fs';
import { chmod, lutimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  createManifest,
  digest,
  digestManifest,
  digestTree,
  formatManifest,
  formatSums,
  type Manifest,
  parseManifest,
} from '../../src/index.ts';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { makeTree } from '../tree-builder.ts';

/** Written once and frozen: the format's version 1. */
const golden =
  '{"algorithm":"sha256","entries":[' +
  '{"kind":"directory","mode":493,"path":"folder"},' +
  '{"digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","kind":"file","mode":420,' +
  '"mtimeNs":"1700000000250000000","path":"folder/ä","size":3},' +
  '{"kind":"symlink","path":"link","target":"folder/ä"}],' +
  '"format":"holdfast-manifest","problems":[],"scope":"tree","version":1}';

const MAX_BYTES = 256 * 1024 * 1024;
const sound = JSON.parse(golden) as Manifest & { entries: Record<string, unknown>[] };
const altered = (alter: (copy: { entries: Record<string, unknown>[] } & Record<string, unknown>) => void): string => {
  const copy = structuredClone(sound) as unknown as { entries: Record<string, unknown>[] } & Record<string, unknown>;
  alter(copy);
  return JSON.stringify(copy);
};
const field = (index: number, name: string, value: unknown): string =>
  altered(({ entries }) => {
    (entries[index] as Record<string, unknown>)[name] = value;
  });

describe('a manifest as JSON', () => {
  it('is the frozen form, and reads back from it', async () => {
    await using tree = await makeTree({ folder: { ä: 'abc' }, link: { link: 'folder/ä' } });
    const manifest = await createManifest(tree.path);
    expect(formatManifest(manifest)).toBe(golden);
    expect(parseManifest(golden)).toEqual(manifest);
    expect((await digestManifest(manifest)).hex).toBe((await digest(Buffer.from(golden))).hex);
    expect((await digestManifest(manifest)).hex).toBe(
      'dae712cee8420ba9f9d2003057382aa7bc4b2f870dd022490d13884788a83278',
    );
  });

  it('blanks and the order of keys make no difference to its digest', async () => {
    const spaced = parseManifest(JSON.stringify({ ...sound, algorithm: sound.algorithm }, null, 2));
    expect(formatManifest(spaced)).toBe(golden);
  });

  it.each<[string, string, string]>([
    ['no JSON', '{', 'INVALID_MANIFEST'],
    ['a list', '[]', 'INVALID_MANIFEST'],
    ['null', 'null', 'INVALID_MANIFEST'],
    ['another format', altered((copy) => (copy['format'] = 'x')), 'INVALID_MANIFEST'],
    ['a later version', altered((copy) => (copy['version'] = 2)), 'INVALID_MANIFEST'],
    ['an unknown algorithm', altered((copy) => (copy['algorithm'] = 'toString')), 'INVALID_MANIFEST'],
    ['an unknown scope', altered((copy) => (copy['scope'] = 'x')), 'INVALID_MANIFEST'],
    ['an unknown field', altered((copy) => (copy['more'] = 1)), 'INVALID_MANIFEST'],
    ['no entries', altered((copy) => delete (copy as { entries?: unknown }).entries), 'INVALID_MANIFEST'],
    ['an entry that is null', altered(({ entries }) => (entries[0] = null as never)), 'INVALID_MANIFEST'],
    ['an unknown field of an entry', field(0, 'owner', 1), 'INVALID_MANIFEST'],
    ['an unknown kind', field(0, 'kind', 'toString'), 'INVALID_MANIFEST'],
    ['a negative size', field(1, 'size', -1), 'INVALID_MANIFEST'],
    ['half a byte', field(1, 'size', 0.5), 'INVALID_MANIFEST'],
    ['a mode with a kind in it', field(1, 'mode', 0o100_644), 'INVALID_MANIFEST'],
    ['a time as a number', field(1, 'mtimeNs', 1), 'INVALID_MANIFEST'],
    ['a time with a leading zero', field(1, 'mtimeNs', '01'), 'INVALID_MANIFEST'],
    ['a digest of another algorithm', field(1, 'digest', `sha512:${'0'.repeat(128)}`), 'INVALID_MANIFEST'],
    ['a digest in upper case', field(1, 'digest', `sha256:${'A'.repeat(64)}`), 'INVALID_MANIFEST'],
    ['a file without digest', field(1, 'digest', undefined), 'INVALID_MANIFEST'],
    ['a size of a directory', field(0, 'size', 1), 'INVALID_MANIFEST'],
    ['a link without target', field(2, 'target', undefined), 'INVALID_MANIFEST'],
    ['half of a surrogate pair', field(2, 'target', '\ud800'), 'INVALID_MANIFEST'],
    ['entries out of order', altered(({ entries }) => entries.push(entries.shift() as never)), 'INVALID_MANIFEST'],
    ['a path twice', altered(({ entries }) => entries.push({ ...entries[2] })), 'INVALID_MANIFEST'],
    ['base64 of plain text', field(0, 'pathBase64', Buffer.from('folder').toString('base64')), 'INVALID_MANIFEST'],
    ['base64 that says another path than the text', field(0, 'pathBase64', '//8='), 'INVALID_MANIFEST'],
    ['base64 that is none', field(0, 'pathBase64', '***'), 'INVALID_MANIFEST'],
    [
      'base64 that leads out',
      field(0, 'pathBase64', Buffer.from('../\xff', 'latin1').toString('base64')),
      'UNSAFE_PATH',
    ],
    ['the directory above', field(0, 'path', '../a'), 'UNSAFE_PATH'],
    ['an absolute path', field(0, 'path', '/etc'), 'UNSAFE_PATH'],
    ['a path with a NUL', field(0, 'path', 'a\0'), 'UNSAFE_PATH'],
    [
      'a problem with a text for reason',
      altered((copy) => (copy['problems'] = [{ path: 'a', reason: 'see below' }])),
      'INVALID_MANIFEST',
    ],
    ['a problem outside', altered((copy) => (copy['problems'] = [{ path: '..', reason: 'EIO' }])), 'UNSAFE_PATH'],
  ])('%s is refused, reading and writing', (_name, text, code) => {
    expect(() => parseManifest(text)).toThrow(expect.objectContaining({ code }));
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return;
    }
    expect(() => formatManifest(value as Manifest)).toThrow(expect.objectContaining({ code }));
    expect(() => formatSums(value as Manifest)).toThrow(expect.objectContaining({ code }));
  });

  it('more than 256 MiB are refused before they are parsed', () => {
    for (const source of [' '.repeat(MAX_BYTES + 1), 'é'.repeat(MAX_BYTES / 2 + 1), new Uint8Array(MAX_BYTES + 1)]) {
      expect(() => parseManifest(source)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    }
  });

  it.each(IS_THOROUGH ? [1, 2] : [1])('what would be more than that is not written: %d such links', (count) => {
    const target = 'x'.repeat(MAX_BYTES);
    const links = Array.from({ length: count }, (_, index) => ({ kind: 'symlink' as const, path: `${index}`, target }));
    expect(() => formatManifest({ ...sound, entries: links })).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('bytes and a byte order mark make no difference, but what is not UTF-8 is refused', () => {
    const bytes = Buffer.from(golden, 'utf8');
    for (const source of [bytes, `\ufeff${golden}`, Buffer.from(`\ufeff${golden}`, 'utf8')]) {
      expect(parseManifest(source)).toEqual(sound);
    }
    for (const source of [Buffer.from(`\ufeff\ufeff${golden}`, 'utf8'), bytes.with(bytes.indexOf('ä'), 0xff)]) {
      expect(() => parseManifest(source)).toThrow(expect.objectContaining({ code: 'INVALID_MANIFEST' }));
    }
  });

  it('fields that are undefined are as good as absent', () => {
    const entries = sound.entries.map((entry) => ({ ...entry, pathBase64: undefined }));
    expect(formatManifest({ ...sound, entries: entries })).toBe(golden);
    expect(golden).toBe(canonicalJson(sound));
  });
});

describe('digestTree', () => {
  it('is the digest of the canonical manifest without times', async () => {
    await using tree = await makeTree({ a: 'abc', b: { c: '' } });
    const manifest = await createManifest(tree.path);
    const timeless = { ...manifest, entries: manifest.entries.map((entry) => ({ ...entry, mtimeNs: undefined })) };
    expect(`${await digestTree(tree.path)}`).toBe(`${await digest(Buffer.from(formatManifest(timeless)))}`);
    expect(`${await digestTree(tree.path)}`).toBe(`${await digestManifest(manifest, { ignore: ['mtime'] })}`);
  });

  it('equal trees have equal digests, at another place and time and made in another order', async () => {
    await using one = await makeTree({ a: 'abc', b: { c: 'x', d: { link: 'c' } } });
    await using other = await makeTree({ b: { d: { link: 'c' }, c: 'x' }, a: 'abc' });
    await lutimes(join(other.path, 'a'), 1, 1);
    expect(`${await digestTree(one.path)}`).toBe(`${await digestTree(other.path)}`);
  });

  it('content, names, kinds, targets and modes count; modes only where they are not ignored', async () => {
    const digests = new Set<string>();
    const shapes = [{ a: 'x' }, { a: 'y' }, { b: 'x' }, { a: {} }, { a: { link: 'x' } }, { a: { link: 'y' } }, {}];
    for (const shape of shapes) {
      await using tree = await makeTree(shape);
      digests.add(`${await digestTree(tree.path)}`);
    }
    expect(digests.size).toBe(shapes.length);
    await using tree = await makeTree({ a: 'x' });
    const [strict, loose] = [await digestTree(tree.path), await digestTree(tree.path, { ignore: ['mode'] })];
    await chmod(join(tree.path, 'a'), 0o600);
    expect(`${await digestTree(tree.path)}`).not.toBe(`${strict}`);
    expect(`${await digestTree(tree.path, { ignore: ['mode'] })}`).toBe(`${loose}`);
  });

  it('a tree that can’t be read in full has no digest', async () => {
    await using tree = await makeTree({ log: new Uint8Array(2 << 20) });
    const work = digestTree(tree.path, {
      onProgress: ({ bytes }) => {
        if (bytes > 0) appendFileSync(join(tree.path, 'log'), 'x');
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'INCOMPLETE_TREE' });
  });
});
