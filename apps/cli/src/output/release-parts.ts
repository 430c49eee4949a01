import { z } from 'zod';
import { make } from './parts.ts';

export const digestText = z.string().describe('digest as `sha256:<hex>`');
export const versionText = z.string().describe('version, as `1.2.0`');
export const channel = z.string().describe('`stable`, or the name of a channel of pre-releases');
export const stepName = z.enum([
  'files',
  'commit',
  'artifact',
  'sbom',
  'manifest',
  'tag',
  'rehearse',
  'publish',
  'push',
]);

const migration = z.strictObject({
  id: z.string().describe('name of its file, as `0007_add_slots`'),
  kind: z
    .enum(['expand', 'data', 'contract'])
    .describe('`contract` takes away what the older version needs: no way back'),
  description: z.string(),
  sql: z.string(),
});

const migrations = z.strictObject({
  forward: z.array(migration).describe('in the order in which they are run'),
  backward: z.array(migration).describe('what undoes them, in that order'),
});

export const migrationList = z.array(migration);

/** What a release and the plan of one have in common. */
export const releaseFacts = {
  id: z.string().describe('`shop@1.2.0`; the version alone where there is one component only'),
  component: z.string().optional(),
  version: versionText,
  name: z.string().describe('for people, as `shop 1.2.0`'),
  description: z.string(),
  notes: z.string().describe('Markdown, as somebody wrote it'),
  preRelease: z.boolean(),
  channel,
  createdAt: make.iso('when it was made'),
  createdBy: z.string(),
  previous: z.string().optional().describe('the version before it'),
  reason: z.string().describe('why it has this version'),
  migrations,
  changelog: z.strictObject({
    since: z.string().optional().describe('the tag that it is compared with; absent for the first release'),
    commits: make.count('commits that the one before it has not'),
    leadTimeMs: z.number().optional().describe('median time from these commits to the release, milliseconds'),
    sections: z.array(
      z.strictObject({
        title: z.string(),
        entries: z.array(
          z.strictObject({
            text: z.string(),
            scope: z.string().optional(),
            commit: z.string().optional().describe('absent where somebody wrote the line by hand'),
            breaking: z.boolean().optional(),
          }),
        ),
      }),
    ),
  }),
  flags: z.record(z.string(), z.unknown()).describe('what flags are with this release'),
  tag: z.string().optional(),
};

const sbomFormat = z.enum(['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3']);

export const sbomFacts = { name: z.string().describe('name of the file'), format: sbomFormat };

export const yank = z
  .strictObject({ at: make.iso('when'), by: z.string(), reason: z.string() })
  .optional()
  .describe('who took it back, when and why');

export const releaseStatus = z.enum(['released', 'yanked']).describe('`yanked`: nobody should use it');
