import type { ScheduleEvent, WatchedRun } from '@x/operations';
import { now } from '../clock.ts';
import { daemonFiles, startDaemon } from '../compose/daemon.ts';
import { takeDaemonFile } from '../compose/daemon-file.ts';
import { lookAtJobs } from '../compose/schedule-look.ts';
import { runDue, runSchedule } from '../compose/schedule-loop.ts';
import { writeTold } from '../compose/write-events.ts';
import { demandDuration } from '../config/duration.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { eventOutput, watchOutput } from '../output/schedule-runs.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { eventText, watchText } from '../render/schedule.ts';
import { displayText } from '../render/text.ts';
import { formatDuration, formatTime } from '../render/time.ts';
import { DAEMON_OPTIONS, SCHEDULE_OPTIONS, wholeNumber } from './schedule-options.ts';

interface RunFlags {
  readonly daemon?: true | undefined;
  readonly pidFile?: string | undefined;
  readonly log?: string | undefined;
  readonly once?: true | undefined;
  readonly grace?: number | undefined;
  readonly concurrency?: number | undefined;
}

/** What a run is given to come to its end, where nobody says otherwise, in milliseconds. */
const GRACE_MS = 30_000;

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as RunFlags;
  const { once, grace = GRACE_MS, concurrency } = flags;
  const { output, messages } = context;
  if (flags.daemon === true) return begin(context, flags);
  let printed = Promise.resolve();
  let isBad = false;
  let isPartial = false;
  const onEvent = (event: ScheduleEvent): void => {
    context.told.scheduler(event);
    if (event.type === 'run.finished' || event.type === 'run.failed') void writeTold(context);
    if (event.type === 'run.failed' || event.type === 'run.givenUp' || event.type === 'schedule.failed') isBad = true;
    if (event.type === 'run.finished' && event.outcome === 'partial') isPartial = true;
    const line = context.json
      ? jsonOf('ScheduleEvent', eventOutput(event))
      : `${formatTime(now())}  ${eventText(event)}`;
    printed = printed.then(async () => output.line(line));
  };
  if (once === true) {
    const onWatched = ({ job, slotMs, leaseMs }: WatchedRun): void =>
      messages.note(
        `${displayText(job)} of ${formatTime(slotMs)} was begun by another process: it is taken over when nothing is heard of it for ${formatDuration(leaseMs)}.`,
      );
    try {
      await runDue(context, { concurrency, onEvent, onWatched });
    } finally {
      await printed;
    }
    return isBad ? EXIT.failed : isPartial ? EXIT.partial : EXIT.ok;
  }
  const { pidFile } = await daemonFiles(context, flags);
  const log = flags.log === undefined ? undefined : resolvePath(flags.log, context.workingDirectory);
  await using _ = await takeDaemonFile(pidFile, now(), log);
  await runSchedule(context, {
    graceMs: grace,
    concurrency,
    onEvent,
    onWatch: (job, event) => {
      const line = context.json
        ? jsonOf('ScheduleEvent', watchOutput(job, event))
        : `${formatTime(now())}  ${watchText(job, event)}`;
      printed = printed.then(async () => output.line(line));
    },
    onReady: (jobs, location) => {
      messages.note(
        `${formatNumberOf(jobs.length, 'job')}, runs are kept in ${displayText(location)}. Ctrl-C ends it.`,
      );
      if (jobs.length === 0) messages.warn('No job is configured: write some below schedule.jobs.');
    },
    onRefused: (error) => {
      messages.warn(
        `The configuration was not taken: ${displayText(error instanceof Error ? error.message : String(error))}`,
      );
      const details = error instanceof Error && 'details' in error && Array.isArray(error.details) ? error.details : [];
      for (const detail of details) messages.warn(displayText(String(detail)));
    },
  });
  await printed;
  return EXIT.ok;
}

/** Starts it in the background. */
async function begin(context: Context, flags: RunFlags): Promise<ExitCode> {
  if (flags.once === true) throw usageError('Expected --daemon or --once, got both', 'With --once it ends by itself.');
  // What is wrong with the jobs is told here, and not in a log.
  await lookAtJobs(context);
  const files = await daemonFiles(context, flags);
  const { pid } = await startDaemon(context, files);
  if (context.json) await context.output.line(jsonOf('ScheduleDaemon', { running: true, pid, ...files }));
  else context.messages.note(`Process ${pid} runs the jobs; it writes to ${displayText(files.log)}.`);
  return EXIT.ok;
}

/** `holdfast schedule run`. */
export const scheduleRunCommand: CommandDefinition = {
  path: ['schedule', 'run'],
  action: 'schedule.run',
  summary: 'Run the jobs of the configuration at their times, until Ctrl-C',
  description:
    'Each slot of a job is run once, by one of all that share the store; when its process dies, another takes it over: at once on the same machine (Linux), ' +
    'else when nothing was heard of it for its lease, a minute at first and a quarter of an hour at most. What went by while nothing ran is caught ' +
    'up as the job says, and named. Ctrl-C and SIGTERM let runs end (--grace), and give back what takes longer. SIGHUP reads the configuration again; what is wrong in it is ' +
    'told, and the one before stays. With --once, for timers of the system: what is due is run, 1 says that some of it failed, and 3 that something was left out.',
  options: [
    { flags: '--daemon', description: 'in the background' },
    { flags: '--log <file>', description: 'with --daemon: where its lines go (default: .holdfast/schedule.log)' },
    ...DAEMON_OPTIONS,
    { flags: '--once', description: 'run what is due, and end' },
    {
      flags: '--grace <duration>',
      description: 'how long runs may still take at the end (default: 30s)',
      parse: demandDuration,
    },
    { flags: '--concurrency <n>', description: 'jobs at the same time (default: 2)', parse: wholeNumber },
    ...SCHEDULE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast schedule run', does: 'In the foreground, as systemd or a container wants it' },
    { call: 'holdfast schedule run --daemon', does: 'In the background; `schedule stop` ends it' },
    { call: 'holdfast schedule run --once', does: 'What is due, from a timer' },
  ],
  output: { shape: 'ScheduleEvent', lines: true },
  run,
};
