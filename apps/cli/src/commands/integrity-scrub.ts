import {
  ALGORITHM_OPTIONS,
  type AlgorithmFlags,
  IGNORE_OPTION,
  type IgnoreFlags,
  integrity,
  pathOf,
} from '../compose/integrity.ts';
import { manifestIn } from '../compose/manifest-file.ts';
import { treeProgress } from '../compose/tree-progress.ts';
import { demandBytes } from '../config/bytes.ts';
import { A_DURATION, demandDuration } from '../config/duration.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface ScrubFlags extends AlgorithmFlags, IgnoreFlags {
  readonly manifest: string;
  readonly state: string;
  readonly time?: number | undefined;
  readonly bytes?: number | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { manifest: file, state, time, bytes, ignore, algorithm, legacy } = input.options as ScrubFlags;
  const directory = pathOf(context, input.arguments[0] ?? '.');
  const place = pathOf(context, file);
  const { scrub, scrubText } = await integrity(context);
  const manifest = await manifestIn(context, place, { algorithm, legacy });
  const { onProgress, end } = treeProgress(context.messages);
  const report = await scrub(directory, {
    manifest,
    state: pathOf(context, state),
    budget: { ms: time, bytes },
    // The manifest itself is nothing that is extra.
    without: [place],
    ignore,
    legacy,
    signal: context.signal,
    onProgress,
  }).finally(end);
  if (context.json) await emitObject(context.output, 'ScrubRun', { directory, ...report });
  else if (!report.ok || !context.messages.quiet) await context.output.line(scrubText(report));
  return report.ok ? EXIT.ok : EXIT.damaged;
}

/** `holdfast integrity scrub`. */
export const integrityScrub: CommandDefinition = {
  path: ['integrity', 'scrub'],
  action: 'integrity.verify',
  summary: 'Verify a folder bit by bit, over many runs',
  description:
    'Each run reads as much as its budget allows, least recently read first, and says what share was read since when. What is ' +
    'missing, extra or of another size is found by every run. Exits with 6 when anything is found.',
  arguments: [{ name: '<dir>', description: 'the folder' }],
  options: [
    { flags: '--manifest <file>', description: 'what `integrity manifest`, or sha256sum, has written', required: true },
    { flags: '--state <file>', description: 'remembers what was read when', required: true },
    { flags: '--time <duration>', description: `begin no file after this: ${A_DURATION}`, parse: demandDuration },
    { flags: '--bytes <n>', description: 'read no more than about this, as 20GiB', parse: demandBytes },
    IGNORE_OPTION,
    ...ALGORITHM_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast integrity scrub /archive --manifest archive.json --state archive.scrub --time 2h',
      does: 'Two hours of it, each night',
    },
  ],
  output: { shape: 'ScrubRun' },
  run,
};
