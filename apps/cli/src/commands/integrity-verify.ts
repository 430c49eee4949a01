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
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface VerifyFlags extends AlgorithmFlags, IgnoreFlags {
  readonly manifest: string;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { manifest: given, ignore, algorithm, legacy } = input.options as VerifyFlags;
  const directory = pathOf(context, input.arguments[0] ?? '.');
  const file = pathOf(context, given);
  const { reportText, verifyManifest } = await integrity(context);
  const manifest = await manifestIn(context, file, { algorithm, legacy });
  const { onProgress, end } = treeProgress(context.messages);
  const report = await verifyManifest(directory, manifest, {
    // The manifest itself is nothing that is extra.
    without: [file],
    ignore,
    legacy,
    signal: context.signal,
    onProgress,
  }).finally(end);
  if (context.json) await emitObject(context.output, 'ManifestVerification', { directory, ...report });
  else if (!report.ok || !context.messages.quiet) await context.output.line(reportText(report));
  return report.ok ? EXIT.ok : EXIT.damaged;
}

/** `holdfast integrity verify`. */
export const integrityVerify: CommandDefinition = {
  path: ['integrity', 'verify'],
  action: 'integrity.verify',
  summary: 'Compare a folder with its manifest',
  description:
    'Says what is missing, changed, extra, renamed or can not be read. With a SHA256SUMS, only the files that it lists count. ' +
    'Exits with 6 when anything is found.',
  arguments: [{ name: '<dir>', description: 'the folder' }],
  options: [
    { flags: '--manifest <file>', description: 'what `integrity manifest`, or sha256sum, has written', required: true },
    IGNORE_OPTION,
    ...ALGORITHM_OPTIONS,
  ],
  examples: [
    { call: 'holdfast integrity verify dist --manifest dist.manifest.json', does: 'Is all as it was?' },
    { call: 'holdfast integrity verify downloads --manifest downloads/SHA256SUMS', does: 'As sha256sum -c does' },
  ],
  output: { shape: 'ManifestVerification' },
  run,
};
