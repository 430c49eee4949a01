import { dirname } from 'node:path';
import { daemonFiles, stopDaemon } from '../compose/daemon.ts';
import { type Daemon, runningDaemon } from '../compose/daemon-file.ts';
import { lookAtJobs } from '../compose/schedule-look.ts';
import { demandDuration } from '../config/duration.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { formatDuration, formatTime } from '../render/time.ts';
import { scheduleUnit } from '../render/systemd-unit.ts';
import { DAEMON_OPTIONS, SCHEDULE_OPTIONS } from './schedule-options.ts';

interface DaemonFlags {
  readonly pidFile?: string | undefined;
  readonly wait?: number | undefined;
  readonly user?: string | undefined;
}

/** How long a process may take to end, where nobody says otherwise, in milliseconds: its runs have half a minute. */
const WAIT_MS = 60_000;

async function find(context: Context, flags: DaemonFlags): Promise<{ daemon: Daemon | undefined; pidFile: string }> {
  const { pidFile } = await daemonFiles(context, flags);
  return { daemon: await runningDaemon(pidFile), pidFile };
}

async function status(context: Context, input: CommandInput): Promise<ExitCode> {
  const { daemon, pidFile } = await find(context, input.options);
  const { output, json } = context;
  if (json) {
    const started = daemon === undefined ? undefined : new Date(daemon.startedMs).toISOString();
    const { pid, host, log } = daemon ?? {};
    await emitObject(output, 'ScheduleDaemon', { running: daemon !== undefined, pid, host, started, pidFile, log });
  } else if (daemon === undefined) {
    await output.line('no process runs the jobs here');
  } else {
    const log = daemon.log === undefined ? '' : `, writes to ${displayText(daemon.log)}`;
    await output.line(`process ${daemon.pid} runs the jobs since ${formatTime(daemon.startedMs)}${log}`);
  }
  if (!json)
    for (const { name, nextMs, last } of await lookAtJobs(context)) {
      const next = nextMs === undefined ? 'when asked for' : formatTime(nextMs);
      await output.line(
        `${name}: last ${last === undefined ? 'never' : `${last.status}, ${formatTime(last.slotMs)}`}; next ${next}`,
      );
    }
  return daemon === undefined ? EXIT.notFound : EXIT.ok;
}

async function stop(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as DaemonFlags;
  const { daemon, pidFile } = await find(context, flags);
  const { wait = WAIT_MS } = flags;
  const hasEnded = daemon === undefined || (await stopDaemon(daemon, wait));
  if (context.json) {
    const pid = daemon?.pid;
    await emitObject(context.output, 'ScheduleDaemon', { running: !hasEnded, pid, pidFile, stopped: hasEnded });
  } else if (daemon === undefined) {
    context.messages.note('No process runs the jobs here.');
  } else if (hasEnded) {
    context.messages.note(`Process ${daemon.pid} has ended.`);
  } else {
    context.messages.warn(
      `Process ${daemon.pid} has not ended within ${formatDuration(wait)}: a run takes longer. It ends when that does.`,
    );
  }
  return hasEnded ? EXIT.ok : EXIT.failed;
}

async function unit(context: Context, input: CommandInput): Promise<ExitCode> {
  const { user } = input.options as DaemonFlags;
  const { file } = await context.effective();
  const config = file === undefined ? [] : ['--config', file];
  const command = [process.execPath, process.argv[1] ?? 'holdfast', 'schedule', 'run', ...config];
  const text = scheduleUnit({ command, folder: file === undefined ? context.workingDirectory : dirname(file), user });
  if (context.json) await emitObject(context.output, 'ScheduleUnit', { unit: text });
  else await context.output.write(text);
  return EXIT.ok;
}

/** `holdfast schedule status`. */
export const scheduleStatusCommand: CommandDefinition = {
  path: ['schedule', 'status'],
  action: 'schedule.read',
  summary: 'Say whether a process runs the jobs here, and how each ended last',
  description: '4 says that none does.',
  options: [...DAEMON_OPTIONS, ...SCHEDULE_OPTIONS],
  examples: [{ call: 'holdfast schedule status', does: 'The process, its log, and the jobs' }],
  output: { shape: 'ScheduleDaemon' },
  run: status,
};

/** `holdfast schedule stop`. */
export const scheduleStopCommand: CommandDefinition = {
  path: ['schedule', 'stop'],
  action: 'schedule.run',
  summary: 'End the process that runs the jobs here',
  description:
    'Its runs have the time of its --grace to end; what takes longer is given back, and begun again by the next one. 1 says that it has not ended yet.',
  options: [
    { flags: '--wait <duration>', description: 'how long to wait for it (default: 60s)', parse: demandDuration },
    ...DAEMON_OPTIONS,
  ],
  examples: [{ call: 'holdfast schedule stop', does: 'What `schedule run --daemon` has started' }],
  output: { shape: 'ScheduleDaemon' },
  run: stop,
};

/** `holdfast schedule unit`. */
export const scheduleUnitCommand: CommandDefinition = {
  path: ['schedule', 'unit'],
  action: 'schedule.read',
  summary: 'Print a service of systemd that runs the jobs',
  description:
    'It restarts by itself, takes a changed configuration by `systemctl reload`, and has its secrets in /etc/holdfast/environment.',
  options: [{ flags: '--user <name>', description: 'user that it runs as (default: root)' }],
  examples: [
    {
      call: 'holdfast schedule unit --user backup > /etc/systemd/system/holdfast.service',
      does: 'Then `systemctl enable --now holdfast`',
    },
  ],
  output: { shape: 'ScheduleUnit' },
  run: unit,
};
