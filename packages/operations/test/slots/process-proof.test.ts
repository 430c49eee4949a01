import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type NamedProcess, ownProcess, processNow } from '../../src/index.ts';

const face = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
const says = `import { ownProcess } from ${JSON.stringify(face)};
  console.log(JSON.stringify(ownProcess()));
  setInterval(() => undefined, 1000);`;

describe.skipIf(process.platform !== 'linux')('a process that says who it is', () => {
  it('runs until it was killed, and who gets its number is another one', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', says], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const named = JSON.parse(line.toString()) as NamedProcess;
    expect(named).toMatchObject({ host: ownProcess().host, pid: child.pid });
    expect(processNow(named)).toBe('runs');
    expect(processNow({ ...named, pid: process.pid })).toBe('ended');
    child.kill('SIGKILL');
    await ended;
    expect(processNow(named)).toBe('ended');
  });

  it('of another start of the system, or another container, nothing is known', () => {
    const own = ownProcess();
    expect(processNow(own)).toBe('runs');
    expect(processNow({ ...own, process: `0${own.process ?? ''}` })).toBe('unknown');
    expect(processNow({ ...own, process: undefined })).toBe('unknown');
  });
});
