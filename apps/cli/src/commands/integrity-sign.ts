import type { PrivateKey } from '@x/integrity';
import { stat } from 'node:fs/promises';
import { checkFolderOf, readInput, writeOutput } from '../compose/files.ts';
import { integrity, pathOf, privateKeyIn } from '../compose/integrity.ts';
import { FILES_PREDICATE, filesOf, signatureOf } from '../compose/signed-files.ts';
import { demandFuture } from '../config/moment.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';

interface SignFlags {
  readonly key: readonly string[];
  readonly keyPassphraseFile?: string | undefined;
  readonly output?: string | undefined;
  readonly expires?: Date | undefined;
}

/** What is written, and how many files it signs. */
interface Signature {
  readonly document: object;
  readonly files: number;
}

/** Others may have signed the file before: their signatures stay. */
async function signFile(context: Context, path: string, request: SignRequest): Promise<Signature> {
  const { sign } = await integrity(context);
  const { privateKey, expiresAt, output } = request;
  const isThere = (await stat(output).catch(() => undefined))?.isFile() === true;
  const addTo = isThere ? await readInput(output, 'a signature', 'Name another file with --output.') : undefined;
  return { document: await sign({ path }, { privateKey, expiresAt, addTo, signal: context.signal }), files: 1 };
}

async function signFolder(context: Context, folder: string, request: SignRequest): Promise<Signature> {
  const { privateKey, expiresAt, output } = request;
  if (expiresAt !== undefined) {
    throw usageError(
      'Expected --expires for a file, got it for a folder',
      'A statement about a folder has no time of its own: let its keys expire.',
    );
  }
  if ((await stat(output).catch(() => undefined))?.isFile() === true) {
    throw usageError(
      `Expected no signature of this folder yet, got ${output}`,
      'All who sign a folder do so at once, with several --key. Delete it first, or name another file with --output.',
    );
  }
  const { createStatement, signStatement } = await integrity(context);
  const { subject, files } = await filesOf(context, folder, output);
  const statement = createStatement({ subject, predicateType: FILES_PREDICATE });
  return { document: signStatement(statement, { privateKey }), files };
}

interface SignRequest {
  readonly privateKey: readonly PrivateKey[];
  readonly expiresAt: Date | undefined;
  /** Where the signature goes. */
  readonly output: string;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { key, keyPassphraseFile, output: given, expires: expiresAt } = input.options as SignFlags;
  const path = pathOf(context, input.arguments[0] ?? '');
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const output = given === undefined ? signatureOf(path, isFolder) : pathOf(context, given);
  await checkFolderOf(output);
  const privateKey: PrivateKey[] = [];
  for (const file of key) privateKey.push(await privateKeyIn(context, file, { passphraseFile: keyPassphraseFile }));
  const request = { privateKey, expiresAt, output };
  const { document, files } = await (isFolder ? signFolder : signFile)(context, path, request);
  await writeOutput(output, `${JSON.stringify(document)}\n`);
  const keyIds = privateKey.map(({ keyId }) => keyId);
  if (context.json) await emitObject(context.output, 'Signed', { path, keyIds, files, output });
  else if (!context.messages.quiet) await context.output.line(`${formatNumberOf(files, 'file')} signed: ${output}`);
  return EXIT.ok;
}

/** `holdfast integrity sign`. */
export const integritySign: CommandDefinition = {
  path: ['integrity', 'sign'],
  action: 'integrity.sign',
  summary: 'Sign a file or all files of a folder',
  description:
    'A file gets FILE.sig.json beside it, or one more signature in it. A folder gets FOLDER.intoto.json: an in-toto statement with ' +
    'the name and digest of each file, and one digest of the whole, links and empty folders too, in a DSSE envelope that other tools read. ' +
    'Modes and times are not signed.',
  arguments: [{ name: '<path>', description: 'the file or folder' }],
  options: [
    {
      flags: '--key <file>',
      description: 'private key to sign with; may be repeated',
      repeatable: true,
      required: true,
    },
    { flags: '--key-passphrase-file <file>', description: 'passphrase of the key; asked for on a terminal' },
    { flags: '--output <file>', description: 'where the signature goes' },
    {
      flags: '--expires <time>',
      description: 'from then on it does not count: 2027-01-31, or a duration as 90d',
      parse: demandFuture,
    },
  ],
  examples: [
    { call: 'holdfast integrity sign release.tar.gz --key release.pem', does: 'release.tar.gz.sig.json' },
    { call: 'holdfast integrity sign dist --key release.pem --output dist.intoto.json', does: 'A folder' },
  ],
  output: { shape: 'Signed' },
  run,
};
