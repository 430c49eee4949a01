import { expect, test } from 'vitest';
import { parseChecks } from '../../../src/deploy/index.ts';

const options = { folder: '/srv/shop', latestBackup: (): number => 0 };

test('each kind has its check, with a name that tells what it looks at', () => {
  const checks = parseChecks(
    [
      { kind: 'disk', path: 'data', warnPercent: 70, failPercent: 85.5, minFreeBytes: 1e9 },
      { kind: 'http', url: 'http://127.0.0.1:8080/health', expectedStatus: [200, 204], version: { member: 'version' } },
      { kind: 'tcp', port: 8080, attempts: 3, intervalMs: 100, timeoutMs: 1000, slowMs: 500 },
      { kind: 'postgres', host: 'db', database: 'shop', user: 'shop', password: { file: 'secrets/db' }, tls: true },
      { kind: 'redis', password: { env: 'REDIS_PASSWORD' } },
      { kind: 'container', container: 'shop-db', program: ['podman'], needsHealth: true },
      { kind: 'backup', destinations: ['here', 'far'], maxAgeMs: 86_400_000 },
      {
        kind: 'backup',
        destinations: [
          { name: 'near', maxAgeMs: 1 },
          { name: 'nas', maxAgeMs: 2, warnAgeMs: 1 },
        ],
      },
      { kind: 'program', program: 'go', args: ['version'], version: '>=1.22' },
      {
        kind: 'command',
        name: 'model loads',
        command: ['node', 'load.js'],
        environment: { A: 'b' },
        warnExitCodes: [75],
      },
    ],
    options,
  );
  expect(checks.map(({ name, kind }) => [kind, name])).toEqual([
    ['disk', 'disk /srv/shop/data'],
    ['http', 'http http://127.0.0.1:8080/health'],
    ['tcp', 'tcp 127.0.0.1:8080'],
    ['postgres', 'postgres db/shop'],
    ['redis', 'redis 127.0.0.1:6379'],
    ['container', 'container shop-db'],
    ['backup', 'backup here, far'],
    ['backup', 'backup near, nas'],
    ['program', 'program go'],
    ['command', 'model loads'],
  ]);
});

const http = { kind: 'http', url: 'http://127.0.0.1' };
test.each<readonly [string, unknown]>([
  ['Expected checks to be a list, got an object', {}],
  ['Expected checks[0] to be an object, got "disk"', ['disk']],
  [
    'Expected checks[0].kind to be one of disk, http, tcp, postgres, redis, container, backup, program, model, command, got "dsk"',
    [{ kind: 'dsk' }],
  ],
  [
    'Expected checks[0].kind to be one of disk, http, tcp, postgres, redis, container, backup, program, model, command, got "constructor"',
    [{ kind: 'constructor' }],
  ],
  ['Expected a range of versions for go, got "new"', [{ kind: 'program', program: 'go', version: 'new' }]],
  ['Expected checks[1].port to be a whole number from 1 to 65535, got 70000', [http, { kind: 'tcp', port: 70_000 }]],
  ['Expected checks[0].port to be a port, got nothing', [{ kind: 'tcp' }]],
  ['Expected no member "prot" in checks[0], got one', [{ kind: 'tcp', port: 1, prot: 2 }]],
  ['Expected checks[0].failPercent to be a number from 0 to 100, got 101', [{ kind: 'disk', failPercent: 101 }]],
  ['Expected checks[0].url to be a URL with http: or https:, got nothing', [{ ...http, url: 'ftp://user:hush@host' }]],
  [
    'Expected checks[0].expectedStatus to be a status from 100 to 599, or a list of them, got 99',
    [{ ...http, expectedStatus: 99 }],
  ],
  [
    'Expected checks[0].version to be an object with either member or header, got an object',
    [{ ...http, version: {} }],
  ],
  [
    'Expected checks[0].headers.authorization to be an object with either env or file, got an object',
    [{ ...http, headers: { authorization: {} } }],
  ],
  ['Expected checks[0].attempts to be a whole number from 1 to 10000, got 0', [{ ...http, attempts: 0 }]],
  ['Expected checks[0].destinations to be a list with a destination, got nothing', [{ kind: 'backup', maxAgeMs: 1 }]],
  [
    'Expected checks[0].destinations[0].maxAgeMs to be a whole number from 1 to 2147483647, got 0',
    [{ kind: 'backup', destinations: [{ name: 'a', maxAgeMs: 0 }] }],
  ],
  ['Expected checks[0].maxAgeMs to be milliseconds, got nothing', [{ kind: 'backup', destinations: ['a'] }]],
  ['Expected checks[0].command to be a program with its arguments, got a list', [{ kind: 'command', command: [] }]],
  ['Expected checks[0].command to be a list of texts, got "node x"', [{ kind: 'command', command: 'node x' }]],
  [
    'Expected checks[0].environment.A to be a text, got 1',
    [{ kind: 'command', command: ['a'], environment: { A: 1 } }],
  ],
  [
    'Expected checks[0].warnExitCodes to be a list of exit codes, got a list',
    [{ kind: 'command', command: ['a'], warnExitCodes: [256] }],
  ],
  ['Expected checks[0].tls to be true or false, got "yes"', [{ kind: 'redis', tls: 'yes' }]],
  ['Expected checks with different names, got http http://127.0.0.1/ twice', [http, http]],
])('%s', (message, config) => {
  expect(() => parseChecks(config, options)).toThrow(expect.objectContaining({ code: 'INVALID_CHECK', message }));
});

test('a secret that stands there itself is refused, and not shown', () => {
  const parse = (): unknown => parseChecks([{ kind: 'redis', password: 'swordfish' }]);
  expect(parse).toThrow(expect.objectContaining({ code: 'INVALID_CHECK' }));
  expect(parse).not.toThrow(/swordfish/);
});

test('backups can’t be checked where nobody tells how old they are', () => {
  expect(() => parseChecks([{ kind: 'backup', destinations: ['a'], maxAgeMs: 1 }])).toThrow(
    'Expected checks[0].kind to be one that can be checked here, got "backup"',
  );
});
