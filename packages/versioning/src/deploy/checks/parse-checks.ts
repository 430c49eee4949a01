import { resolve } from 'node:path';
import { VersioningError } from '../../errors.ts';
import { type BackupDestination, backupFreshCheck, type LatestBackup } from './backup-fresh-check.ts';
import { commandCheck } from './command-check.ts';
import { containerCheck } from './container-check.ts';
import type { Check } from './contract.ts';
import { diskCheck } from './disk-check.ts';
import { httpCheck } from './http-check.ts';
import type { CheckTiming } from './measured-check.ts';
import { invalid, Members } from './members.ts';
import { commandIn, headersIn, secretIn, statusIn, textsByName, versionIn } from './parsed-members.ts';
import { modelCheck } from './model-check.ts';
import { postgresCheck } from './postgres-check.ts';
import { programCheck } from './program-check.ts';
import { redisCheck } from './redis-check.ts';
import { tcpCheck } from './tcp-check.ts';

/** What {@link parseChecks} needs beside the configuration. */
export interface ParseChecksOptions {
  /** What paths are relative to. Default: the folder of this process. */
  readonly folder?: string | undefined;
  /** Tells how old backups are; checks of kind `backup` need it. */
  readonly latestBackup?: LatestBackup | undefined;
  /** How the list is called in messages. Default: `checks`. */
  readonly place?: string | undefined;
}

type Make = (members: Members, timing: CheckTiming, options: ParseChecksOptions) => Check;

const PORTS = { from: 1, to: 65_535 };
const PERCENT = { from: 0, to: 100, isFraction: true };
const COUNT = { from: 0, to: Number.MAX_SAFE_INTEGER };
const TIME = { from: 1, to: 2_147_483_647 };

const MAKERS: Readonly<Record<string, Make>> = {
  disk: (members, timing, { folder = '.' }) =>
    diskCheck({
      path: resolve(folder, members.text('path') ?? '.'),
      warnPercent: members.number('warnPercent', PERCENT),
      failPercent: members.number('failPercent', PERCENT),
      minFreeBytes: members.number('minFreeBytes', COUNT),
      ...timing,
    }),
  http: (members, timing, { folder = '.' }) =>
    httpCheck({
      url: httpUrl(members),
      expectedStatus: statusIn(members, 'expectedStatus'),
      version: versionIn(members, 'version'),
      headers: headersIn(members, 'headers', folder),
      maxBytes: members.number('maxBytes', COUNT),
      ...timing,
    }),
  tcp: (members, timing) => tcpCheck({ host: members.text('host'), port: neededPort(members), ...timing }),
  postgres: (members, timing, { folder = '.' }) =>
    postgresCheck({
      host: members.text('host'),
      port: members.number('port', PORTS),
      database: members.text('database'),
      user: members.text('user'),
      password: secretIn(members, 'password', folder),
      tls: members.flag('tls'),
      needsWrites: members.flag('needsWrites'),
      ...timing,
    }),
  redis: (members, timing, { folder = '.' }) =>
    redisCheck({
      host: members.text('host'),
      port: members.number('port', PORTS),
      user: members.text('user'),
      password: secretIn(members, 'password', folder),
      tls: members.flag('tls'),
      ...timing,
    }),
  container: (members, timing) =>
    containerCheck({
      container: members.neededText('container'),
      program: commandIn(members, 'program'),
      needsHealth: members.flag('needsHealth'),
      ...timing,
    }),
  backup: (members, timing, { latestBackup }) => {
    const destinations = destinationsIn(members);
    if (destinations.length === 0) throw invalid(members.at('destinations'), 'a list with a destination', undefined);
    if (latestBackup === undefined) throw invalid(members.at('kind'), 'one that can be checked here', 'backup');
    const maxAgeMs = members.number('maxAgeMs', TIME);
    const isAged = destinations.every((each) => typeof each !== 'string' && each.maxAgeMs !== undefined);
    if (maxAgeMs === undefined && !isAged) throw invalid(members.at('maxAgeMs'), 'milliseconds', undefined);
    const warnAgeMs = members.number('warnAgeMs', TIME);
    return backupFreshCheck({ destinations, latest: latestBackup, maxAgeMs, warnAgeMs, ...timing });
  },
  program: (members, timing, { folder = '.' }) =>
    programCheck({
      program: members.neededText('program'),
      version: members.text('version'),
      args: members.texts('args'),
      folder: resolve(folder),
      ...timing,
    }),
  model: (members, timing, { folder = '.' }) =>
    modelCheck({
      model: members.neededText('model'),
      load: neededCommand(members),
      folder: resolve(folder, members.text('folder') ?? '.'),
      environment: textsByName(members, 'environment'),
      ...timing,
    }),
  command: (members, timing, { folder = '.' }) =>
    commandCheck({
      command: neededCommand(members),
      folder: resolve(folder, members.text('folder') ?? '.'),
      environment: textsByName(members, 'environment'),
      exitCode: members.number('exitCode', { from: 0, to: 255 }),
      warnExitCodes: warnCodes(members),
      lines: members.number('lines', { from: 0, to: 100 }),
      ...timing,
    }),
};

