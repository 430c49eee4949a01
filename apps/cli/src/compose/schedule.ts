import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, RunContext, RunReport, Timing } from '@x/operations';
import type { ObjectStore } from '@x/storage';
import { demandDuration, optionalDuration } from '../config/duration.ts';
import { placeInJson } from '../config/json-place.ts';
import { publicLocation } from '../config/locations.ts';
import type { CommandWords, ScheduledJob } from '../config/schedule.ts';
import type { Effective } from '../config/merge.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../process/exit-codes.ts';
import type { Context } from '../program/context.ts';
import { jobWatches, type JobWatch } from './schedule-watch.ts';
import { TailStream } from './tail-stream.ts';
import { configFolder } from './tenant-modules.ts';

/** Jobs that run by themselves, and where their runs are remembered. */
export interface OpenSchedule {
  readonly store: ObjectStore;
  readonly jobs: readonly Job[];
  readonly watches: readonly JobWatch[];
  /** Folder or URL of the store. */
  readonly location: string;
  /** How long runs are remembered, in milliseconds; `undefined` for the usual time. */
  readonly keepMs: number | undefined;
}

/**
 * The jobs of the configuration.
 *
 * @throws {CliError} `CONFIG_INVALID`; {OperationsError} `INVALID_JOB`, `INVALID_TIMING`; {StorageError} `UNSUPPORTED_URL`.
 */
export async function openSchedule(context: Context, effective: Effective): Promise<OpenSchedule> {
  const { settings, file } = effective;
  const folder = configFolder(context, effective);
  const location = settings['schedule.store'] ?? join(folder, '.holdfast', 'schedule');
  const [{ openStore }, { checkJob }] = await Promise.all([import('@x/storage'), import('@x/operations')]);
  const jobs = Object.entries(settings['schedule.jobs'] ?? {}).flatMap(([name, job]) => {
    try {
      const all = jobsOf(context, { name, job, timeZone: settings['schedule.timeZone'] });
      for (const each of all) checkInConfiguration(each, checkJob);
      return all;
    } catch (error) {
      throw placedInFile(error, file, ['schedule', 'jobs', name]);
    }
  });
  const keepMs = optionalDuration(settings['schedule.keep']);
  const watches = jobWatches(settings, folder);
  return { store: await openStore(location), jobs, watches, location, keepMs };
}

interface NamedJob {
  readonly name: string;
  readonly job: ScheduledJob;
  readonly timeZone: string | undefined;
}

function jobsOf(context: Context, { name, job, timeZone }: NamedJob): Job[] {
  for (const words of job.run) {
    if (words.find((word) => !word.startsWith('-')) !== 'schedule') continue;
    throw new CliError('CONFIG_INVALID', `Expected schedule.jobs.${name} to run commands, got "schedule" itself`, {
      hint: 'Let it run what is to be done, such as ["backup", "create"].',
    });
  }
  const common = {
    timing: timingOf(name, job, timeZone),
    jitterMs: optionalDuration(job.jitter),
    graceMs: optionalDuration(job.grace),
    catchUp: job.catchUp,
  };
  const runFor = (tenant: string | undefined) => async (run: RunContext) =>
    runCommands(
      context,
      job.run.map((words) => ofTenant(scheduled(words), tenant)),
      run,
    );
  if (job.tenants === undefined) return [{ name, ...common, run: runFor(undefined) }];
  return job.tenants.map((tenant) => ({ name: `${name}/${tenant}`, ...common, run: runFor(tenant) }));
}

function timingOf(name: string, job: ScheduledJob, usual: string | undefined): Timing | undefined {
  const { cron, at, every, timeZone = usual } = job;
  const given = [cron, at, every].filter((each) => each !== undefined).length;
  if (given > 1)
    throw new CliError(
      'CONFIG_INVALID',
      `Expected one of "cron", "at" and "every" in schedule.jobs.${name}, got ${given}`,
      {
        hint: 'Make two jobs of it.',
      },
    );
  if (cron !== undefined) return { cron, timeZone };
  if (at !== undefined) return { at, timeZone };
  return every === undefined ? undefined : { everyMs: demandDuration(every) };
}

/** A command of a tenant: what follows `--` is no option any more. */
function ofTenant(words: readonly string[], tenant: string | undefined): readonly string[] {
  if (tenant === undefined) return words;
  const end = words.indexOf('--');
  return words.toSpliced(end < 0 ? words.length : end, 0, '--tenant', tenant);
}

/** What packages say of a job, in words of the configuration. @throws {CliError} `CONFIG_INVALID`. */
function checkInConfiguration(job: Job, check: (job: Job) => void): void {
  try {
    check(job);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CliError('CONFIG_INVALID', `schedule.jobs.${job.name}: ${error.message}`, {
      cause: error,
      hint: 'Such as "cron": "0 2 * * 1-5", "at": ["02:30"] or "every": "6h"; names are small letters, digits, ".", "_" and "-".',
    });
  }
}

/** Backups of a schedule look at their data before they choose how to compress. */
function scheduled(words: CommandWords): readonly string[] {
  const isBackup = words[0] === 'backup' && words[1] === 'create' && !words.includes('--scheduled');
  return isBackup ? [...words, '--scheduled'] : words;
}

/** Runs commands one after the other, until one fails. */
async function runCommands(
  context: Context,
  lines: readonly (readonly string[])[],
  { signal }: RunContext,
): Promise<RunReport> {
  const commands: { command: string; exitCode: number; output: string }[] = [];
  let outcome: 'ok' | 'partial' = 'ok';
  for (const argv of lines) {
    signal.throwIfAborted();
    const [stdout, stderr] = [new TailStream(), new TailStream()];
    const exitCode = await context.call({ argv, stdout, stderr, signal });
    const command = withoutPasswords(argv.join(' '));
    commands.push({ command, exitCode, output: withoutPasswords(`${stdout.text()}${stderr.text()}`.trim()) });
    if (exitCode === EXIT.partial) outcome = 'partial';
    else if (exitCode !== EXIT.ok)
      return {
        outcome: 'failed',
        error: { code: `EXIT_${exitCode}`, message: withoutPasswords(lastLine(stderr.text(), command)) },
        details: { commands },
      };
  }
  return { outcome, details: { commands } };
}

/** What a failed command has said last, without what to do about it. */
function lastLine(text: string, command: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint: '));
  return lines.at(-1)?.trim() ?? `${command} has failed`;
}

/** Runs are kept where others may read them: passwords of URLs are not. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, publicLocation);
}

/** The same failure, with where in the configuration file its reason stands. */
function placedInFile(error: unknown, file: string | undefined, path: readonly PropertyKey[]): unknown {
  if (!(error instanceof CliError) || file === undefined) return error;
  const { line, column } = placeInJson(readFileSync(file, 'utf8'), path);
  const { code, message, hint } = error;
  return new CliError(code, `${file}, line ${line}, column ${column}: ${message}`, { cause: error.cause, hint });
}
