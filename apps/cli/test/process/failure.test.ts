import { expect, test } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { reportFailure } from '../../src/process/failure.ts';
import { createMessages } from '../../src/terminal/messages.ts';
import { createOutput } from '../../src/terminal/output.ts';
import { recordingStream } from '../support/streams.ts';

async function reported(thrown: unknown, options: { json?: boolean; debug?: boolean; interrupted?: number } = {}) {
  const stdout = recordingStream();
  const stderr = recordingStream();
  const { json = false, debug = false, interrupted } = options;
  const messages = createMessages(stderr, { color: false, debug });
  const exitCode = await reportFailure(thrown, { output: createOutput(stdout, false), messages, json, interrupted });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

test('a mistake is one message and one hint, without a stack', async () => {
  const { exitCode, stdout, stderr } = await reported(
    new CliError('USAGE', 'Expected a path, got none', { hint: 'Name one.' }),
  );
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'holdfast: Expected a path, got none\nhint: Name one.\n',
  });
});

test('details are listed, unless the message has them all', async () => {
  const listed = await reported(new CliError('CONFIG_INVALID', 'Wrong: a', { details: ['a', 'b'] }));
  expect(listed.stderr).toBe('holdfast: Wrong: a\n  a\n  b\n');
  const said = await reported(new CliError('CONFIG_INVALID', 'Wrong: a, b', { details: ['a', 'b'] }));
  expect(said.stderr).toBe('holdfast: Wrong: a, b\n');
});

test('several hints are several lines', async () => {
  const { stderr } = await reported(new CliError('USAGE', 'x', { hint: 'First.\nThen.' }));
  expect(stderr).toBe('holdfast: x\nhint: First.\nhint: Then.\n');
});

test('--debug adds the stack and the causes', async () => {
  const { stderr } = await reported(new CliError('USAGE', 'top', { cause: new Error('below') }), { debug: true });
  expect(stderr).toContain('debug: CliError: top');
  expect(stderr).toContain('debug: caused by: Error: below');
});

test('--json prints an object on standard output, and nothing else', async () => {
  const { stdout, stderr } = await reported(new CliError('USAGE', 'x', { hint: 'y' }), { json: true });
  expect(JSON.parse(stdout)).toEqual({ error: { code: 'USAGE', message: 'x', hint: 'y' } });
  expect(stderr).toBe('');
});

test('an end by signal has the exit code of the signal', async () => {
  const aborted = Object.assign(new Error('x'), { name: 'BackupError', code: 'ABORTED' });
  expect((await reported(aborted, { interrupted: 143 })).exitCode).toBe(143);
  expect((await reported(aborted)).exitCode).toBe(130);
  expect((await reported(new Error('other'), { interrupted: 143 })).exitCode).toBe(1);
});

test('control characters of foreign text do not reach the terminal', async () => {
  const { stderr } = await reported(new Error('bad \u001b[2J name'));
  expect(stderr).toBe('holdfast: bad \\x1b[2J name\n');
});
