import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../../../src/deploy/service/contract.ts';
import { serviceOf, type ServiceTypes } from '../../../src/deploy/service/service-of.ts';
import { all, scratch } from './fixtures/scripted.ts';

const specIn = (folder: string): ServiceSpec => ({
  name: 'shop',
  command: ['node', 'server.js'],
  workingDirectory: folder,
  environment: { FLAG: 'flag' },
  stdout: join(folder, 'out.log'),
  stderr: join(folder, 'err.log'),
});
const node = (program: string): [string, ...string[]] => [process.execPath, '-e', program];

describe('a service of commands', () => {
  it('runs them with its variables, and asks one of them for its state', async () => {
    const folder = scratch();
    const service = serviceOf('command', specIn(folder), {
      start: node("require('fs').writeFileSync(process.env.FLAG, process.env.VERSION ?? '')"),
      stop: node("require('fs').rmSync(process.env.FLAG, { force: true })"),
      status: node("process.exit(require('fs').existsSync(process.env.FLAG) ? 0 : 3)"),
    });
    expect(await service.status()).toMatchObject({ state: 'stopped' });
    await service.run('handOver', { version: '1.2.3' });
    expect(await service.status()).toMatchObject({ state: 'running' });
    expect((await service.plan('restart')).map((action) => action.kind)).toEqual(['run', 'run']);
    await service.run('stop');
    expect(existsSync(join(folder, 'flag'))).toBe(false);
  });

  it('that fails shows what the program and the service said last', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'err.log'), 'no database\n');
    const service = serviceOf('command', specIn(folder), {
      start: node("console.error('it is Sunday'); process.exit(7)"),
      stop: ['no-such-program'],
    });
    await expect(service.run('start')).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      message: expect.stringContaining('got exit code 7: it is Sunday'),
      hint: expect.stringContaining('no database'),
    });
    await expect(service.run('stop')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.status()).toMatchObject({ state: 'unknown' });
  });
});

describe('a type of service', () => {
  it('is chosen by its name', async () => {
    const folder = scratch();
    const spec = specIn(folder);
    const kinds = [
      serviceOf('process', spec, { state: join(folder, 'state') }),
      serviceOf(
        'systemd',
        { ...spec, workingDirectory: '/srv', stdout: '/srv/o', stderr: '/srv/e' },
        { scope: 'user' },
      ),
      serviceOf('compose', spec, { project: 'shop', files: [], service: 'web' }),
      serviceOf('nssm', spec, {}),
      serviceOf('windows', spec, {}),
      serviceOf('none', spec, {}),
    ].map(({ kind }) => kind);
    expect(kinds).toEqual(['process', 'systemd', 'compose', 'nssm', 'windows', 'none']);
    const none = serviceOf('none', spec, {});
    await none.run('handOver');
    expect(await none.plan('handOver')).toEqual([]);
    writeFileSync(spec.stdout, 'a\n');
    expect(await all(none.logs())).toEqual(['a']);
    rmSync(spec.stdout);
  });

  it('that is not known is refused', () => {
    expect(() => serviceOf('upstart' as keyof ServiceTypes, specIn('/srv'), {})).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('systemd, process'),
      }) as Error,
    );
  });
});
