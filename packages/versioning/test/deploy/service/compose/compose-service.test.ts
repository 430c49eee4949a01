import { describe, expect, it } from 'vitest';
import { composeService, type ComposeServiceOptions } from '../../../../src/deploy/service/compose/compose-service.ts';
import type { Service, ServiceSpec } from '../../../../src/deploy/service/contract.ts';
import { formatServiceAction } from '../../../../src/deploy/service/service-failure.ts';
import { all, scratch, scripted, type ScriptedAnswer, type ScriptedProgram } from '../fixtures/scripted.ts';

/** A container with what Compose 2.40 tells of one. */
const container = (changes: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    Command: '"docker-entrypoint.s…"',
    CreatedAt: '2026-11-27 12:22:01 +0000 UTC',
    ExitCode: 0,
    Health: '',
    ID: 'cc1200024a2a',
    Image: 'shop:1.2.3',
    Labels: 'com.docker.compose.oneoff=False,com.docker.compose.project=shop',
    LocalVolumes: '0',
    Mounts: '',
    Name: 'shop-web-1',
    Names: 'shop-web-1',
    Networks: 'shop_default',
    Ports: '0.0.0.0:8080->8080/tcp',
    Project: 'shop',
    Publishers: [{ URL: '0.0.0.0', TargetPort: 8080, PublishedPort: 8080, Protocol: 'tcp' }],
    RunningFor: 'About a minute ago',
    Service: 'web',
    Size: '0B',
    State: 'running',
    Status: 'Up About a minute',
    ...changes,
  });

interface World {
  readonly service: Service;
  readonly docker: ScriptedProgram;
}

function world(
  answers: readonly ScriptedAnswer[] = [],
  changes: Partial<ServiceSpec & ComposeServiceOptions> = {},
): World {
  const folder = scratch();
  const docker = scripted(...answers);
  const spec: ServiceSpec = {
    name: 'shop',
    command: ['unused'],
    workingDirectory: folder,
    environment: { API_ROOT: '/srv/my shop' },
    stdout: `${folder}/out.log`,
    stderr: `${folder}/err.log`,
    stopTimeoutMs: 2500,
    ...changes,
  };
  const options = {
    project: 'shop',
    files: ['compose.yaml', 'compose.prod.yaml'],
    service: 'web',
    compose: docker.command,
    ...changes,
  };
  return { service: composeService(spec, options), docker };
}

const BASE = '-p shop -f compose.yaml -f compose.prod.yaml';

