import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../../../../src/deploy/service/contract.ts';
import { renderUnit } from '../../../../src/deploy/service/systemd/render-unit.ts';
import { scratch } from '../fixtures/scripted.ts';
import { readUnit } from './unit-reader.ts';

const spec: ServiceSpec = {
  name: 'shop',
  description: 'The 100% shop',
  command: ['/usr/bin/node', '--title=50% off', 'server.js', '$HOME', 'a "quoted" \\ word', ';'],
  workingDirectory: '/srv/my shop/releases/current',
  environment: { API_ROOT: '/srv/my shop', PORT: '8080', GREETING: 'hello "you" $USER 100%\nbye' },
  environmentFile: '/srv/my shop/[prod]/.env',
  user: 'shop',
  group: 'www-data',
  stdout: '/srv/my shop/shared/logs/service_stdout.log',
  stderr: '/srv/my shop/shared/logs/service_stderr.log',
  stopTimeoutMs: 2500,
};

describe('a unit', () => {
  it('has the service, restarted always, with its output in files', () => {
    expect(renderUnit(spec, { scope: 'system' })).toBe(
      String.raw`[Unit]
Description=The 100%% shop
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=simple
User=shop
Group=www-data
WorkingDirectory=/srv/my shop/releases/current
Environment="API_ROOT=/srv/my shop"
Environment="PORT=8080"
Environment="GREETING=hello \"you\" $USER 100%%\nbye"
EnvironmentFile=/srv/my shop/\[prod]/.env
ExecStart="/usr/bin/node" "--title=50%% off" "server.js" "$$HOME" "a \"quoted\" \\ word" ";"
Restart=always
RestartSec=10
KillMode=mixed
TimeoutStopSec=2500ms
StandardOutput=append:/srv/my shop/shared/logs/service_stdout.log
StandardError=append:/srv/my shop/shared/logs/service_stderr.log

[Install]
WantedBy=multi-user.target
`,
    );
  });

  it('of a user has no user, no network, and starts with the session', () => {
    const text = renderUnit(spec, { scope: 'user' });
    expect(text).toContain('WantedBy=default.target');
    expect(text).not.toMatch(/^(?:User|Group|After)=/m);
  });

  it('starts a program of its folder by its whole path, and one with a dollar sign by env', () => {
    const command = (program: string): string | undefined =>
      /ExecStart=(.*)/.exec(renderUnit({ ...spec, command: [program] }, { scope: 'system' }))?.[1];
    expect(command('./bin/start')).toBe('"/srv/my shop/releases/current/bin/start"');
    expect(command('/opt/$1/run')).toBe('"/usr/bin/env" "/opt/$$1/run"');
  });

  it('holds any words and values, as systemd reads them', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((each) => !/[\u0000-\u0008\u000B-\u001F\u007F]/.test(each));
    const awkward = fc.string({
      unit: fc.constantFrom('"', "'", '\\', '%', '$', ' ', ';', '{', 'n', 'x', '\n', '#', '-'),
      maxLength: 12,
    });
    const word = fc.oneof(text, awkward);
    const path = word.map((each) => `/srv/${each.replaceAll(/\s/g, ' ')}/x`);
    fc.assert(
      fc.property(fc.array(word), word, path, (args, value, folder) => {
        const unit = {
          ...spec,
          command: ['/bin/run', ...args],
          environment: { VALUE: value },
          workingDirectory: folder,
          stdout: folder,
        } as const;
        const read = readUnit(renderUnit(unit, { scope: 'system' }));
        expect(read.command).toEqual(['/bin/run', ...args]);
        expect(read.environment).toEqual({ VALUE: value });
        expect(read.workingDirectory).toBe(folder);
        expect(read.stdout).toBe(folder);
        // Nothing else came in through a value.
        expect(new Set(read.settings.map(([name]) => name)).size).toBe(read.settings.length);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Partial<ServiceSpec>]>([
    ['a name that is a path', { name: '../shop' }],
    ['a relative folder', { workingDirectory: 'srv' }],
    ['a folder with a line end', { workingDirectory: '/srv\nExecStart=/bin/sh' }],
    ['a path that ends with a backslash', { stdout: '/srv/log\\' }],
    ['a user that is a setting', { user: 'root\nUser=x' }],
    ['a variable that is two', { environment: { 'A B': '1' } }],
    ['a value with a zero byte', { environment: { A: 'a\0b' } }],
    ['a word with a bell', { command: ['/bin/echo', '\u0007'] }],
    ['no program', { command: [''] }],
  ])('refuses %s', (_, change) => {
    expect(() => renderUnit({ ...spec, ...change }, { scope: 'system' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
    );
  });
});

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.skipIf(!hasAnalyze)('systemd-analyze (skipped where it is not installed)', () => {
  it.each(['system', 'user'] as const)('has nothing to say about a hardened unit of the %s', (scope) => {
    const folder = scratch();
    const path = join(folder, 'shop.service');
    const shop = join(folder, 'my shop');
    mkdirSync(shop);
    writeFileSync(join(shop, '.env'), '');
    const unit = {
      ...spec,
      command: [process.execPath, ...spec.command.slice(1)] as const,
      user: 'root',
      group: 'root',
      workingDirectory: shop,
    };
    writeFileSync(path, renderUnit(unit, { scope, isHardened: true }));
    const verify = (text: string): string => {
      writeFileSync(path, text);
      const args = ['verify', ...(scope === 'user' ? ['--user'] : []), '--man=no', path];
      // A session of one's own is asked for by the manager of a user, not by the check.
      const { stdout, stderr } = spawnSync('systemd-analyze', args, {
        encoding: 'utf8',
        env: { ...process.env, XDG_RUNTIME_DIR: folder },
      });
      return (stdout + stderr)
        .split('\n')
        .filter((line) => line.includes('shop.service'))
        .join('\n');
    };
    expect(verify(renderUnit(unit, { scope, isHardened: true }))).toBe('');
    // It would have said something.
    expect(verify(renderUnit(unit, { scope }).replace('Restart=always', 'Restart=sometimes'))).toContain('restart');
  });
});
