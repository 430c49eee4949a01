import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Service, ServiceAction, ServiceSpec } from '../../../../src/deploy/service/contract.ts';
import { scStatus } from '../../../../src/deploy/service/windows/sc-status.ts';
import { planNssm, planWindows } from '../../../../src/deploy/service/windows/windows-plan.ts';
import { explainWindows, nssmService, windowsService } from '../../../../src/deploy/service/windows/windows-service.ts';
import { scratch, scripted, type ScriptedAnswer, type ScriptedProgram } from '../fixtures/scripted.ts';

const onWindows = process.platform === 'win32';
const basis = { nssm: 'nssm.exe', sc: 'sc.exe', isInstalled: false };
const spec: ServiceSpec = {
  name: 'shop',
  description: 'The shop',
  command: ['C:\\Program Files\\nodejs\\node.exe', 'server.js', '--title', 'my "best" shop'],
  workingDirectory: 'D:\\shop\\releases\\current',
  environment: { API_ROOT: 'D:\\shop', PORT: '8080' },
  environmentFile: 'D:\\shop\\.env',
  user: 'NT AUTHORITY\\LocalService',
  stdout: 'D:\\shop\\shared\\logs\\service_stdout.log',
  stderr: 'D:\\shop\\shared\\logs\\service_stderr.log',
};
const words = (actions: readonly ServiceAction[]): (readonly string[])[] =>
  actions.map((action) => (action.kind === 'run' ? action.command : action.kind === 'own' ? ['#', action.text] : []));

describe('the plan of NSSM', () => {
  it('sets all up, and has the program started again always', () => {
    expect(words(planNssm('start', spec, basis))).toEqual([
      ['nssm.exe', 'install', 'shop', 'C:\\Program Files\\nodejs\\node.exe'],
      ['nssm.exe', 'set', 'shop', 'Application', 'C:\\Program Files\\nodejs\\node.exe'],
      ['nssm.exe', 'set', 'shop', 'AppParameters', 'server.js --title "my \\"best\\" shop"'],
      ['nssm.exe', 'set', 'shop', 'AppDirectory', 'D:\\shop\\releases\\current'],
      ['nssm.exe', 'set', 'shop', 'Description', 'The shop'],
      ['nssm.exe', 'set', 'shop', 'Start', 'SERVICE_AUTO_START'],
      ['nssm.exe', 'set', 'shop', 'AppStdout', 'D:\\shop\\shared\\logs\\service_stdout.log'],
      ['nssm.exe', 'set', 'shop', 'AppStderr', 'D:\\shop\\shared\\logs\\service_stderr.log'],
      ['nssm.exe', 'set', 'shop', 'AppExit', 'Default', 'Restart'],
      ['nssm.exe', 'set', 'shop', 'AppRestartDelay', '10000'],
      ['nssm.exe', 'set', 'shop', 'AppStopMethodConsole', '10000'],
      ['nssm.exe', 'set', 'shop', 'AppEnvironmentExtra', 'API_ROOT=D:\\shop', 'PORT=8080'],
      ['nssm.exe', 'set', 'shop', 'ObjectName', 'NT AUTHORITY\\LocalService'],
      ['#', 'the service reads D:\\shop\\.env itself, as NSSM passes no files on'],
      ['sc.exe', 'start', 'shop'],
    ]);
  });

  it('says what to do by hand where a password is needed', () => {
    const plan = words(planNssm('install', { ...spec, user: 'SHOP\\ann' }, { ...basis, isInstalled: true }));
    expect(plan.some((command) => command.includes('ObjectName') || command.includes('install'))).toBe(false);
    expect(plan).toContainEqual(['#', 'set the account SHOP\\ann of service shop with its password in services.msc']);
  });

  it('takes a service away, and does nothing where there is none', () => {
    expect(words(planNssm('uninstall', spec, { ...basis, isInstalled: true }))).toEqual([
      ['sc.exe', 'stop', 'shop'],
      ['#', 'wait until it has stopped'],
      ['nssm.exe', 'remove', 'shop', 'confirm'],
    ]);
    expect(planNssm('stop', spec, basis)).toEqual([]);
  });
});

