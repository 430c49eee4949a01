import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { type ArtifactContent, formatContents, parseContents } from '../../src/index.ts';
import { anyContents, file, folder, sorted } from './contents.ts';

const CONTENTS = [file('bin/start', '#!/bin/sh\n', true), file('data/ölçü.txt', 'UTF-8 ✓\n'), folder('logs')];

/** As `docs/formats/contents.md` has it. A change is a new version: lists that were signed can't be made again then. */
const FROZEN = `{"entries":3,"format":"holdfast-contents","size":20,"version":1}
{"digest":"sha256:a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf","executable":true,"kind":"file","path":"bin/start","size":10}
{"digest":"sha256:90722222113bdba343a098ea702d4ba2616a0fd67b32e0b50ea2893d69be7b9a","executable":false,"kind":"file","path":"data/ölçü.txt","size":10}
{"executable":false,"kind":"directory","path":"logs","size":0}
`;

test('the text is what the format says, and stays so', () => {
  expect(formatContents(CONTENTS)).toBe(FROZEN);
  expect(parseContents(FROZEN)).toEqual(CONTENTS);
});

test('a list of nothing has a text too', () => {
  expect(parseContents(formatContents([]))).toEqual([]);
});

test('a text and a list stand for each other, whatever the order of the list', () => {
  fc.assert(
    fc.property(anyContents, (contents) => {
      const text = formatContents(contents);
      expect(parseContents(text)).toEqual(sorted(contents));
      expect(parseContents(Buffer.from(text))).toEqual(sorted(contents));
      expect(formatContents(contents.toReversed())).toBe(text);
    }),
  );
});

const invalid = (finding: string): unknown =>
  expect.objectContaining({ code: 'INVALID_CONTENTS', message: expect.stringContaining(finding) as unknown });

const DIGEST = `sha256:${'0'.repeat(64)}`;
const LINE = `{"digest":"${DIGEST}","executable":false,"kind":"file","path":"a","size":1}\n`;
const HEADER = '{"entries":1,"format":"holdfast-contents","size":1,"version":1}\n';
const BLANK = '{"executable":false,"kind":"directory","path":"b","size":0}\n';

describe('a text that is not to the byte what is written', () => {
  test.each([
    ['an empty file', '', 'JSON in line 1'],
    ['another format', '{"format":"other"}\n', 'of the format holdfast-contents'],
    ['no object', 'null\n', 'of the format holdfast-contents'],
    ['a later version', HEADER.replace('"version":1', '"version":2'), 'of version 1, got 2'],
    ['a line too few', HEADER, 'the first line to be'],
    ['a line too many', HEADER + LINE + BLANK, 'the first line to be'],
    ['another size of all', HEADER.replace('"size":1', '"size":2') + LINE, 'the first line to be'],
    [
      'a first line in another order',
      '{"format":"holdfast-contents","entries":1,"size":1,"version":1}\n' + LINE,
      'the first line',
    ],
    ['no line end', HEADER + LINE.trimEnd(), 'a line end after line 2'],
    ['line ends of Windows', (HEADER + LINE).replaceAll('\n', '\r\n'), 'canonical JSON in line 2'],
    ['a byte order mark', `\uFEFF${HEADER}${LINE}`, 'JSON in line 1'],
    ['an empty line', `${HEADER}\n`, 'JSON in line 2'],
    ['a line that was cut', `${HEADER}${LINE.slice(0, 40)}\n`, 'JSON in line 2'],
    ['blanks', HEADER + LINE.replaceAll('":', '": '), 'canonical JSON in line 2'],
    ['a field twice', HEADER + LINE.replace('"size":1', '"size":2,"size":1'), 'canonical JSON in line 2'],
    ['an escape that none needs', HEADER + LINE.replace('"a"', String.raw`"\u0061"`), 'canonical JSON in line 2'],
    ['a line without end', HEADER + '['.repeat(5000), 'a line end after line 2'],
    ['a long line', `${HEADER}${'['.repeat(5000)}\n`, 'at most 2048 characters in line 2'],
  ])('is refused: %s', (_, text, finding) => {
    expect(() => parseContents(text)).toThrow(invalid(finding));
    expect(() => parseContents(Buffer.from(text))).toThrow(invalid(finding));
  });

  test('is refused: bytes that are not UTF-8', () => {
    expect(() => parseContents(Buffer.from([0x7b, 0xff]))).toThrow(invalid('in UTF-8'));
  });
});

describe('an entry that no artefact can have', () => {
  const good = { path: 'a', kind: 'file', size: 1, executable: false, digest: DIGEST };
  test.each([
    ['no object', 5, 'an entry, got 5'],
    ['no path', { ...good, path: undefined }, 'a path in Unicode'],
    ['half of a surrogate pair', { ...good, path: '\ud800' }, 'a path in Unicode'],
    ['a path that leads elsewhere', { ...good, path: '../a' }, 'leads to the folder above'],
    ['a device of Windows', { ...good, path: 'nul' }, 'device'],
    ['another kind', { ...good, kind: 'link' }, 'a file or a folder'],
    ['a size below 0', { ...good, size: -1 }, 'a size in bytes'],
    ['half a byte', { ...good, size: 0.5 }, 'a size in bytes'],
    ['no executable bit', { ...good, executable: 1 }, 'an executable bit'],
    ['no digest', { ...good, digest: undefined }, 'a SHA-256'],
    ['another algorithm', { ...good, digest: `blake3:${'0'.repeat(64)}` }, 'a SHA-256'],
    ['digits in upper case', { ...good, digest: `sha256:${'A'.repeat(64)}` }, 'a SHA-256'],
    ['another field', { ...good, mode: 0o644 }, 'no other field'],
    ['content in a folder', { ...good, kind: 'directory' }, 'no content'],
    ['a digest of a folder', { ...good, kind: 'directory', size: 0 }, 'no content'],
  ])('is neither written nor read: %s', (_, entry, finding) => {
    expect(() => formatContents([entry as ArtifactContent])).toThrow(invalid(finding));
    const line = `${JSON.stringify(entry)}\n`;
    expect(() => parseContents(HEADER + line)).toThrow(invalid(finding));
  });

  test.each([
    ['a path twice', ['a', 'a'], 'each path once'],
    ['paths that differ in case', ['A', 'a'], 'do not count'],
    ['a file in a file', ['a', 'a/b'], 'which is a file'],
  ])('is neither written nor read: %s', (_, paths, finding) => {
    const entries = paths.map((path) => file(path, 'x'));
    expect(() => formatContents(entries)).toThrow(invalid(finding));
  });

  test('is not read in another order', () => {
    const [header, first, second] = formatContents([folder('a'), folder('b')]).split('\n');
    expect(() => parseContents([header, second, first, ''].join('\n'))).toThrow(invalid('bytewise order'));
  });
});

test('sizes that no number can hold together are refused', () => {
  const huge = ['a', 'b'].map((path) => ({ ...file(path, 'x'), size: Number.MAX_SAFE_INTEGER }));
  expect(() => formatContents(huge)).toThrow(invalid('added up'));
});