describe('a service of Docker Compose', () => {
  it.each([{ user: 'shop' }, { group: 'shop' }])('refuses what Compose says in its files: %o', (account) => {
    expect(() => world([], account)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        hint: expect.stringContaining('compose.yaml or compose.prod.yaml: `user: "USER:GROUP"`') as string,
      }) as Error,
    );
  });

  it('does each verb with one command', async () => {
    const { service, docker } = world();
    for (const verb of ['install', 'start', 'restart', 'handOver', 'stop', 'uninstall'] as const)
      await service.run(verb);
    expect(docker.calls().map((args) => args.join(' '))).toEqual([
      `${BASE} config --quiet`,
      `${BASE} up -d --no-deps --wait --wait-timeout 120 web`,
      `${BASE} up -d --no-deps --wait --wait-timeout 120 --force-recreate web`,
      `${BASE} up -d --no-deps --wait --wait-timeout 120 --force-recreate web`,
      `${BASE} stop --timeout 3 web`,
      `${BASE} rm --stop --force web`,
    ]);
  });

  it('shows a plan with the variables for its files', async () => {
    const { service } = world([], { compose: ['docker', 'compose'], environmentFile: '/srv/my shop/.env' });
    const [action] = await service.plan('start', { version: '1.2.3' });
    expect(action === undefined ? '' : formatServiceAction(action)).toBe(
      `API_ROOT='/srv/my shop' VERSION=1.2.3 docker compose ${BASE} --env-file '/srv/my shop/.env' up -d --no-deps --wait --wait-timeout 120 web`,
    );
  });

  it.each<[string, readonly string[], object]>([
    ['none', [], { state: 'missing' }],
    ['one without a health check', [container({})], { state: 'running' }],
    ['a healthy one', [container({ Health: 'healthy' })], { state: 'running' }],
    ['one whose check has not passed', [container({ Health: 'starting' })], { state: 'starting' }],
    ['an unhealthy one', [container({ Health: 'unhealthy' })], { state: 'failed', detail: 'its health check fails' }],
    ['one of two that fails', [container({}), container({ State: 'restarting', ExitCode: 1 })], { state: 'failed' }],
    ['one that was stopped', [container({ State: 'exited', ExitCode: 143 })], { state: 'stopped' }],
    [
      'one that has ended',
      [container({ State: 'exited', ExitCode: 2 })],
      { state: 'failed', detail: 'it ended with exit code 2' },
    ],
    ['one that was never started', [container({ State: 'created' })], { state: 'stopped' }],
    ['one of a newer Docker', [container({ State: 'dreaming' })], { state: 'unknown' }],
  ])('has a status from its containers: %s', async (_, containers, status) => {
    const lines = world([{ when: 'ps --all --format json web', outputs: [containers.join('\n')] }]);
    expect(await lines.service.status()).toMatchObject(status);
    const list = world([{ when: 'ps', outputs: [`[${containers.join(',')}]`] }]);
    expect(await list.service.status()).toMatchObject(status);
  });

  it('that is not known to Compose yet is missing', async () => {
    expect(await world([{ when: 'ps', complaint: 'no such service: web\n', code: 1 }]).service.status()).toMatchObject({
      state: 'missing',
    });
    expect(await world([{ when: 'ps', complaint: 'yaml: line 2\n', code: 15 }]).service.status()).toMatchObject({
      state: 'unknown',
      detail: 'yaml: line 2',
    });
  });

  it('that does not become healthy has failed, with its last lines', async () => {
    const { service } = world([
      { when: ' up ', complaint: ' Container shop-web-1  Error\ncontainer shop-web-1 is unhealthy\n', code: 1 },
      { when: 'logs --no-log-prefix', outputs: ['listening\nno database\n'] },
    ]);
    await expect(service.run('start')).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      message: expect.stringContaining('container shop-web-1 is unhealthy'),
      hint: 'The last lines of its output:\nlistening\nno database',
    });
  });

  it.each([
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'SERVICE_UNAVAILABLE',
    ],
    ['docker: unknown command: docker compose', 'SERVICE_UNAVAILABLE'],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      'SERVICE_NOT_PERMITTED',
    ],
  ])('says what stands in the way: %s', async (complaint, code) => {
    const { service } = world([{ when: '.', complaint: `${complaint}\n`, code: 1 }]);
    await expect(service.run('start')).rejects.toMatchObject({ code });
  });

  it('tells the lines of its containers, and follows them until nobody wants more', async () => {
    const { service, docker } = world([
      { when: '--follow', outputs: ['a\nb\nc\n'], stays: true },
      { when: 'logs', outputs: ['a\nb\n'] },
    ]);
    expect(await all(service.logs({ lines: 2 }))).toEqual(['a', 'b']);
    const seen: string[] = [];
    for await (const line of service.logs({ follow: true })) {
      seen.push(line);
      if (line === 'c') break;
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    const abort = new AbortController();
    const following = all(service.logs({ follow: true, signal: abort.signal }));
    await expect.poll(() => docker.calls().length, { timeout: 20_000 }).toBe(3);
    abort.abort(new Error('enough'));
    await expect(following).rejects.toThrow('enough');
  });

  it('has VERSION for its files with whatever is asked: that of the call, else the current one', async () => {
    const { service, docker } = world([{ when: ' up ', complaint: 'no\n', code: 1 }], { version: async () => '1.2.2' });
    await service.status();
    await all(service.logs());
    await service.run('stop');
    // The logs that explain the failure are asked for with the same one.
    await expect(service.run('start', { version: '1.2.3' })).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
    expect(docker.versions()).toEqual(['1.2.2', '1.2.2', '1.2.2', '1.2.3', '1.2.3']);
  });

  it.each([{ project: 'Shop' }, { project: '-v' }, { service: '--all' }])('refuses %j', (changes) => {
    expect(() => world([], changes)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  });
});
