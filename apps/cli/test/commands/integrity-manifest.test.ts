import { join } from 'node:path';
import { expect, test } from 'vitest';
import { integrityManifest } from '../../src/commands/integrity-manifest.ts';
import type { Context } from '../../src/program/context.ts';
import { createMessages } from '../../src/terminal/messages.ts';
import { createOutput } from '../../src/terminal/output.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordingStream } from '../support/streams.ts';
import { writeTree } from '../support/tree.ts';

test.each([
  ['json', true, /[^\n]\n$/],
  ['json', false, /[^\n]$/],
  ['sha256sums', true, /[^\n]\n$/],
  ['sha256sums', false, /[^\n]\n$/],
])('the line end of %s is for a terminal (%s) where the file has none', async (format, isTTY, end) => {
  const folder = await temporaryFolder();
  await writeTree(folder, { 'dist/a': 'abc' });
  const [out, err] = [recordingStream({ isTTY }), recordingStream()];
  const context = {
    workingDirectory: folder,
    output: createOutput(out, false),
    messages: createMessages(err, { color: false }),
    signal: new AbortController().signal,
    json: false,
    timed: (_what: string, step: () => Promise<unknown>) => step(),
  } as unknown as Context;
  expect(await integrityManifest.run(context, { arguments: [join(folder, 'dist')], options: { format } })).toBe(0);
  expect(out.text).toMatch(end);
});
