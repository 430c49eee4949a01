import { lookAtJobs, nextRuns, pastRuns, runJobNow } from '../compose/schedule-look.ts';
import { emitObject } from '../output/emit.ts';
import { runOutput } from '../output/schedule-runs.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { eventText, runCells, statusText, timingText } from '../render/schedule.ts';
import { displayText } from '../render/text.ts';
import { formatDuration, formatTime } from '../render/time.ts';
import { SCHEDULE_OPTIONS, wholeNumber } from './schedule-options.ts';
import { writeTable } from './write-table.ts';

async function list(context: Context): Promise<ExitCode> {
  const jobs = await lookAtJobs(context);
  if (context.json) {
    const iso = (ms: number | undefined): string | undefined =>
      ms === undefined ? undefined : new Date(ms).toISOString();
    const shown = jobs.map(({ name, timing, watched, nextMs, last }) => ({
      job: name,
      timing: timing === undefined || !('at' in timing) ? timing : { ...timing, at: [...timing.at] },
      watched: watched === undefined ? undefined : [...watched],
      next: iso(nextMs),
      last: last === undefined ? undefined : runOutput(last),
    }));
    await emitObject(context.output, 'ScheduleList', { jobs: shown });
  } else if (jobs.length === 0) {
    context.messages.note('No job is configured: write some below schedule.jobs.');
  } else {
    const rows = jobs.map(({ name, timing, watched, nextMs, last }) => [
      name,
      timingText(timing, watched !== undefined),
      nextMs === undefined ? '' : formatTime(nextMs),
      last === undefined ? 'never' : `${formatTime(last.slotMs)} ${statusText(last)}`,
    ]);
    await writeTable(context, ['JOB', 'WHEN', 'NEXT', 'LAST'], rows);
  }
  return EXIT.ok;
}

async function next(context: Context, input: CommandInput): Promise<ExitCode> {
  const { count = 10 } = input.options as { readonly count?: number };
  const runs = await nextRuns(context, count);
  if (context.json) {
    const shown = runs.map(({ job, slotMs }) => ({ job, slot: new Date(slotMs).toISOString() }));
    await emitObject(context.output, 'ScheduleNext', { runs: shown });
  } else if (runs.length === 0) {
    context.messages.note('Nothing is going to run by itself.');
  } else {
    await writeTable(
      context,
      ['WHEN', 'JOB'],
      runs.map(({ job, slotMs }) => [formatTime(slotMs), job]),
    );
  }
  return EXIT.ok;
}

async function history(context: Context, input: CommandInput): Promise<ExitCode> {
  const { limit = 20 } = input.options as { readonly limit?: number };
  const runs = await pastRuns(context, input.arguments[0], limit);
  if (context.json) await emitObject(context.output, 'ScheduleHistory', { runs: runs.map(runOutput) });
  else if (runs.length === 0) context.messages.note('Nothing has run yet.');
  else await writeTable(context, ['SLOT', 'JOB', 'STATUS', 'TOOK', 'WHY'], runs.map(runCells));
  return EXIT.ok;
}

async function now(context: Context, input: CommandInput): Promise<ExitCode> {
  const [job = ''] = input.arguments;
  const { messages, output } = context;
  const end = await runJobNow(context, job, (event) => messages.detail(eventText(event)));
  context.signal.throwIfAborted();
  if (end === undefined) {
    messages.warn(`${displayText(job)} was not run here: another process has it, or has taken it over.`);
    return EXIT.refused;
  }
  const { slotMs, outcome, error, details, durationMs } = end;
  if (context.json) {
    const slot = new Date(slotMs).toISOString();
    await emitObject(output, 'ScheduleNow', { job, slot, outcome, error, details, durationMs });
  } else {
    await output.line(`${displayText(job)}: ${outcome}, ${formatDuration(durationMs)}`);
    if (error !== undefined) messages.warn(displayText(error.message));
  }
  return outcome === 'ok' ? EXIT.ok : outcome === 'partial' ? EXIT.partial : EXIT.failed;
}

/** `holdfast schedule list`. */
export const scheduleListCommand: CommandDefinition = {
  path: ['schedule', 'list'],
  action: 'schedule.read',
  summary: 'List the jobs of the configuration: when they run, next and last',
  options: SCHEDULE_OPTIONS,
  examples: [{ call: 'holdfast schedule list', does: 'All jobs' }],
  output: { shape: 'ScheduleList' },
  run: list,
};

/** `holdfast schedule next`. */
export const scheduleNextCommand: CommandDefinition = {
  path: ['schedule', 'next'],
  action: 'schedule.read',
  summary: 'List the next runs of all jobs, earliest first',
  description: 'Without the jitter of a job, which lets it begin later.',
  options: [{ flags: '--count <n>', description: 'so many (default: 10)', parse: wholeNumber }, ...SCHEDULE_OPTIONS],
  examples: [{ call: 'holdfast schedule next --count 3', does: 'The next three' }],
  output: { shape: 'ScheduleNext' },
  run: next,
};

/** `holdfast schedule history`. */
export const scheduleHistoryCommand: CommandDefinition = {
  path: ['schedule', 'history'],
  action: 'schedule.read',
  summary: 'List runs, latest first, whichever machine has run them',
  description: 'With --json each run has its commands, their exit codes and the end of what they said.',
  arguments: [{ name: '[job]', description: 'a job (default: all)' }],
  options: [
    { flags: '--limit <n>', description: 'no more than this many (default: 20)', parse: wholeNumber },
    ...SCHEDULE_OPTIONS,
  ],
  examples: [{ call: 'holdfast schedule history nightly --limit 7', does: 'The last seven runs of a job' }],
  output: { shape: 'ScheduleHistory' },
  run: history,
};

/** `holdfast schedule now`. */
export const scheduleNowCommand: CommandDefinition = {
  path: ['schedule', 'now'],
  action: 'schedule.run',
  summary: 'Run a job now, and wait for its end',
  description:
    'It is kept in the history, and slots before it count as run over. 3 says that something was left out, 7 that another process has the job.',
  arguments: [{ name: '<job>', description: 'the job' }],
  options: SCHEDULE_OPTIONS,
  examples: [{ call: 'holdfast schedule now nightly', does: 'A backup that does not wait for the night' }],
  output: { shape: 'ScheduleNow' },
  run: now,
};
