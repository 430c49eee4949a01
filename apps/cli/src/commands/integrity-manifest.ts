import type { Digest, Manifest } from '@x/integrity';
import { checkFolderOf, writeOutput } from '../compose/files.ts';
import { ALGORITHM_OPTIONS, type AlgorithmFlags, integrity, pathOf } from '../compose/integrity.ts';
import { treeProgress } from '../compose/tree-progress.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

interface ManifestFlags extends AlgorithmFlags {
  readonly format?: 'json' | 'sha256sums' | 'bsd' | undefined;
  readonly output?: string | undefined;
}

/** What is written, and the digest of the manifest. In JSON it is that of the file, so no line end is added. */
async function textOf(
  context: Context,
  manifest: Manifest,
  format: ManifestFlags['format'] = 'json',
): Promise<{ text: Uint8Array; digest: Digest }> {
  const { digest, digestManifest, formatManifest, formatSums } = await integrity(context);
  if (format !== 'json') {
    const text = formatSums(manifest, { style: format === 'bsd' ? 'bsd' : 'gnu' });
    return { text, digest: await digestManifest(manifest) };
  }
  const text = Buffer.from(formatManifest(manifest), 'utf8');
  return { text, digest: await digest(text) };
}

async function print({ output }: Context, text: Uint8Array): Promise<void> {
  await output.write(text);
  // So that the prompt does not stand behind it.
  if (output.isTerminal && text.at(-1) !== 0x0a) await output.line();
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { format, output: file, algorithm, legacy } = input.options as ManifestFlags;
  const directory = pathOf(context, input.arguments[0] ?? '.');
  const output = file === undefined ? undefined : pathOf(context, file);
  if (output !== undefined) await checkFolderOf(output);
  const { createManifest } = await integrity(context);
  const { onProgress, end } = treeProgress(context.messages);
  const manifest = await createManifest(directory, {
    // The file that is being written is no part of the tree.
    without: output === undefined ? [] : [output],
    algorithm,
    legacy,
    signal: context.signal,
    onProgress,
  }).finally(end);
  const { text, digest } = await textOf(context, manifest, format);
  if (output !== undefined) await writeOutput(output, text);
  else if (!context.json) await print(context, text);
  const files = manifest.entries.filter(({ kind }) => kind === 'file');
  const facts = {
    directory,
    algorithm: manifest.algorithm,
    digest: `${digest}`,
    entries: manifest.entries.length,
    files: files.length,
    bytes: files.reduce((sum, { size = 0 }) => sum + size, 0),
    problems: manifest.problems,
    output,
  };
  for (const { path, reason } of manifest.problems) context.messages.warn(`${displayText(path)}: ${reason}`);
  if (context.json) await emitObject(context.output, 'ManifestRun', facts);
  else {
    context.messages.note(
      `${formatNumberOf(facts.entries, 'entry', 'entries')}, ${formatBytes(facts.bytes)} in ${formatNumberOf(facts.files, 'file')}; manifest ${facts.digest}`,
    );
  }
  return facts.problems.length > 0 ? EXIT.partial : EXIT.ok;
}

/** `holdfast integrity manifest`. */
export const integrityManifest: CommandDefinition = {
  path: ['integrity', 'manifest'],
  action: 'integrity.sign',
  summary: 'List a folder with the digest of each file',
  description:
    'In JSON, with kinds, sizes, modes, times and links, or as SHA256SUMS, which `sha256sum -c` checks. Exits with 3 when ' +
    'something could not be read.',
  arguments: [{ name: '<dir>', description: 'the folder' }],
  options: [
    {
      flags: '--output <file>',
      description: 'where to write it (default: standard output); no part of it, if it is in the folder',
    },
    { flags: '--format <form>', description: 'json by default', choices: ['json', 'sha256sums', 'bsd'] },
    ...ALGORITHM_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast integrity manifest dist --output dist.manifest.json',
      does: 'Everything that is known of each entry',
    },
    { call: 'holdfast integrity manifest dist --format sha256sums --output dist/SHA256SUMS', does: 'For sha256sum -c' },
  ],
  output: { shape: 'ManifestRun' },
  run,
};
