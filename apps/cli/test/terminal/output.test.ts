import { expect, test } from 'vitest';
import { createOutput, wantsColor } from '../../src/terminal/output.ts';
import { recordingStream } from '../support/streams.ts';

async function* manyLines(): AsyncGenerator<string> {
  for (let n = 0; n < 1_000_000; n++) yield `line ${n}`;
}

test('a listing stops when its reader went away', async () => {
  const stream = recordingStream({ failAfter: 100_000 });
  const output = createOutput(stream, false);
  await output.lines(manyLines());
  expect(output.closed).toBe(true);
  expect(stream.text.length).toBeLessThan(200_000);
});

test.each([
  [{ isTTY: true }, {}, true, true],
  [{ isTTY: false }, {}, true, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, true, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true, true],
  [{ isTTY: true }, {}, false, false],
  [{ isTTY: true }, { TERM: 'dumb' }, true, false],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, true, true],
  [{ isTTY: true }, { FORCE_COLOR: '0' }, true, false],
  [{ isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  [{ isTTY: true }, { FORCE_COLOR: '1' }, false, false],
])('%j with %j and the flag %s is coloured: %s', (stream, env, flag, colored) => {
  expect(wantsColor(stream, env, flag)).toBe(colored);
});
