import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateTypes } from '../../src/index.ts';
import { scanForFlags, type ScanOptions, type ScanProgress } from '../../src/stale/index.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function scan(options: Partial<ScanOptions> = {}): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key, file, line } of scanForFlags({ folders: [folder], keys: ['a', 'b'], ...options }))
    found.push(`${relative(folder, file).split(sep).join('/')}:${line} ${key}`);
  return found;
}

describe('scanForFlags', () => {
  it('goes through folders by name, and gives each place', async () => {
    await write({
      'z.ts': "\n'a'",
      'src/deep/x.py': '"b" "a"',
      'src/y.go': '"b"',
      'readme.txt': "'a'",
      'src/Y.TS.bak': "'a'",
    });
    expect(await scan()).toEqual(['z.ts:2 a', 'src/y.go:1 b', 'src/deep/x.py:1 b', 'src/deep/x.py:1 a']);
  });

  it('takes single files, whatever their ending, and no file twice', async () => {
    await write({ 'src/x.ts': "'a'", 'page.tpl': "'b'" });
    const folders = ['src', 'src/x.ts', 'page.tpl', 'page.tpl'].map((name) => join(folder, name));
    expect(await scan({ folders })).toEqual(['src/x.ts:1 a', 'page.tpl:1 b']);
  });

  it('leaves out what tools make, what is no text, what is large, links, and the generated type', async () => {
    const types = generateTypes({ flags: { a: {}, b: {} } });
    await write({
      'node_modules/x/i.js': "'a'",
      'dist/i.js': "'a'",
      '.git/hooks/x.py': "'a'",
      'lib/vendor/i.rb': "'a'",
      'binary.ts': new Uint8Array([39, 97, 39, 0]),
      'large.js': `'a'${' '.repeat(2 * 1024 * 1024)}`,
      'flag-values.ts': types,
      'src/x.ts': "'a'",
    });
    await symlink(join(folder, 'src'), join(folder, 'linked'));
    const seen: ScanProgress[] = [];
    expect(await scan({ onProgress: (progress) => seen.push(progress) })).toEqual(['src/x.ts:1 a']);
    expect(seen.at(-1)).toEqual({ files: 1, bytes: 3, skipped: 3 });
  });

  it('reads UTF-16 that says so', async () => {
    const little = Buffer.from(`\uFEFF\n'a'`, 'utf16le');
    await write({ 'little.cs': little, 'big.cs': Buffer.from(little).swap16() });
    expect(await scan()).toEqual(['big.cs:2 a', 'little.cs:2 a']);
  });

  it('goes by patterns of what is wanted and what is not', async () => {
    await write({ 'x.ts': "'a'", 'x.test.ts': "'a'", 'old/x.ts': "'a'", 'src/old/y.ts': "'a'", 'src/z.tpl': "'a'" });
    expect(await scan({ exclude: ['*.test.ts', 'old'] })).toEqual(['x.ts:1 a']);
    expect(await scan({ exclude: ['src/**', './old/'] })).toEqual(['x.test.ts:1 a', 'x.ts:1 a']);
    expect(await scan({ exclude: [join(folder, 'x.ts'), '**/x.test.ts', 'src', 'old/?.ts'] })).toEqual([]);
    expect(await scan({ include: ['*.tpl', '**/y.*'] })).toEqual(['src/z.tpl:1 a', 'src/old/y.ts:1 a']);
  });

  it('gives the same for many files as for each alone', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `f${String(index).padStart(2, '0')}.ts`);
    await write(Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? "'a'" : "'b'"])));
    const all = await scan();
    expect(all).toEqual(names.map((name, index) => `${name}:1 ${index % 2 === 0 ? 'a' : 'b'}`));
  });

  it('says which folder is not there', async () => {
    await expect(scan({ folders: [join(folder, 'nowhere')] })).rejects.toMatchObject({
      code: 'UNREADABLE_SOURCES',
      message: `Expected source text in ${join(folder, 'nowhere')}, got ENOENT`,
    });
  });

  it.skipIf(process.getuid?.() === 0)('does not pass over what it may not read: the flag may be there', async () => {
    await write({ 'x.ts': "'a'" });
    await chmod(join(folder, 'x.ts'), 0);
    await expect(scan()).rejects.toMatchObject({ code: 'UNREADABLE_SOURCES' });
  });

  it('stops when it is told to, and when nobody wants more', async () => {
    await write(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}.ts`, "'a'"])));
    const stopping = new AbortController();
    const stopped = scan({ signal: stopping.signal, onProgress: ({ files }) => files === 3 && stopping.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    await expect(scan({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    for await (const { key } of scanForFlags({ folders: [folder], keys: ['a'] })) {
      expect(key).toBe('a');
      break;
    }
  });
});