describe('the plan of sc.exe', () => {
  it('registers a service that is started again when it fails', () => {
    expect(words(planWindows('install', { ...spec, user: 'SHOP\\web$' }, basis))).toEqual([
      [
        'sc.exe',
        'create',
        'shop',
        'binPath=',
        '"C:\\Program Files\\nodejs\\node.exe" server.js --title "my \\"best\\" shop"',
        'start=',
        'auto',
      ],
      ['sc.exe', 'description', 'shop', 'The shop'],
      ['sc.exe', 'failure', 'shop', 'reset=', '0', 'actions=', 'restart/10000'],
      ['sc.exe', 'failureflag', 'shop', '1'],
      [
        'reg',
        'add',
        'HKLM\\SYSTEM\\CurrentControlSet\\Services\\shop',
        '/v',
        'Environment',
        '/t',
        'REG_MULTI_SZ',
        '/d',
        'API_ROOT=D:\\shop\\0PORT=8080',
        '/f',
      ],
      ['sc.exe', 'config', 'shop', 'obj=', 'SHOP\\web$'],
    ]);
    expect(words(planWindows('restart', spec, { ...basis, isInstalled: true }))[0]?.slice(0, 3)).toEqual([
      'sc.exe',
      'config',
      'shop',
    ]);
  });
});

it.each([nssmService, windowsService])('a group is refused, as Windows would ignore it: %o', (factory) => {
  expect(() => factory({ ...spec, group: 'web' })).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: 'Expected no group for service "shop" of Windows, got "web"',
      hint: expect.stringContaining('net localgroup') as string,
    }) as Error,
  );
});

const queryex = (number: number, name: string, { pid = 4711, code = 0 } = {}): string =>
  [
    '',
    'SERVICE_NAME: shop ',
    '        TYPE               : 10  WIN32_OWN_PROCESS  ',
    `        STATE              : ${number}  ${name} `,
    '                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)',
    `        WIN32_EXIT_CODE    : ${code}  (0x0)`,
    '        SERVICE_EXIT_CODE  : 0  (0x0)',
    '        CHECKPOINT         : 0x0',
    '        WAIT_HINT          : 0x0',
    `        PID                : ${number === 1 ? 0 : pid}`,
    '        FLAGS              : ',
    '',
  ].join('\r\n');
const RUNNING = queryex(4, 'RUNNING');

interface World {
  readonly service: Service;
  readonly sc: ScriptedProgram;
  readonly nssm: ScriptedProgram;
}

function world(...answers: readonly ScriptedAnswer[]): World {
  const folder = scratch();
  const sc = scripted(...answers);
  const nssm = scripted();
  const here = { ...spec, workingDirectory: folder, stdout: join(folder, 'out.log'), stderr: join(folder, 'err.log') };
  return { service: nssmService(here, { sc: sc.path, nssm: nssm.path, settledMs: 1 }), sc, nssm };
}

describe('an exit code of Windows', () => {
  it.each([
    ['start', 1056, 'fine'],
    ['stop', 1062, 'fine'],
    ['stop', 1060, 'fine'],
    ['delete', 1072, 'fine'],
    ['start', 5, 'forbidden'],
    ['stop', 1056, undefined],
  ])('of %s, %i, is %s', (verb, code, meaning) => {
    expect(explainWindows({ code, output: '', said: '' }, ['sc.exe', verb, 'shop'])).toBe(meaning);
  });

  it('says that there is no service', () => {
    expect(scStatus(1060, '')).toEqual({ state: 'missing', pids: [] });
  });

  it('is not all that NSSM says, which it does in UTF-16', () => {
    const said = Buffer.from('Administrator access is needed', 'utf16le').toString('latin1');
    expect(explainWindows({ code: 1, output: '', said }, ['nssm.exe', 'set', 'shop'])).toBe('forbidden');
  });
});

