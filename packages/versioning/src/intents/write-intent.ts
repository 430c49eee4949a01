import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../artifact/file-failure.ts';
import { shown, VersioningError } from '../errors.ts';
import { type BumpLevel, type ChangeTypes, levelOfType } from '../version/change-types.ts';
import { formatIntent, type WrittenRelease } from './format-intent.ts';
import { DIRECTORY, type Intent } from './intent.ts';
import { intentName } from './intent-names.ts';
import { parseIntent } from './parse-intent.ts';
import { type Random, systemRandom } from './random.ts';

/** What an intent says of one package: a level, a type of change, or both where they differ. */
export interface NewIntentRelease {
  /** Default: the only package of the repository. */
  readonly package?: string | undefined;
  /** Default: that of the type. */
  readonly level?: BumpLevel | undefined;
  readonly type?: string | undefined;
  readonly section?: string | undefined;
}

/** Options of {@link writeIntent}. */
export interface WriteIntentOptions {
  /** The root of the repository. */
  readonly folder: string;
  /** Where intents lie, from the folder. Default `.changeset`. It is made if it is not there. */
  readonly directory?: string | undefined;
  /** Empty: a change because of which nothing is released. */
  readonly releases: readonly NewIntentRelease[];
  /** What changes for users, as Markdown. */
  readonly summary: string;
  /** The name without `.md`: letters, digits and hyphens. Default: three words at random, `brave-owls-sing`. */
  readonly name?: string | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
  readonly random?: Random | undefined;
}

/** With a million names, this many are taken at once only by a broken generator. */
const MOST_TRIES = 20;

/**
 * Writes a new intent file, and never over another one. What could not be read again as it is meant is not written.
 *
 * @returns The intent as it is read again.
 * @throws {VersioningError} `UNKNOWN_CHANGE_TYPE`; `INVALID_OPTION` for a name that can't be one, or a release that says nothing;
 * `INVALID_INTENT` for what no intent file can say; `TARGET_EXISTS` for a name that is taken; `WRITE_FAILED`.
 * @example
 * ```ts
 * import { writeIntent } from '@x/versioning';
 *
 * const { file } = await writeIntent({
 *   folder: '.',
 *   releases: [{ package: '@acme/shop', type: 'feature' }],
 *   summary: 'Orders can be exported as CSV.',
 * });
 * console.log(file); // .changeset/brave-owls-sing.md
 * ```
 */
export async function writeIntent(options: WriteIntentOptions): Promise<Intent> {
  const { folder, directory = DIRECTORY, summary, types, name, random = systemRandom } = options;
  const releases = options.releases.map((release) => completed(release, types));
  const text = formatIntent({ releases, summary }, types);
  const intentIn = (id: string): Intent => parseIntent(text, { file: `${directory}/${id}.md`, types });
  if (name !== undefined) checkName(name);
  checkSame(intentIn(name ?? 'intent'), { releases, summary });
  const base = join(folder, directory);
  await mkdir(base, { recursive: true }).catch((cause: unknown) => {
    throw fileFailure('WRITE_FAILED', 'a folder that can be made', { path: base, cause });
  });
  for (let tries = 1; ; tries++) {
    const id = name ?? intentName(random);
    if (await isWritten(join(base, `${id}.md`), text)) return intentIn(id);
    if (name !== undefined || tries === MOST_TRIES) {
      throw new VersioningError(
        'TARGET_EXISTS',
        `Expected a name that is free, got ${directory}/${id}.md, which is there`,
        {
          hint: 'Give another name, or none.',
        },
      );
    }
  }
}

function completed(release: NewIntentRelease, types: ChangeTypes | undefined): WrittenRelease {
  const { package: of, level, type, section } = release;
  if (type === undefined && level === undefined) {
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected a level or type of change for ${of ?? 'the package'}, got neither`,
    );
  }
  return { package: of, level: level ?? levelOfType(type ?? '', types), type, section };
}

/** What is read again is what was meant: a name with a line break, say, would become something else. */
function checkSame(
  read: Intent,
  meant: { readonly releases: readonly WrittenRelease[]; readonly summary: string },
): void {
  const told = (releases: readonly WrittenRelease[]): string =>
    JSON.stringify(releases.map((each) => [each.package, each.level, each.type, each.section]));
  if (told(read.releases) === told(meant.releases) && read.summary === meant.summary.replaceAll('\r\n', '\n').trim())
    return;
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected releases that can be written, got ${shown(told(meant.releases))}`,
    {
      hint: 'Packages are named once each; types are words, and titles of sections have no blanks around them.',
    },
  );
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(name) && !/^(?:readme|con|prn|aux|nul|com\d|lpt\d)$/i.test(name)) return;
  throw new VersioningError('INVALID_OPTION', `Expected a name of letters, digits and hyphens, got ${shown(name)}`, {
    hint: 'Without ".md", and at most 100 characters.',
  });
}

/** Whether the file is there now because of us. */
async function isWritten(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    // It is ours, and half of it means something else.
    await rm(path, { force: true });
    throw fileFailure('WRITE_FAILED', 'a file that can be written', { path, cause });
  }
}
