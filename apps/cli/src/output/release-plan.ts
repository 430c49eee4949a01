import { z } from 'zod';
import { make } from './parts.ts';
import { releaseFacts, sbomFacts, stepName } from './release-parts.ts';

const identity = z.strictObject({ name: z.string(), email: z.string(), dateMs: z.number().describe('since 1970') });

const artifactEntry = z.strictObject({
  path: z.string(),
  kind: z.enum(['file', 'directory']),
  size: make.bytes('content'),
  executable: z.boolean(),
});

export const releasePlan = z
  .strictObject({
    format: z.literal('holdfast-release-plan'),
    formatVersion: z.literal(0),
    release: z.strictObject(releaseFacts),
    folder: z.string().describe('what is released, absolute'),
    root: z.string().describe('the top of the checkout, absolute'),
    basis: z
      .strictObject({
        commit: z.string(),
        branch: z.string().optional(),
        isDirty: z.boolean().describe('whether there are changes that are not committed'),
      })
      .describe('what is checked out'),
    repository: z.string().optional().describe('its address, without credentials'),
    files: z
      .array(
        z.strictObject({
          path: z.string(),
          before: z.string().optional().describe('its text; absent for a new file'),
          after: z.string().optional().describe('its text; absent for one that goes away'),
        }),
      )
      .describe('files that change in the folder'),
    commit: z
      .strictObject({
        root: z.string(),
        branch: z.string().optional(),
        parent: z.string(),
        files: z.array(z.string()).describe('from the root'),
        message: z.string(),
        author: identity,
        committer: identity,
        signing: z.strictObject({ key: z.string().optional() }).optional(),
      })
      .optional(),
    artifact: z
      .strictObject({
        name: z.string().describe('name of the file'),
        files: z.strictObject({
          folder: z.string(),
          entries: z.array(artifactEntry),
          size: make.bytes('all files'),
        }),
        buildId: z.string().optional(),
      })
      .optional(),
    sbom: z
      .strictObject({
        ...sbomFacts,
        folder: z.string().describe('folder of the lockfile'),
        file: z.string().optional(),
        options: z.strictObject({
          component: z
            .strictObject({
              name: z.string(),
              version: z.string().optional(),
              type: z.enum(['application', 'library', 'container', 'firmware']).optional(),
              description: z.string().optional(),
              licence: z.string().optional(),
              purl: z.string().optional(),
            })
            .describe('what it is about'),
          timestamp: z.string().optional(),
          omitDev: z.boolean().optional(),
          workspace: z.string().optional(),
        }),
      })
      .optional(),
    signedBy: z.string().optional().describe('id of the key that will sign'),
    tag: z.strictObject({ name: z.string(), message: z.string(), isSigned: z.boolean() }).optional(),
    push: z
      .strictObject({
        remote: z.string(),
        branch: z.string().optional().describe('absent where there is no commit to push'),
        tag: z.string(),
      })
      .optional(),
    steps: z.array(stepName).describe('in their order'),
  })
  .meta({ title: 'ReleasePlan' });
