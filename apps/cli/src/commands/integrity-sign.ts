import type { PrivateKey } from '@x/integrity';
import { stat, writeFile } from 'node:fs/promises';
import { integrity, pathOf, privateKeyIn } from '../compose/integrity.ts';
import { FILES_PREDICATE, filesOf } from '../compose/signed-files.ts';
import { CliError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { timeOf } from '../render/moment.ts';

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

async function signFolder(context: Context, folder: string, privateKey: readonly PrivateKey[]): Promise<Signature> {
  const { createStatement, signStatement } = await integrity(context);
  const subject = await filesOf(context, folder);
  const statement = createStatement({ subject, predicateType: FILES_PREDICATE });
  return { document: signStatement(statement, { privateKey }), files: subject.length };
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { key, keyPassphraseFile, output: given, expires } = input.options as SignFlags;
  const path = pathOf(context, input.arguments[0] ?? '');
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (isFolder && expires !== undefined) {
    throw new CliError('USAGE', 'Expected --expires for a file, got it for a folder', {
      hint: 'A statement about a folder has no time of its own: let its keys expire.',
    });
  }
  const privateKeys: PrivateKey[] = [];
  for (const file of key) privateKeys.push(await privateKeyIn(context, file, keyPassphraseFile));
  const { sign } = await integrity(context);
  const { document, files } = isFolder
    ? await signFolder(context, path, privateKeys)
    : {
        document: await sign({ path }, { privateKey: privateKeys, expiresAt: expires, signal: context.signal }),
        files: 1,
      };
  const output = given === undefined ? `${path}${isFolder ? '.intoto.json' : '.sig.json'}` : pathOf(context, given);
  await writeFile(output, `${JSON.stringify(document)}\n`);
  const keyIds = privateKeys.map(({ keyId }) => keyId);
  if (context.json) await emitObject(context.output, 'Signed', { path, keyIds, files, output });
  else if (!context.messages.quiet) await context.output.line(`${formatNumberOf(files, 'file')} signed: ${output}`);
  return EXIT.ok;
}

/** `holdfast integrity sign`. */
export const integritySign: CommandDefinition = {
  path: ['integrity', 'sign'],
  summary: 'Sign a file or all files of a folder',
  description:
    'A file gets FILE.sig.json beside it. A folder gets FOLDER.intoto.json: an in-toto statement with the name and digest ' +
    'of each file, in a DSSE envelope that other tools read too.',
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
      parse: timeOf,
    },
  ],
  examples: [
    { call: 'holdfast integrity sign release.tar.gz --key release.pem', does: 'release.tar.gz.sig.json' },
    { call: 'holdfast integrity sign dist --key release.pem --output dist.intoto.json', does: 'A folder' },
  ],
  output: { shape: 'Signed' },
  run,
};