/**
 * Makes checks of a configuration: a list of objects with their `kind` (`disk`, `http`, `tcp`, `postgres`, `redis`, `container`,
 * `backup`, `program`, `command`, `model`) and the options that the factory of this kind has. Secrets stand there as `{ "env": "NAME" }` or
 * `{ "file": "path" }`; nothing is read before a check runs.
 *
 * @throws {VersioningError} `INVALID_CHECK` with the place, as `checks[1].port`.
 * @example
 * ```ts
 * import { parseChecks, runChecks } from '@x/versioning/deploy';
 *
 * const checks = parseChecks([
 *   { kind: 'disk', path: '/srv', failPercent: 95 },
 *   { kind: 'redis', port: 6379, password: { env: 'REDIS_PASSWORD' } },
 * ]);
 * console.log((await runChecks(checks)).outcome);
 * ```
 */
export function parseChecks(config: unknown, options: ParseChecksOptions = {}): readonly Check[] {
  const { place = 'checks' } = options;
  if (!Array.isArray(config)) throw invalid(place, 'a list', config);
  const checks = config.map((each: unknown, index) => parseCheck(new Members(each, `${place}[${index}]`), options));
  const names = checks.map(({ name }) => name);
  const repeated = names.findIndex((name, index) => names.indexOf(name) < index);
  if (repeated < 0) return checks;
  throw new VersioningError('INVALID_CHECK', `Expected checks with different names, got ${names[repeated]} twice`, {
    hint: `Give ${place}[${repeated}] a name of its own.`,
  });
}

function parseCheck(members: Members, options: ParseChecksOptions): Check {
  const kind = members.value('kind');
  const make = typeof kind === 'string' && Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (make === undefined) throw invalid(members.at('kind'), `one of ${Object.keys(MAKERS).join(', ')}`, kind);
  const check = make(members, timingIn(members), options);
  members.end();
  return check;
}

/** Only what is said: a factory's own defaults hold for the rest. */
function timingIn(members: Members): CheckTiming {
  const timing = {
    name: members.text('name'),
    timeoutMs: members.number('timeoutMs', TIME),
    attempts: members.number('attempts', { from: 1, to: 10_000 }),
    intervalMs: members.number('intervalMs', { from: 0, to: TIME.to }),
    slowMs: members.number('slowMs', TIME),
  };
  return Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined));
}

function httpUrl(members: Members): string {
  const text = members.neededText('url');
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  // It may have a password: it is not shown.
  throw invalid(members.at('url'), 'a URL with http: or https:', undefined);
}

function neededCommand(members: Members): readonly [string, ...string[]] {
  const command = commandIn(members, 'command');
  if (command === undefined) throw invalid(members.at('command'), 'a program with its arguments', undefined);
  return command;
}

/** Names, or objects with a name and ages of its own. */
function destinationsIn(members: Members): readonly (string | BackupDestination)[] {
  const value = members.value('destinations');
  if (value === undefined) return [];
  const wanted = 'a list of names, or of objects with a name and a maxAgeMs';
  if (!Array.isArray(value)) throw invalid(members.at('destinations'), wanted, value);
  return value.map((each: unknown, index) => {
    if (typeof each === 'string') return each;
    const own = new Members(each, `${members.at('destinations')}[${index}]`);
    const destination = {
      name: own.neededText('name'),
      maxAgeMs: own.number('maxAgeMs', TIME),
      warnAgeMs: own.number('warnAgeMs', TIME),
    };
    own.end();
    return destination;
  });
}

function neededPort(members: Members): number {
  const port = members.number('port', PORTS);
  if (port === undefined) throw invalid(members.at('port'), 'a port', undefined);
  return port;
}

function warnCodes(members: Members): readonly number[] | undefined {
  const value = members.value('warnExitCodes');
  const isCode = (each: unknown): each is number => Number.isInteger(each) && Number(each) >= 0 && Number(each) <= 255;
  if (value === undefined || (Array.isArray(value) && value.every(isCode))) return value;
  throw invalid(members.at('warnExitCodes'), 'a list of exit codes', value);
}
