import { readInput, writeOutput } from '../compose/files.ts';
import { integrity, pathOf } from '../compose/integrity.ts';
import { manifestIn } from '../compose/manifest-file.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface ProveFlags {
  readonly manifest?: string | undefined;
  readonly proof?: string | undefined;
  readonly root?: string | undefined;
  readonly output?: string | undefined;
}

const REASONS = {
  'other-root': 'the proof does not lead to this root',
  'other-content': 'the file has other content',
} as const;

async function check(context: Context, given: string, flags: ProveFlags): Promise<ExitCode> {
  const { proof: file = '', root } = flags;
  if (root === undefined || !/^[0-9a-f]{64}$/i.test(root)) {
    throw usageError(
      'Expected --root with 64 hex digits beside --proof',
      'The root comes from whoever vouches for the folder.',
    );
  }
  const path = pathOf(context, given);
  const hint = '`holdfast integrity prove PATH --manifest FILE --output PROOF` makes one.';
  const proof = await readInput(pathOf(context, file), 'a proof', hint);
  const { verifyEntry } = await integrity(context);
  const { verified, problem, entry } = await verifyEntry(path, proof, { root, signal: context.signal });
  const reason = problem && REASONS[problem];
  const facts = { path, entry: entry.path, verified, root, reason };
  const about = displayText(entry.path);
  const { green, red } = context.output.colors;
  if (context.json) await emitObject(context.output, 'InclusionCheck', facts);
  else if (reason !== undefined)
    await context.output.line(`${red('not proven')}: ${reason}; the proof is about ${about}`);
  else if (!context.messages.quiet)
    await context.output.line(
      `${green('proven')}: ${displayText(given)} has the content of ${about} in the tree with root ${root}`,
    );
  return facts.verified ? EXIT.ok : EXIT.damaged;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as ProveFlags;
  const [path = ''] = input.arguments;
  if ((flags.manifest === undefined) === (flags.proof === undefined)) {
    throw usageError('Expected one of --manifest and --proof', '--manifest makes a proof, --proof checks one.');
  }
  if (flags.manifest === undefined) return check(context, path, flags);
  const { proveEntry } = await integrity(context);
  const facts = proveEntry(await manifestIn(context, pathOf(context, flags.manifest), {}), path);
  if (flags.output !== undefined) await writeOutput(pathOf(context, flags.output), `${JSON.stringify(facts)}\n`);
  if (context.json || flags.output === undefined) await emitObject(context.output, 'InclusionProof', facts);
  else if (!context.messages.quiet) await context.output.line(`root ${facts.root}`);
  return EXIT.ok;
}

/** `holdfast integrity prove`. */
export const integrityProve: CommandDefinition = {
  path: ['integrity', 'prove'],
  action: 'integrity.verify',
  summary: 'Prove that a file belongs to a folder, without the folder',
  description:
    'With --manifest: writes a proof of a few hashes for one of its entries. With --proof and --root: says whether a file has the ' +
    'content of that entry in the tree with this root (RFC 9162), and which entry that is; exits with 6 when it has not. The name of the file is not compared.',
  arguments: [{ name: '<path>', description: 'with --manifest, the path in it; with --proof, the file' }],
  options: [
    { flags: '--manifest <file>', description: 'make a proof from this manifest' },
    { flags: '--output <file>', description: 'where the proof goes (default: standard output)' },
    { flags: '--proof <file>', description: 'check this proof' },
    { flags: '--root <hex>', description: 'root of the tree, from somebody who is trusted' },
  ],
  examples: [
    {
      call: 'holdfast integrity prove bin/app --manifest dist.json --output app.proof',
      does: 'Make one; prints the root',
    },
    { call: 'holdfast integrity prove ./app --proof app.proof --root "$ROOT"', does: 'Is this file from that folder?' },
  ],
  output: { shape: 'InclusionProof' },
  run,
};
