import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Service, ServiceSpec } from '../../../../src/deploy/service/contract.ts';
import { renderUnit } from '../../../../src/deploy/service/systemd/render-unit.ts';
import { systemdService, type SystemdServiceOptions } from '../../../../src/deploy/service/systemd/systemd-service.ts';
import { all, scratch, scripted, type ScriptedAnswer, type ScriptedProgram } from '../fixtures/scripted.ts';

const RUNNING = [
  'Result=success',
  'NRestarts=3',
  'ExecMainCode=0',
  'ExecMainStatus=0',
  'MainPID=4711',
  'ControlGroup=/system.slice/no-such.service',
  'LoadState=loaded',
  'ActiveState=active',
  'SubState=running',
  'ActiveEnterTimestamp=Fri 2026-11-27 21:57:18 UTC',
].join('\n');
const state = (changes: Readonly<Record<string, string>>): string =>
  Object.entries(changes).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=.*`, 'm'), `${name}=${value}`),
    RUNNING,
  );
const FAILED = state({
  ActiveState: 'activating',
  SubState: 'auto-restart',
  Result: 'exit-code',
  ExecMainCode: '1',
  ExecMainStatus: '3',
});

interface World {
  readonly service: Service;
  readonly spec: ServiceSpec;
  readonly unit: string;
  readonly systemctl: ScriptedProgram;
}

function world(
  answers: readonly ScriptedAnswer[] = [{ when: 'show', outputs: [RUNNING] }],
  options: Partial<SystemdServiceOptions> = {},
): World {
  const folder = scratch();
  const systemctl = scripted(...answers);
  const spec: ServiceSpec = {
    name: 'shop',
    command: ['/usr/bin/node', 'server.js'],
    workingDirectory: folder,
    environment: {},
    stdout: join(folder, 'out.log'),
    stderr: join(folder, 'err.log'),
  };
  const chosen = {
    scope: 'user',
    unitFolder: join(folder, 'units'),
    systemctl: systemctl.command,
    settledMs: 1,
    ...options,
  } as const;
  return { service: systemdService(spec, chosen), spec, unit: join(folder, 'units', 'shop.service'), systemctl };
}

const changing = ({ systemctl }: World): string[] =>
  systemctl
    .calls()
    .map((args) => args.join(' '))
    .filter((words) => !words.includes('show'));

describe.skipIf(process.platform === 'win32')('a service of systemd', () => {
  it('is written, made known, enabled and started, and written again only when it has changed', async () => {
    const here = world();
    await here.service.run('start');
    expect(readFileSync(here.unit, 'utf8')).toBe(renderUnit(here.spec, { scope: 'user' }));
    expect(changing(here)).toEqual(['--user daemon-reload', '--user enable shop.service', '--user start shop.service']);
    const plan = await here.service.plan('handOver');
    expect(plan.map(({ kind }) => kind)).toEqual(['run', 'run', 'run']);
    writeFileSync(here.unit, 'something else');
    expect((await here.service.plan('restart'))[0]).toMatchObject({ kind: 'write', path: here.unit });
  });

  it('has a unit that others can read, in the place of what a killed process has left of one', async () => {
    const here = world();
    await here.service.run('install');
    writeFileSync(here.unit, 'an older one', { mode: 0o600 });
    writeFileSync(`${here.unit}.part`, 'half');
    await here.service.run('install');
    expect(readFileSync(here.unit, 'utf8')).toBe(renderUnit(here.spec, { scope: 'user' }));
    const folder = dirname(here.unit);
    expect([readdirSync(folder), statSync(here.unit).mode & 0o777, statSync(folder).mode & 0o755]).toEqual([
      ['shop.service'],
      0o644,
      0o755,
    ]);
  });

  it('gets the folders of its output made', async () => {
    const here = world();
    const logs = join(here.spec.workingDirectory, 'logs');
    const spec = { ...here.spec, stdout: join(logs, 'out.log'), stderr: join(logs, 'err.log') };
    const plan = await systemdService(spec, { scope: 'system' }).plan('install');
    expect(plan[0]).toEqual({ kind: 'run', command: ['mkdir', '-p', logs], needsRoot: true });
  });

  it('is stopped, and taken away with its unit', async () => {
    const here = world();
    expect(await here.service.plan('stop')).toEqual([]);
    await here.service.run('install');
    await here.service.run('stop');
    await here.service.run('uninstall');
    expect(changing(here).slice(2)).toEqual([
      '--user stop shop.service',
      '--user disable --now shop.service',
      '--user daemon-reload',
    ]);
    expect(existsSync(here.unit)).toBe(false);
  });

  it.each([
    [RUNNING, { state: 'running', pids: [4711], restarts: 3, since: '2026-11-27T21:57:18.000Z' }],
    [FAILED, { state: 'failed', detail: 'it ended with exit code 3 (exit-code); it is started again after its delay' }],
    [state({ ActiveState: 'inactive', SubState: 'dead', MainPID: '0' }), { state: 'stopped', pids: [] }],
    [state({ ActiveState: 'activating', SubState: 'start' }), { state: 'starting' }],
    [
      state({ ActiveState: 'failed', ExecMainCode: '2', ExecMainStatus: '9', Result: 'signal' }),
      { state: 'failed', detail: 'it ended with signal 9 (signal)' },
    ],
    [state({ LoadState: 'not-found' }), { state: 'missing' }],
    [state({ LoadState: 'bad-setting' }), { state: 'unknown', detail: 'the unit is bad-setting' }],
  ])('has a status: %#', async (shownText, status) => {
    expect(await world([{ when: 'show', outputs: [shownText] }]).service.status()).toMatchObject(status);
  });

  it('that ends at once has failed, with its last words', async () => {
    const here = world([{ when: 'show', outputs: [RUNNING, FAILED] }], { settledMs: 60_000 });
    writeFileSync(here.spec.stderr, 'no database\n');
    await expect(here.service.run('restart')).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      hint: expect.stringContaining('no database'),
    });
  });

  it('of the machine shows what root has to do', async () => {
    const here = world(undefined, { scope: 'system' });
    const uid = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    const failure = here.service.run('start');
    await expect(failure).rejects.toMatchObject({
      code: 'SERVICE_NOT_PERMITTED',
      hint: expect.stringContaining(`cat > ${here.unit} <<'END'\n[Unit]`),
    });
    await expect(failure).rejects.toMatchObject({
      hint: expect.stringMatching(/daemon-reload\n.* enable shop\.service\n.* start shop\.service$/),
    });
    uid.mockRestore();
    expect(here.systemctl.calls()).toEqual([]);
  });

  it.each([
    ['Failed to start shop.service: Access denied', 'SERVICE_NOT_PERMITTED'],
    ["System has not been booted with systemd as init system (PID 1). Can't operate.", 'SERVICE_UNAVAILABLE'],
    ['Failed to connect to bus: No medium found', 'SERVICE_UNAVAILABLE'],
    ['Failed to start shop.service: Unit is masked.', 'SERVICE_FAILED'],
  ])('that systemd does not start, as in "%s", is %s', async (complaint, code) => {
    const here = world([{ when: 'user start', complaint: `${complaint}\n`, code: 1 }]);
    await expect(here.service.run('start')).rejects.toMatchObject({ code });
  });

  it('where there is no systemctl is not available', async () => {
    const here = world(undefined, { systemctl: ['no-such-systemctl'] });
    await expect(here.service.run('start')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('tells its lines from its files, or else from the journal', async () => {
    const here = world();
    mkdirSync(here.spec.workingDirectory, { recursive: true });
    const journal = join(here.spec.workingDirectory, 'journal');
    writeFileSync(journal, '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    const service = systemdService(here.spec, { scope: 'system', journalctl: journal });
    expect(await all(service.logs({ lines: 5 }))).toEqual(['--unit shop.service --lines 5 --output cat --no-pager']);
    writeFileSync(here.spec.stdout, 'a\nb\n');
    expect(await all(service.logs({ lines: 5 }))).toEqual(['a', 'b']);
  });
});
