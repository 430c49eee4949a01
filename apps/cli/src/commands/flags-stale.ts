import type { StaleReason } from '@x/feature-flags/stale';
import { currentFlags, FLAGS_OPTIONS } from '../compose/flags.ts';
import { findStale, type StaleFindings } from '../compose/stale.ts';
import { A_DURATION, demandDuration } from '../config/duration.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

interface StaleFlags {
  readonly counts?: string | undefined;
  readonly unusedFor?: number | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly fail?: boolean | undefined;
}

type ReasonShape = ShapeOf<'FlagsStale'>['flags'][number]['reasons'][number];

const iso = (ms: number): string => new Date(ms).toISOString();

function reasonOutput(found: StaleReason): ReasonShape {
  const { reason, sentence } = found;
  switch (found.reason) {
    case 'fullyRolledOut':
    case 'alwaysOff': {
      const { sinceMs, variant, value, cause, unit, requires } = found;
      const since = sinceMs === undefined ? undefined : iso(sinceMs);
      return { reason, sentence, variant, value, cause, since, unit, requires };
    }
    case 'neverEvaluated':
      return { reason, sentence, countingSince: iso(found.countingSinceMs) };
    case 'unused':
      return { reason, sentence, lastAt: iso(found.lastAtMs) };
    default:
      return found;
  }
}

function objectOf(file: string, { report, scanned, skipped }: StaleFindings): ShapeOf<'FlagsStale'> {
  return {
    file,
    checked: report.checked,
    scanned,
    skipped: scanned === undefined ? undefined : skipped,
    flags: report.flags.map(({ key, owner, reasons }) => ({ key, owner, reasons: reasons.map(reasonOutput) })),
    unknown: report.unknown.map(({ key, nearest, references, sentence }) => ({
      key,
      nearest,
      references: references.map(({ file: path, line }) => ({ file: path, line })),
      sentence,
    })),
  };
}

const LABELS: Readonly<Record<StaleReason['reason'], string>> = {
  expired: 'expired:',
  fullyRolledOut: 'rolled out:',
  alwaysOff: 'always off:',
  neverEvaluated: 'never evaluated:',
  unused: 'unused:',
  unreferenced: 'unreferenced:',
};

async function print({ output }: Context, { report, scanned }: StaleFindings): Promise<void> {
  const { green, red, yellow } = output.colors;
  const { checked, flags, unknown } = report;
  for (const { owner, reasons } of flags) {
    const of = owner === undefined ? '' : ` (${owner})`;
    for (const { reason, sentence } of reasons)
      await output.line(`${yellow(LABELS[reason])} ${displayText(`${sentence}${of}`)}`);
  }
  for (const { sentence } of unknown) await output.line(`${red('unknown:')} ${displayText(sentence)}`);
  const names =
    unknown.length === 0 ? '' : `; code asks for ${formatNumberOf(unknown.length, 'name')} that no flag has`;
  const files = scanned === undefined ? '' : `; ${formatNumberOf(scanned, 'file')} looked through`;
  const found = flags.length === 0 ? green('none') : yellow(String(flags.length));
  await output.line(`${found} of ${formatNumberOf(checked, 'flag')} may go${names}${files}`);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { counts, unusedFor, exclude, fail = false } = input.options as StaleFlags;
  const { place, definitions } = await currentFlags(context, { strict: true });
  const file = place.name;
  const sources = { file, folders: input.arguments, exclude, counts, unusedForMs: unusedFor };
  const findings = await findStale(context, definitions, sources);
  if (context.json) {
    await emitObject(context.output, 'FlagsStale', objectOf(file, findings));
  } else {
    await print(context, findings);
    if (findings.skipped > 0) {
      const files = formatNumberOf(findings.skipped, 'file');
      context.messages.warn(`${files} not looked through: above 2 MiB, no text, or the generated type of the flags`);
    }
    if (input.arguments.length === 0)
      context.messages.note('Code was not looked through: name its folders, as in `holdfast flags stale src`.');
    if (counts === undefined) context.messages.note('Evaluations are not known: name a file of counts with --counts.');
  }
  const { flags, unknown } = findings.report;
  return fail && flags.length + unknown.length > 0 ? EXIT.usage : EXIT.ok;
}

/** `holdfast flags stale`. */
export const flagsStale: CommandDefinition = {
  path: ['flags', 'stale'],
  action: 'flags.read',
  summary: 'Say which flags have had their time',
  description:
    'Flags that are past their day or the same for everybody; with folders of code, also those that are not in it, and names in it that are no flag; with counts, also those that nobody asks for.',
  arguments: [{ name: '[dir...]', description: 'folders or files of the code that uses the flags' }],
  options: [
    {
      flags: '--counts <file>',
      description: 'evaluations as `flags.counts()` gives them: JSON, or one process a line',
    },
    {
      flags: '--unused-for <duration>',
      description: `with --counts: flags that nobody asked for in so long: ${A_DURATION}`,
      parse: demandDuration,
    },
    {
      flags: '--exclude <glob>',
      description: 'leave out files and folders that match; may be repeated',
      repeatable: true,
    },
    { flags: '--fail', description: 'exit with 2 if there is anything to clear away' },
    ...FLAGS_OPTIONS,
  ],
  examples: [
    { call: 'holdfast flags stale src', does: 'Which flags can go, and which names are misspelt?' },
    { call: "holdfast flags stale src --exclude '*.test.ts'", does: 'Those that only tests use, too' },
    { call: 'holdfast flags stale src web --counts counts.jsonl --fail', does: 'In CI' },
  ],
  output: { shape: 'FlagsStale' },
  run,
};
