import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deflated } from '../../src/archive/deflate.ts';
import { EXPORT } from '../fixtures/bundle.ts';
import { listOf } from '../fixtures/place.ts';
import { streamOf } from '../fixtures/stream-source.ts';
import { noise, originOf } from './archives.ts';

const TEXT = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `(${i}, 'guest ${(i * 7919) % 10_007}')\n`).join(''));

/** What the encoder gives, by level. Another value is another format: archives can't be made again then. */
const FROZEN = { 6: '5b651238fc07552c736f93caa4683623', 9: '52766baebc9082ed34e855ed89c38de0' } as const;

test.each([6, 9] as const)(
  'at level %i, the encoder gives the same bytes however its input is cut, and on every machine',
  async (level) => {
    const whole = Buffer.concat(await listOf(deflated(streamOf(TEXT, { pieceBytes: TEXT.length }), level)));
    expect(inflateRawSync(whole).equals(TEXT)).toBe(true);
    expect(createHash('sha256').update(whole).digest('hex').slice(0, 32)).toBe(FROZEN[level]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 600_000 }), async (pieceBytes) => {
        expect(Buffer.concat(await listOf(deflated(streamOf(TEXT, { pieceBytes }), level))).equals(whole)).toBe(true);
      }),
      { numRuns: 3 },
    );
  },
);

test('whatever is deflated comes back', async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc.nat(300_000).map(noise),
    fc.nat(600_000).map((n) => TEXT.subarray(0, n)),
  );
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      expect(inflateRawSync(Buffer.concat(await listOf(deflated(streamOf(bytes), 9)))).equals(bytes)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('a process that is killed while it exports leaves nothing under the name', async () => {
  const { place, repository } = await originOf({ large: Buffer.concat([TEXT, noise(30_000_000)]) }, {});
  await repository.close();
  const to = `${place.folder}/a.zip`;
  const child = spawn(process.execPath, [EXPORT, JSON.stringify({ ...place, to })], {
    stdio: 'inherit',
  });
  const closed = once(child, 'close');
  const isBegun = (): boolean => readdirSync(place.folder).some((name) => name.endsWith('.part'));
  for (let tries = 0; tries < 6000 && !isBegun(); tries++) await setTimeout(10);
  expect(isBegun()).toBe(true);
  child.kill('SIGKILL');
  await closed;
  expect(existsSync(to)).toBe(false);
});
