import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyAlgorithm, createManifest, formatSums, type Manifest, parseSums } from '../../src/index.ts';
import { makeTree } from '../tree-builder.ts';

const hasCoreutils = spawnSync('sha256sum', ['--version']).stdout?.includes('coreutils') === true;
if (!hasCoreutils) console.warn('GNU sha256sum is absent: sums are not compared with it');

const hex = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const other = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';

const oddNames = [
  'plain',
  'a b',
  ' leads',
  'trails ',
  '*star',
  '#hash',
  '-',
  '-dash',
  'new\nline',
  'car\rriage',
  String.raw`back\slash`,
  String.raw`\n`,
  'a) = b',
  'SHA256 (x) = y',
  'ä€😀',
  'tab\there',
];
const oddTree = { ...Object.fromEntries(oddNames.map((name, index) => [name, `${index}`])), folder: { inner: 'x' } };

const tools: readonly (readonly [AnyAlgorithm, string])[] = [
  ['sha256', 'sha256sum'],
  ['sha512', 'sha512sum'],
  ['blake2b', 'b2sum'],
  ['md5', 'md5sum'],
  ['sha1', 'sha1sum'],
];

const pathsOf = ({ entries }: Manifest): string[] => entries.map(({ path }) => path);
const nothingButSums = ({ entries }: Manifest): unknown =>
  entries.flatMap(({ path, pathBase64, kind, digest }) => (kind === 'file' ? [{ path, pathBase64, digest }] : []));

describe.runIf(hasCoreutils || process.env['CI'] !== undefined)('sums beside coreutils', () => {
  describe.each(tools)('%s', (algorithm, tool) => {
    it.each(['gnu', 'bsd'] as const)('%s sums of odd names are accepted', async (style) => {
      await using tree = await makeTree(oddTree);
      const manifest = await createManifest(tree.path, { algorithm, legacy: true });
      const run = spawnSync(tool, ['-c', '--strict'], { cwd: tree.path, input: formatSums(manifest, { style }) });
      expect({ status: run.status, stderr: `${run.stderr}` }).toEqual({ status: 0, stderr: '' });
      expect(`${run.stdout}`.match(/: OK$/gm)).toHaveLength(oddNames.length + 1);
    });

    it.each(['--text', '--tag', '--binary'])('sums that it writes with %s are read', async (flag) => {
      await using tree = await makeTree(oddTree);
      const names = [...oddNames, 'folder/inner'].map((name) => `./${name}`);
      const { stdout } = spawnSync(tool, [flag, ...names], { cwd: tree.path });
      const ours = await createManifest(tree.path, { algorithm, legacy: true });
      expect(nothingButSums(parseSums(stdout, { algorithm, legacy: true }))).toEqual(nothingButSums(ours));
    });
  });

  it.runIf(process.platform === 'linux')('names that are not UTF-8 go both ways', async () => {
    await using tree = await makeTree({});
    await writeFile(Buffer.concat([Buffer.from(`${tree.path}/bad`), Buffer.of(0xff, 0x5c)]), 'abc');
    const manifest = await createManifest(tree.path);
    const sums = formatSums(manifest);
    expect(spawnSync('sha256sum', ['-c', '--strict'], { cwd: tree.path, input: sums }).status).toBe(0);
    expect(nothingButSums(parseSums(sums))).toEqual(nothingButSums(manifest));
  });

  it('a line is taken exactly where sha256sum --strict takes it', async () => {
    await using tree = await makeTree({});
    const piece = fc.constantFrom(
      hex,
      hex.toUpperCase(),
      ' ',
      '  ',
      '*',
      '\\',
      '\t',
      'a',
      'b',
      'SHA256',
      '(',
      ')',
      '=',
      '#',
      '\\n',
      '\r',
    );
    const lines = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
    const shaped = fc
      .tuple(fc.constantFrom('', '\\', ' ', '#'), fc.array(piece, { maxLength: 4 }), fc.constantFrom('', ' ', '\\'))
      .chain(([before, name, after]) =>
        fc.constantFrom(
          `${before}${hex}  ${name.join('')}${after}`,
          `${before}SHA256 (${name.join('')}${after}) = ${hex}`,
          `${before}SHA256${after}(${name.join('')})=${hex}`,
        ),
      );
    fc.assert(
      fc.property(fc.oneof(lines, shaped), (line) => {
        // coreutils takes an empty name there, and then finds no such file.
        fc.pre(!line.includes('()'));
        const run = spawnSync('sha256sum', ['-c', '--strict', '--ignore-missing'], {
          cwd: tree.path,
          input: `${line}\n`,
          env: { ...process.env, LC_ALL: 'C' },
        });
        // A line that is sound fails for its file only: "no file was verified".
        const isTaken = `${run.stderr}`.includes('no file was verified');
        let ours: string | undefined;
        try {
          ours = pathsOf(parseSums(line, { algorithm: 'sha256' }))[0];
        } catch {
          ours = undefined;
        }
        expect({ line, taken: ours !== undefined }).toEqual({ line, taken: isTaken });
      }),
      { numRuns: 150 },
    );
  });
});

