import * as z from 'zod/mini';
import { text } from './schema-parts.ts';

/** Manifests of snapshots in git, as data. */
export const git = z
  .strictObject({
    enabled: z.optional(z.boolean().check(z.meta({ description: 'Whether manifests go to git. Default `false`.' }))),
    autoCommit: z.optional(
      z.boolean().check(
        z.meta({
          description: 'Commits after each `backup create`. Default `true`; with `false` only `backup commit` does.',
        }),
      ),
    ),
    branch: text('The branch, which has nothing else. Default `backups`.'),
    directory: text(
      'A folder of the checkout, or a bare repository. Relative to this file. Default: the folder of this file.',
    ),
  })
  .check(
    z.meta({
      description:
        'Commits the manifest of each snapshot to git: who was backed up when, how much, and the digest of it all; no content, and neither files nor index of the checkout are touched.',
    }),
  );
