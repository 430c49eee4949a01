import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TOOL_VERSION } from '../../src/run/version.ts';

test('records name the version of this package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(TOOL_VERSION).toBe(version);
});