describe('parseSums', () => {
  it.each<[string, string, string]>([
    ['text mode', `${hex}  a b`, 'a b'],
    ['binary mode', `${hex} *a b`, 'a b'],
    ['a name with a star', `${hex}  *a`, '*a'],
    ['one blank, as of BSD -r', `${hex} a b`, 'a b'],
    ['upper case digits', `${hex.toUpperCase()}  a`, 'a'],
    ['leading blanks', ` \t${hex}  a`, 'a'],
    ['a tag', `SHA256 (a) = ${hex}`, 'a'],
    ['a tag of OpenSSL', `SHA256(a)= ${hex}`, 'a'],
    ['a tag of OpenSSL 3', `SHA2-256(a)= ${hex}`, 'a'],
    ['parentheses in a tagged name', `SHA256 (a) = (b)) = ${hex}`, 'a) = (b)'],
    ['escapes', `\\${hex}  a\\nb\\\\c\\r`, 'a\nb\\c\r'],
    ['escapes in a tagged line', String.raw`\SHA256 (a\\n) = ${hex}`, String.raw`a\n`],
    ['a backslash that is none', `${hex}  a\\nb`, 'a\\nb'],
    ['a line end of DOS', `${hex}  a\r\n`, 'a'],
    ['no line end', `${hex}  a`, 'a'],
    ['comments and blank lines', `# made by hand\n\n\r\n${hex}  a\n#`, 'a'],
    ['a byte order mark', `\ufeff${hex}  a`, 'a'],
    ['./ before the path', `${hex}  ./a//b/./c`, 'a/b/c'],
    ['dots that are a name', `${hex}  ...`, '...'],
  ])('%s is read', (_name, text, path) => {
    expect(parseSums(text)).toEqual({
      format: 'holdfast-manifest',
      version: 1,
      algorithm: 'sha256',
      scope: 'listed',
      entries: [{ path, kind: 'file', digest: `sha256:${hex}` }],
      problems: [],
    });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['the directory above', `${hex}  ../a`, 'UNSAFE_PATH'],
    ['the directory above, inside', `${hex}  a/../../b`, 'UNSAFE_PATH'],
    ['the directory above, at the end', `${hex}  a/..`, 'UNSAFE_PATH'],
    ['the directory above, in a tag', `SHA256 (../a) = ${hex}`, 'UNSAFE_PATH'],
    ['an absolute path', `${hex}  /etc/passwd`, 'UNSAFE_PATH'],
    ['a path of 60000 bytes and more', `${hex}  ${'a/'.repeat(40_000)}a`, 'TOO_LARGE'],
    ['a line of a million bytes', 'f'.repeat(1_000_000), 'TOO_LARGE'],
    ['a NUL', `${hex}  a\0b`, 'INVALID_MANIFEST'],
    ['UTF-16', Buffer.from(`${hex}  a\n`, 'utf16le'), 'INVALID_MANIFEST'],
    ['the standard input', `${hex}  -`, 'INVALID_MANIFEST'],
    ['a directory', `${hex}  a/`, 'INVALID_MANIFEST'],
    ['the directory itself', `${hex}  .`, 'INVALID_MANIFEST'],
    ['nothing', '', 'INVALID_MANIFEST'],
    ['only comments', '# a\n\n', 'INVALID_MANIFEST'],
    ['prose', 'See below\n', 'INVALID_MANIFEST'],
    ['an unknown escape', `\\${hex}  a\\tb`, 'INVALID_MANIFEST'],
    ['a cut off escape', `\\${hex}  a\\`, 'INVALID_MANIFEST'],
    ['a digit too few', `${hex.slice(1)}  a`, 'INVALID_MANIFEST'],
    ['a digit too few with a tag', `SHA256 (a) = ${hex.slice(1)}`, 'INVALID_MANIFEST'],
    ['an unknown tag', `WHIRLPOOL (a) = ${hex}`, 'INVALID_MANIFEST'],
    ['no name', `${hex} `, 'INVALID_MANIFEST'],
    ['no name in a tagged line', `SHA256 () = ${hex}`, 'INVALID_MANIFEST'],
    ['two digests of one file', `${hex}  a\n${other}  ./a`, 'INVALID_MANIFEST'],
    ['two algorithms', `SHA256 (a) = ${hex}\nSHA512 (b) = ${hex}${hex}`, 'INVALID_MANIFEST'],
    ['MD5', `${hex.slice(32)}  a`, 'LEGACY_ALGORITHM'],
    ['SHA-1 by its tag', `SHA1 (a) = ${hex.slice(24)}`, 'LEGACY_ALGORITHM'],
  ])('%s is refused', (_name, text, code) => {
    expect(() => parseSums(text)).toThrow(expect.objectContaining({ code }));
  });

  it('the message has the number of the line', () => {
    expect(() => parseSums(`${hex}  a\n# b\n\nnonsense`)).toThrow('line 4');
  });

  it('the same sum twice is one entry', () => {
    expect(pathsOf(parseSums(`${hex}  a\n${hex}  ./a`))).toEqual(['a']);
  });

  it('of lines with tags only those of the wanted algorithm count', () => {
    const text = `MD5 (a) = ${hex.slice(32)}\nSHA256 (a) = ${hex}\nSHA512 (a) = ${hex}${hex}`;
    const { algorithm, entries } = parseSums(text, { algorithm: 'sha256' });
    expect([algorithm, entries]).toEqual(['sha256', [{ path: 'a', kind: 'file', digest: `sha256:${hex}` }]]);
  });

  it('more than 256 MiB are refused before they are looked at', () => {
    const huge = new Uint8Array(256 * 1024 * 1024 + 1);
    expect(() => parseSums(huge)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('whatever the text, the result is a manifest or a typed error', () => {
    const codes = ['INVALID_MANIFEST', 'UNSAFE_PATH', 'LEGACY_ALGORITHM'];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uint8Array(),
          fc.string().map((text) => `${hex}  ${text}`),
        ),
        (text) => {
          try {
            for (const path of pathsOf(parseSums(text))) expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
          } catch (error) {
            expect(codes).toContain((error as { code?: string }).code);
          }
        },
      ),
    );
  });
});
