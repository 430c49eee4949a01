import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandStrategy } from '../../../src/deploy/index.ts';
import { temporaryFolder } from '../../artifact/tree.ts';

const call = { version: '1.0.5', channel: 'staging' };
const node = (script: string, ...args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  '-e',
  script,
  ...args,
];

test('it runs a program with the version and the channel, as arguments and as variables', async () => {
  const folder = await temporaryFolder();
  const script = `require('fs').writeFileSync('said', [process.argv.slice(1), process.env.VERSION, process.env.CHANNEL].join()); console.log('on it')`;
  const strategy = commandStrategy({
    name: 'blue-green',
    command: node(script, 'to=${VERSION}', '${CHANNEL}', '${HOME}'),
    folder,
  });
  expect(await strategy.plan(call)).toEqual([{ kind: 'run', command: node(script, 'to=1.0.5', 'staging', '${HOME}') }]);
  expect(existsSync(join(folder, 'said'))).toBe(false);
  const lines: string[] = [];
  expect(await strategy.run({ ...call, onLine: (line) => lines.push(line) })).toEqual({
    isLive: true,
    detail: 'blue-green has deployed 1.0.5',
  });
  expect(lines).toEqual(['on it']);
  expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('to=1.0.5,staging,${HOME},1.0.5,staging');
});

test.each<readonly [string, readonly [string, ...string[]], string]>([
  ['says why it failed', node(`console.error('no room'); process.exit(3)`), 'no room'],
  ['says nothing', node('process.exit(3)'), 'an end with 3'],
  ['is not there', ['/no/such/program'], 'ENOENT'],
  ['does not end in time', node('setInterval(() => 0, 1000)'), 'no end within 300 ms'],
])('a program that %s has not deployed', async (_, command, said) => {
  const timeoutMs = said.startsWith('no end') ? 300 : undefined;
  await expect(commandStrategy({ name: 'ours', command, timeoutMs }).run(call)).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
    message: expect.stringContaining(said) as string,
  });
});

test('a program ends when nobody wants it any more', async () => {
  const stop = new AbortController();
  const strategy = commandStrategy({ name: 'ours', command: node(`console.log('on it'); setInterval(() => 0, 1000)`) });
  const running = strategy.run({ ...call, signal: stop.signal, onLine: () => stop.abort(new Error('enough')) });
  await expect(running).rejects.toThrow('enough');
});

test.each(['', 'Ours', '../ours', '-x'])('%j is no name of a strategy', (name) => {
  expect(() => commandStrategy({ name, command: ['true'] })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});
