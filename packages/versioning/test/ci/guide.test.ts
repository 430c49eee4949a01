import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { planCi } from '../../src/index.ts';

test.each(planCi().files)(
  'the guide shows $path as it is made (else: pnpm --filter holdfast generate)',
  async ({ path, text }) => {
    const guide = await readFile(new URL('../../../../docs/guides/ci.md', import.meta.url), 'utf8');
    expect(guide.replaceAll('\r\n', '\n')).toContain(`\n\`${path}\`:\n\n\`\`\`yaml\n${text}\`\`\`\n`);
  },
);
