// The small build of zod: this file is evaluated at each start that finds a configuration.
import * as z from 'zod/mini';
import { access } from './access-schema.ts';
import { alerts } from './alerts-schema.ts';
import { deploy } from './deploy-schema.ts';
import { drills } from './drills-schema.ts';
import { DURATION_PATTERN } from './duration.ts';
import { git } from './git-schema.ts';
import { logs } from './logs-schema.ts';
import { modelTrust } from './model-trust-schema.ts';
import { objectives } from './objectives-schema.ts';
import { health } from './health-schema.ts';
import { release } from './release-schema.ts';
import { reports } from './reports-schema.ts';
import { schedule } from './schedule-schema.ts';
import { oneOf, text, texts } from './schema-parts.ts';
import { databases, tenants } from './tenant-schema.ts';

const MiB = 1024 * 1024;

const count = (most: number, description: string) =>
  z.optional(z.int().check(z.gte(1), z.lte(most), z.meta({ description })));
const bytes = (least: number, description: string) =>
  z.optional(z.int().check(z.gte(least), z.lte(4096 * MiB), z.meta({ description })));
const sources = z
  .strictObject({
    paths: texts('Files and folders that `backup create` backs up when it gets none. Relative to this file.'),
    databases: databases('Databases that `backup create` backs up with them.'),
    exclude: texts('Globs of what to leave out of every backup; one without `/` matches at any depth.'),
  })
  .check(z.meta({ description: 'What to back up.' }));

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const prune = z
  .strictObject({
    maxUnusedPercent: z.optional(
      z.number().check(
        z.gte(0),
        z.lte(100),
        z.meta({
          description: 'Percent of stored bytes that may stay unused in packs that are needed in part. Default 5.',
        }),
      ),
    ),
    wait: duration('How long to wait for backups that began before: `90s`, `10m` (default), `1h`, `2d`.'),
    fenceAfter: duration('End a backup that has shown no sign of life for this long. Default `1h`.'),
  })
  .check(z.meta({ description: 'How `backup prune` goes about it.' }));

const policies = (description: string) =>
  z
    .record(
      z.string().check(z.minLength(1)),
      z.union([z.string().check(z.minLength(1)), z.record(z.string(), z.unknown())]),
    )
    .check(z.meta({ description }));

const retention = z
  .strictObject({
    policies: z.optional(
      policies('Policies by name, each as text (`7d 4w 12m`) or as JSON that the schema of `@x/retention` describes.'),
    ),
    tenants: z.optional(
      z
        .record(
          z.string().check(z.minLength(1)),
          policies('By name of the policy, what holds for this tenant instead.'),
        )
        .check(z.meta({ description: 'What names of policies mean for single tenants.' })),
    ),
    default: text(
      'The policy of tenants that have none of their own, where no policy is named: a name, or as text. `backup forget` and `backup catalog` go by it.',
    ),
    timeZone: text('Whose days and weeks count, as `Europe/Lisbon`. Default: that of the machine.'),
  })
  .check(z.meta({ description: 'Which snapshots stay.' }));

const structure = z
  .strictObject({
    root: text('Folder that the parts are relative to. Relative to this file, whose folder is the default.'),
    components: texts('Folders of components.'),
    styles: texts('Files and folders of styles.'),
    i18n: texts('Folders with texts of languages: `pt-BR.json`, or `pt-BR/*.json`.'),
    migrations: texts('Folders of migrations.'),
  })
  .check(z.meta({ description: 'What all tenants share. Paths are relative to its root.' }));

const flags = z
  .strictObject({
    file: text('File with feature flags, JSON or YAML. Relative to this file.'),
    store: text(
      'Folder or URL of a store with feature flags and their history, instead of a file. A relative folder is relative to this file.',
    ),
  })
  .check(z.meta({ description: 'Feature flags.' }));

const metric = z.strictObject({
  better: z.enum(['higher', 'lower']).check(z.meta({ description: 'Which way is progress.' })),
  unit: text('What it is in: `%`, `ms`.'),
  range: z.optional(
    z.tuple([z.number(), z.number()]).check(z.meta({ description: 'The least and the most that it can be.' })),
  ),
  kind: oneOf(['rate', 'mean'], '`rate`: a share of samples, from 0 to 1. Default `mean`.'),
  description: text('What it says, in a sentence.'),
});

