import type { Digest } from '@x/integrity';
import { ALGORITHM_OPTIONS, type AlgorithmFlags, integrity, pathOf } from '../compose/integrity.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, exitCodeOf, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { failureLines, failureView } from '../render/failure.ts';

type Format = 'gnu' | 'bsd' | 'digest' | 'sri';

interface HashFlags extends AlgorithmFlags {
  readonly format?: Format | undefined;
}

/** What the W3C's Subresource Integrity has of our algorithms. */
const SRI: ReadonlySet<string> = new Set(['sha256', 'sha512']);

async function digestOf(context: Context, path: string, { algorithm, legacy }: HashFlags): Promise<Digest> {
  const { digest, digestFile } = await integrity(context);
  const options = { algorithm, legacy, signal: context.signal };
  return path === '-' ? digest(context.input, options) : digestFile(pathOf(context, path), options);
}

async function lineOf(
  context: Context,
  path: string,
  { digest, format }: { digest: Digest; format: Format },
): Promise<string> {
  if (format === 'digest') return `${digest}`;
  if (format === 'sri') return digest.sri ?? '';
  const { formatSum } = await integrity(context);
  return formatSum(path, digest, { style: format });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as HashFlags;
  const { format = 'gnu' } = flags;
  const { output, messages } = context;
  if (format === 'sri' && !SRI.has(flags.algorithm ?? 'sha256')) {
    throw usageError(
      `Expected --format sri with sha256 or sha512, got ${flags.algorithm}`,
      'HTML knows no other digest.',
    );
  }
  const failed: ExitCode[] = [];
  for (const path of input.arguments) {
    try {
      const digest = await digestOf(context, path, flags);
      const json = { path, digest: `${digest}`, sri: digest.sri };
      await output.line(context.json ? jsonOf('FileDigest', json) : await lineOf(context, path, { digest, format }));
    } catch (error) {
      // One file that can't be read stops no other; a wrong option or Ctrl-C does.
      if ((error as { code?: unknown }).code !== 'READ_FAILED') throw error;
      const { code, message } = failureView(error);
      failed.push(exitCodeOf(error));
      if (context.json) await output.line(jsonOf('FileDigest', { path, error: { code, message } }));
      else for (const line of failureLines(failureView(error), messages.colors)) messages.warn(line);
    }
  }
  const [first] = failed;
  if (first === undefined) return EXIT.ok;
  return failed.length < input.arguments.length ? EXIT.partial : first;
}

/** `holdfast integrity hash`. */
export const integrityHash: CommandDefinition = {
  path: ['integrity', 'hash'],
  action: 'integrity.verify',
  summary: 'Print digests of files',
  description: 'By default in the form that `sha256sum -c` checks. `-` is standard input.',
  arguments: [{ name: '<file...>', description: 'files to digest' }],
  options: [
    ...ALGORITHM_OPTIONS,
    {
      flags: '--format <form>',
      description: 'gnu (default) and bsd: a line of SHA256SUMS; digest: sha256:HEX; sri: as in HTML, sha256-BASE64',
      choices: ['gnu', 'bsd', 'digest', 'sri'],
    },
  ],
  examples: [
    { call: 'holdfast integrity hash release.tar.gz', does: 'As sha256sum prints it' },
    { call: 'holdfast integrity hash *.iso --algorithm blake3 --format digest', does: 'Another algorithm, named' },
  ],
  output: { shape: 'FileDigest', lines: true },
  run,
};
