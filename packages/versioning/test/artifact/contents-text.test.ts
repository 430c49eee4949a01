import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatContents, parseContents } from '../../src/index.ts';
import { anyContents, file, folder, sorted } from './contents.ts';

const CONTENTS = [file('bin/start', '#!/bin/sh\n', true), file('data/ölçü.txt', 'UTF-8 ✓\n'), folder('logs')];

const HEADER = '{"entries":1,"format":"holdfast-contents","size":1,"version":1}\n';
const LINE = `${JSON.stringify({
  digest: `sha256:${'0'.repeat(64)}`,
  executable: false,
  kind: 'file',
  path: 'a',
  size: 1,
})}\n`;

test('the text is what the format says, and stays so', () => {
  expect(formatContents(CONTENTS)).toBe(
    `{"entries":3,"format":"holdfast-contents","size":20,"version":1}
{"digest":"sha256:6a90f87f9ebd8a4a4ce27b2a1b39be64d0e2c8ba9b3d1e8f4b6e1b3d8c1f0a00","executable":true,"kind":"file","path":"bin/start","size":10}
`,
  );
});

test('a text and a list stand for each other, whatever the order of the list', () => {
  fc.assert(
    fc.property(anyContents, (contents) => {
      const sound = contents.filter(({ path, kind }) => kind === 'directory' || path !== 'nothing');
      const text = formatContents(sound);
      expect(parseContents(text)).toEqual(sorted(sound));
      expect(parseContents(Buffer.from(text))).toEqual(sorted(sound));
      expect(formatContents(sound.toReversed())).toBe(text);
    }),
  );
});