const models = z
  .strictObject({
    store: text(
      'Folder or URL of the store with names and histories of models. A relative folder is relative to this file. Default: the repository, which has their content.',
    ),
    tenant: text('Tenant of the repository that has the models. Default `models`.'),
    changes: z.optional(
      z
        .record(z.string(), z.enum(['major', 'minor', 'patch']))
        .check(z.meta({ description: 'Kinds of changes of your own, and how far each raises the version.' })),
    ),
    retention: text(
      'Policy of `models cleanup`, as text (`7d 4w 12m`), a name in `retention.policies`, or a preset. Default: the preset `models`.',
    ),
    ...modelTrust,
    metrics: z.optional(
      z
        .record(z.string(), z.union([z.literal('lottery'), z.record(z.string(), metric)]))
        .check(
          z.meta({ description: 'Metrics of models, by their names; `lottery` for those of a model for Lotofácil.' }),
        ),
    ),
    folders: texts('Folders that `models watch` watches, relative to this file.'),
  })
  .check(z.meta({ description: 'Versions of model files.' }));

const migrate = z
  .strictObject({
    database: text(
      'Database that migrations are run on: `sqlite:app.db` (relative to this file), `postgres://user@host/shop`, `mysql://user@host/shop`, or the name of an environment variable that has such a URL. Passwords never stand here.',
    ),
    passwordFile: text('File that holds the password of the database. Relative to this file.'),
    migrations: text('Folder of migrations. Relative to this file. Default: that of `release`.'),
    lockTimeout: duration('How long to wait for somebody else who runs migrations. Default `1m`.'),
  })
  .check(z.meta({ description: 'Migrations of a database.' }));

const performance = z
  .strictObject({
    readers: count(256, 'Requests to the repository under way at once while reading. Default 4.'),
    workers: count(256, 'Threads that read, chunk, compress and seal. Default: the processors, at most 4.'),
    bufferBytes: bytes(4 * MiB, 'Sealed bytes that may wait for the repository. Default 16777216 (16 MiB).'),
    cacheBytes: bytes(MiB, 'Decoded bytes kept in memory. Default 33554432 (32 MiB).'),
  })
  .check(z.meta({ description: 'Speed and memory. The defaults stay below 256 MiB.' }));

/** `holdfast.config.json`, as data: the one description that validation and the JSON Schema come from. */
export const configSchema = z
  .strictObject({
    $schema: text('Where the JSON Schema of this file is, for editors.'),
    repository: text('Folder or URL of the repository. A relative folder is relative to this file.'),
    keyStore: text(
      'Folder or URL of the keys of tenants, where they are not in the repository. Relative to this file.',
    ),
    keyFile: text('Key file that opens the repository. Relative to this file; `~/` is your home folder.'),
    identityFile: text('File with identities of age that open the repository. Relative to this file.'),
    passphraseFile: text('File that holds the passphrase. The passphrase itself never stands here.'),
    tenant: text('Tenant whose data is backed up and looked for. Default `default`.'),
    sources: z.optional(sources),
    tenants: z.optional(tenants),
    profile: z.optional(
      z.enum(['none', 'fast', 'balanced', 'maximum', 'auto']).check(
        z.meta({
          description:
            'Compression: none, fast, balanced, maximum or auto. Default: what the kind of backup asks for, see `backup create --profile`.',
        }),
      ),
    ),
    prune: z.optional(prune),
    retention: z.optional(retention),
    structure: z.optional(structure),
    flags: z.optional(flags),
    release: z.optional(release),
    deploy: z.optional(deploy),
    migrate: z.optional(migrate),
    models: z.optional(models),
    schedule: z.optional(schedule),
    drills: z.optional(drills),
    objectives: z.optional(objectives),
    git: z.optional(git),
    access: z.optional(access),
    logs: z.optional(logs),
    alerts: z.optional(alerts),
    health: z.optional(health),
    reports: z.optional(reports),
    performance: z.optional(performance),
    cacheDirectory: text('Folder of scan caches. Default: a folder of your user cache.'),
  })
  .check(
    z.meta({
      title: 'Holdfast configuration',
      description: 'holdfast.config.json, looked for in the working directory and the folders above it.',
    }),
  );
