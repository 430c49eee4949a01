import * as z from 'zod/mini';
import { flag, oneOf, text, texts, word } from './schema-parts.ts';

const artifact = z.optional(
  z
    .union([
      z.strictObject({
        folder: text(
          'Folder whose files it has, relative to the folder that is released; default: that folder itself.',
        ),
        include: texts('Only what one of these patterns of `.gitignore` names.'),
        exclude: texts('Left out, whatever else is said.'),
        ignoreFiles: texts('Files of rules that hold in their folder; default: `.gitignore`, then `.artifactignore`.'),
      }),
      z.literal(false),
    ])
    .check(
      z.meta({
        description: 'The files of the artefact (default: those that git does not ignore), or `false` for none.',
      }),
    ),
);

const sbom = z.optional(
  z
    .union([
      z.strictObject({
        format: oneOf(['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'], 'Default `cyclonedx-1.6`.'),
        folder: text('Folder of the lockfile, relative to the folder that is released.'),
        file: text('Which lockfile, where there are several.'),
        omitDev: flag('Leaves out what only development needs. Default `true`.'),
        workspace: text('Only one package of a monorepo, by path or name.'),
      }),
      z.literal(false),
    ])
    .check(
      z.meta({
        description: 'The bill of materials (default: CycloneDX, where there is a lockfile), or `false` for none.',
      }),
    ),
);

/** What a component may say for itself. */
const parts = {
  paths: texts('Only commits that changed something here count. Relative to the folder that is released.'),
  tagPrefix: text('What stands before the version in tags. Default `v`; with a component `<component>@`.'),
  changelog: z.optional(
    z
      .union([word, z.literal(false)])
      .check(
        z.meta({ description: 'The changelog that is kept up to date (default `CHANGELOG.md`), or `false` for none.' }),
      ),
  ),
  versionFiles: texts(
    'Files that the version is written to. Default: `package.json` and the lockfile of npm, where they are.',
  ),
  intents: text('Folder of intent files, as `.changeset`. Default: commits decide about the version.'),
  artifact,
  sbom,
  migrations: text('Folder of the migrations of a release.'),
};

const component = z.strictObject({
  folder: text(
    'Its folder, relative to the folder that is released. Then only commits that changed something there count.',
  ),
  ...parts,
});

/** The section `release`. */
export const release = z
  .strictObject({
    store: text(
      'Folder or URL of the history and contents of releases. A relative folder is relative to this file. Default: `.holdfast/releases` in the folder that is released.',
    ),
    component: text('Name of what is released, where a repository releases several; without `--component`, this one.'),
    components: z.optional(
      z
        .record(word, component)
        .check(z.meta({ description: 'Components of a monorepo by name, each with what is different for it.' })),
    ),
    ...parts,
    branches: texts('Branches that may be released from. Default: any.'),
    remote: text('Remote that releases are pushed to. Default: none; they stay here.'),
    signKey: text('File of the private key that signs releases. Default: they are not signed.'),
    signKeyPassphraseFile: text('File that holds its passphrase. The passphrase itself never stands here.'),
    trustKeys: texts('Files of public keys that releases are verified with. Default: the public half of `signKey`.'),
    signTags: flag('Signs tags as git is set up to. Default `false`.'),
    types: z.optional(
      z
        .record(word, z.enum(['major', 'minor', 'patch', 'none']))
        .check(z.meta({ description: 'What types of change of your own raise: `{"melhoria": "minor"}`.' })),
    ),
    titles: z.optional(
      z.record(word, z.array(word)).check(
        z.meta({
          description: 'Titles of sections of the changelog, each with its types. Default: Keep a Changelog.',
        }),
      ),
    ),
    preMajor: oneOf(['minor', 'major'], 'What a breaking change raises before 1.0.0. Default `minor`.'),
  })
  .check(z.meta({ description: 'Releases. What is released is the folder of this file, if that is in a checkout.' }));
