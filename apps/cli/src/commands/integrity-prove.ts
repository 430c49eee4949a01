import type { Manifest } from '@x/integrity';
import { readFile, writeFile } from 'node:fs/promises';
import { integrity, pathOf } from '../compose/integrity.ts';
import { manifestIn } from '../compose/manifest-file.ts';
import { CliError, usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
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

type Proof = ShapeOf<'InclusionProof'>;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: unknown): Buffer => Buffer.from(typeof hex === 'string' ? hex : '', 'hex');

/** A leaf for each entry, in the order of the manifest: its canonical JSON. */
async function prove(context: Context, manifest: Manifest, path: string): Promise<Proof> {
  const { canonicalJson, MerkleTree } = await integrity(context);
  const index = manifest.entries.findIndex((entry) => entry.path === path);
  const entry = manifest.entries[index];
  if (entry === undefined) {
    throw new CliError(
      'UNREADABLE',
      `Expected ${path} in the manifest, got none of its ${manifest.entries.length} entries`,
      {
        hint: 'Name it as the manifest does: relative to the folder, with / between names.',
      },
    );
  }
  const tree = new MerkleTree();
  for (const each of manifest.entries) tree.append(Buffer.from(canonicalJson(each), 'utf8'));
  const proof = tree.proveInclusion(index).map(hexOf);
  return { format: 'holdfast-inclusion', version: 1, root: hexOf(tree.root()), size: tree.size, index, entry, proof };
}

async function proofIn(file: string): Promise<Partial<Proof>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
    throw new TypeError('not an object');
  } catch (cause) {
    throw new CliError('UNREADABLE', `Expected a proof in ${file}, got none`, {
      cause,
      hint: '`holdfast integrity prove PATH --manifest FILE --output PROOF` makes one.',
    });
  }
}

/** Why the file is not what the tree holds; `undefined` when it is. */
async function doubt(
  context: Context,
  path: string,
  { proof, root }: { proof: Partial<Proof>; root: string },
): Promise<string | undefined> {
  const { canonicalJson, digestFile, digestsEqual, leafHash, parseDigest, verifyInclusion } = await integrity(context);
  const { entry, index, size, proof: hashes } = proof;
  if (
    proof.format !== 'holdfast-inclusion' ||
    proof.version !== 1 ||
    entry?.digest === undefined ||
    !Array.isArray(hashes)
  )
    return 'it is no proof about a file';
  const leaf = leafHash(Buffer.from(canonicalJson(entry), 'utf8'));
  const claim = {
    leafHash: leaf,
    index: Number(index),
    size: Number(size),
    root: bytesOf(root),
    proof: hashes.map(bytesOf),
  };
  if (!verifyInclusion(claim)) return 'the proof does not lead to this root';
  const signed = parseDigest(entry.digest);
  const { algorithm } = signed;
  if (algorithm === 'md5' || algorithm === 'sha1') return `${algorithm} proves nothing`;
  return digestsEqual(await digestFile(path, { algorithm, signal: context.signal }), signed)
    ? undefined
    : 'the file has other content';
}

async function check(context: Context, given: string, flags: ProveFlags): Promise<ExitCode> {
  const { proof: file = '', root } = flags;
  if (root === undefined || !/^[0-9a-f]{64}$/.test(root)) {
    throw usageError(
      'Expected --root with 64 hex digits beside --proof',
      'The root comes from whoever vouches for the folder.',
    );
  }
  const path = pathOf(context, given);
  const reason = await doubt(context, path, { proof: await proofIn(pathOf(context, file)), root });
  const facts = { path, verified: reason === undefined, root, reason };
  const { green, red } = context.output.colors;
  if (context.json) await emitObject(context.output, 'InclusionCheck', facts);
  else if (reason !== undefined) await context.output.line(`${red('not proven')}: ${reason}`);
  else if (!context.messages.quiet)
    await context.output.line(`${green('proven')}: ${displayText(given)} is in the tree with root ${root}`);
  return facts.verified ? EXIT.ok : EXIT.damaged;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as ProveFlags;
  const [path = ''] = input.arguments;
  if ((flags.manifest === undefined) === (flags.proof === undefined)) {
    throw usageError('Expected one of --manifest and --proof', '--manifest makes a proof, --proof checks one.');
  }
  if (flags.manifest === undefined) return check(context, path, flags);
  const facts = await prove(context, await manifestIn(context, pathOf(context, flags.manifest), {}), path);
  const text = `${JSON.stringify(facts)}\n`;
  if (flags.output !== undefined) await writeFile(pathOf(context, flags.output), text);
  if (context.json || flags.output === undefined) await emitObject(context.output, 'InclusionProof', facts);
  else if (!context.messages.quiet) await context.output.line(`root ${facts.root}`);
  return EXIT.ok;
}

/** `holdfast integrity prove`. */
export const integrityProve: CommandDefinition = {
  path: ['integrity', 'prove'],
  summary: 'Prove that a file belongs to a folder, without the folder',
  description:
    'With --manifest: writes a proof of a few hashes for one of its entries. With --proof and --root: says whether a file is the one ' +
    'that the tree with this root holds (RFC 9162), and exits with 6 when it is not.',
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
