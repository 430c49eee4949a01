import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { GENERATED } from '../../tools/generated.ts';
import { COMMANDS } from '../../src/commands/all.ts';

/** Text without what the formatter changes: widths of tables and columns. */
function bare(text: string): string {
  return text.replaceAll(/\s+/g, '').replaceAll(/-{3,}/g, '-');
}

test.each(Object.entries(GENERATED))('%s is up to date (else: pnpm --filter holdfast generate)', async (path, text) => {
  const written = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(bare(written) === bare(text())).toBe(true);
});

test('every command of the reference has an example that calls it', () => {
  for (const { path, examples } of COMMANDS) {
    for (const { call } of examples) expect(call.startsWith(`holdfast ${path.join(' ')}`)).toBe(true);
  }
});
