import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Machine, newMachine } from '../support/cli.ts';
import { freePort } from '../support/port.ts';

const GUIDE = new URL('../../../../docs/guides/deploy.md', import.meta.url);

/** The blocks of commands that the guide has under "Try it", one after the other. */
async function commandsOfGuide(port: number): Promise<string> {
  const text = await readFile(GUIDE, 'utf8');
  const section = /^## Try it\n([^]*?)^## /m.exec(text)?.[1] ?? '';
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(3);
  return blocks.join('').replaceAll('8080', String(port));
}

/** Runs a script where the program is called as anybody would call it. */
async function followed(machine: Machine, script: string): Promise<string> {
  const bin = join(machine.root, 'bin');
  await mkdir(bin);
  const [program, ...args] = machine.command.map((word) => `'${word}'`);
  await writeFile(join(bin, 'holdfast'), `#!/bin/sh\nexec ${program} ${args.join(' ')} "$@"\n`, { mode: 0o755 });
  // No repository: the guide has none.
  const { HOLDFAST_REPO: _none, ...env } = machine.env;
  const child = spawn('bash', ['-e'], {
    cwd: machine.cwd,
    env: { ...env, PATH: `${bin}${delimiter}${env['PATH']}` },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.end(script);
  const code = await new Promise((resolve) => void child.once('exit', resolve));
  if (code !== 0) throw new Error(`Expected the guide to be followed to its end, got ${String(code)}:\n${said}`);
  return said;
}

test.skipIf(process.platform === 'win32')(
  'the guide can be followed on a fresh machine',
  { timeout: 240_000 },
  async () => {
    const machine = await newMachine();
    const port = await freePort();
    const shop = join(machine.cwd, 'shop');
    onTestFinished(async () => void (await machine.run(['deploy', 'service', 'stop'], { cwd: shop })));
    const said = await followed(machine, await commandsOfGuide(port));
    const answer = (version: string): string => String.raw`\{"shop":"open","version":"${version}"\}`;
    const story = [
      'deployed 1\\.0\\.0 in ',
      answer('1.0.0'),
      'post-checks +FAILED ',
      'switch +undone +1\\.0\\.1 → 1\\.0\\.0 ',
      'Rolled back to 1\\.0\\.0 in ',
      'exit code 1',
      answer('1.0.0'),
      'current +1\\.0\\.0',
      '\\* +1\\.0\\.0 +good ',
      'deployed 1\\.0\\.2 over 1\\.0\\.0 in ',
      'rollback of 1\\.0\\.0 over 1\\.0\\.2 ',
      'rolled back from 1\\.0\\.2 to 1\\.0\\.0 in .*: met',
      answer('1.0.0'),
      'shop: stopped',
    ];
    expect(said).toMatch(new RegExp(story.join('[^]*')));
  },
);