describe.skipIf(onWindows)('a service of Windows, with programs that only answer', () => {
  it('is set up and started', async () => {
    const { service, sc, nssm } = world({ when: 'queryex', outputs: [RUNNING] });
    await service.run('start');
    expect(nssm.calls().every(([verb]) => verb === 'set')).toBe(true);
    expect(sc.calls().filter(([verb]) => verb !== 'queryex')).toEqual([['start', 'shop']]);
  });

  it('is started again only when it has stopped', async () => {
    const states = [RUNNING, RUNNING, queryex(3, 'STOP_PENDING'), queryex(1, 'STOPPED'), RUNNING];
    const { service, sc } = world({ when: 'queryex', outputs: states });
    await service.run('restart');
    const verbs = sc.calls().map(([verb]) => verb);
    expect(verbs.filter((verb) => verb !== 'queryex')).toEqual(['stop', 'start']);
    expect(verbs.indexOf('start')).toBeGreaterThanOrEqual(5);
  });

  it.each([
    [RUNNING, { state: 'running', pids: [4711] }],
    [queryex(2, 'START_PENDING'), { state: 'starting' }],
    [queryex(3, 'STOP_PENDING'), { state: 'running', detail: 'Windows calls it STOP_PENDING' }],
    [queryex(1, 'STOPPED'), { state: 'stopped', pids: [] }],
    [queryex(1, 'STOPPED', { code: 1077 }), { state: 'stopped' }],
    [queryex(1, 'STOPPED', { code: 1067 }), { state: 'failed', detail: 'it ended with code 1067' }],
    ['[SC] something else', { state: 'unknown', detail: '[SC] something else' }],
  ])('has a status: %#', async (output, status) => {
    expect(await world({ when: 'queryex', outputs: [output] }).service.status()).toMatchObject(status);
  });

  it('that may not be changed shows what an administrator has to do', async () => {
    const { service } = world({ when: 'queryex', outputs: [RUNNING] }, { when: '^stop', code: 5 });
    await expect(service.run('uninstall')).rejects.toMatchObject({ code: 'SERVICE_NOT_PERMITTED' });
  });

  it('is not available where there is no sc.exe', async () => {
    await expect(windowsService(spec, { sc: 'no-such-sc.exe' }).run('start')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(() => windowsService({ ...spec, command: ['a"b'] })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
    );
  });
});

const hasNssm = onWindows && spawnSync('nssm.exe', ['version']).error === undefined;

describe.runIf(onWindows)('on Windows', () => {
  it('sc.exe tells of services that are there, and of one that is not', async () => {
    const of = (name: string): Service => windowsService({ ...spec, name });
    expect(await of('EventLog').status()).toMatchObject({ state: 'running' });
    expect(await of('holdfast-no-such-service').status()).toMatchObject({ state: 'missing' });
  });

  it.runIf(hasNssm)(
    'NSSM sets a service up, starts, restarts and removes it (skipped where there is none)',
    async () => {
      const folder = scratch();
      writeFileSync(join(folder, 'server.js'), 'console.log("begins"); setInterval(() => {}, 1000)');
      const here = {
        ...spec,
        name: `holdfast-test-${process.pid}`,
        command: [process.execPath, 'server.js'],
        workingDirectory: folder,
        user: undefined,
        environmentFile: undefined,
        stdout: join(folder, 'out.log'),
        stderr: join(folder, 'err.log'),
      } as const;
      const service = nssmService(here);
      try {
        await service.run('start');
        expect(await service.status()).toMatchObject({ state: 'running' });
        await service.run('restart');
        await service.run('stop');
        expect(await service.status()).toMatchObject({ state: 'stopped' });
      } finally {
        await service.run('uninstall');
      }
      expect(await service.status()).toMatchObject({ state: 'missing' });
    },
  );
});
