import * as z from 'zod/mini';
import { strategies } from './deploy-strategies-schema.ts';
import { SERVICE_TYPES } from './deploys.ts';
import { DURATION_PATTERN } from './duration.ts';
import { oneOf, text, texts, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const command = (description: string) => z.optional(z.array(word).check(z.minLength(1), z.meta({ description })));

const variables = (description: string) => z.optional(z.record(word, z.string()).check(z.meta({ description })));

const link = z.strictObject({
  kind: z.enum(['folder', 'file']),
  path: word.check(z.meta({ description: 'In the release, with `/`.' })),
  target: word.check(z.meta({ description: 'Below `shared/`, with `/`.' })),
});

const commands = z.strictObject({
  start: z.array(word).check(z.minLength(1)),
  stop: z.array(word).check(z.minLength(1)),
  restart: command('Default: `stop`, then `start`.'),
  handOver: command('Default: `restart`.'),
  status: command('Ends with 0 when it runs, with 3 when it does not.'),
});

const service = z
  .strictObject({
    name: text('Letters, digits, `-`, `_`, `.` and `@`.'),
    type: oneOf(
      SERVICE_TYPES,
      'Who runs it: Holdfast itself (`process`, the default), systemd, Docker Compose, commands of your own, NSSM or the service manager of Windows.',
    ),
    command: command('The program and its arguments; no shell. It is run in `releases/current`.'),
    port: z.optional(
      z.int().check(
        z.gte(1),
        z.lte(65_535),
        z.meta({
          description:
            'The port that clients know. With `process`, a small proxy listens there and `PORT` is another one for each copy, so that nothing is lost at a switch; else it is `PORT` itself.',
        }),
      ),
    ),
    user: text('Whose rights it has.'),
    group: text('The group whose rights it has. Refused where it would be ignored: Windows, Compose.'),
    environment: variables('Variables for it, beside `API_ROOT` and `PORT`. No secrets: they belong in `shared/.env`.'),
    front: oneOf(
      ['http', 'tcp', 'none'],
      'With `process`: what the proxy passes on, or `none` for no proxy. Default `http`.',
    ),
    scope: oneOf(['system', 'user'], 'With `systemd`: whose manager. Default `system`.'),
    files: texts('With `compose`: its files, in the release. Default `compose.yaml`.'),
    project: text('With `compose`: name of the project. Default: that of the service.'),
    commands: z.optional(commands.check(z.meta({ description: 'With `command`: what starts and stops it.' }))),
  })
  .check(z.meta({ description: 'What runs the current release.' }));

const health = z
  .strictObject({
    url: text('Has to answer with a status from 200 to 299 after the switch.'),
    timeout: duration('How long it is asked again until it does. Default `30s`.'),
    version: text('Member of its JSON that has the version, which is compared: `version`, `build.version`.'),
  })
  .check(z.meta({ description: 'How a release shows that it works.' }));

const hour = (description: string) => z.optional(z.number().check(z.gte(0), z.lte(24), z.meta({ description })));

const businessHours = z
  .strictObject({
    timeZone: word.check(z.meta({ description: 'A name of the IANA time zone database, as `Europe/Lisbon`.' })),
    days: z.optional(
      z
        .array(z.int().check(z.gte(1), z.lte(7)))
        .check(z.meta({ description: '1 is Monday, 7 is Sunday. Default 1 to 5.' })),
    ),
    from: hour('The hour that they begin at. Default 9.'),
    to: hour('The hour that they end at. Default 17.'),
  })
  .check(z.meta({ description: 'When people are at work who could look after a deploy; advice looks at it.' }));

const checks = (description: string) => z.optional(z.array(z.record(word, z.unknown())).check(z.meta({ description })));

/** The section `deploy`. */
export const deploy = z
  .strictObject({
    root: text('Folder of releases, shared data and backups on this machine. Relative to this file.'),
    backups: text('Folder of backups, if it is not `backups` below the root. Relative to this file.'),
    shared: texts('Folders of what outlives releases. Default `db`, `media`, `logs`.'),
    links: z.optional(
      z
        .array(link)
        .check(z.meta({ description: 'Places in each release that lead to `shared/`. Default: each shared folder.' })),
    ),
    env: variables('Names of the generated `.env` with templates: `{"CACHE_DIR": "${API_ROOT}/shared/cache"}`.'),
    install: command('Installs what a release needs, in its folder: `["npm", "ci"]`.'),
    requires: variables(
      'Programs that have to be there before a deploy, with their versions: `{"uv": ">=0.4", "pg_dump": "*"}`. `engines` of a `package.json` in the release is looked at in any case.',
    ),
    service: z.optional(service),
    health: z.optional(health),
    preChecks: checks(
      'Checks before anything is done, each with its `kind`: disk, program, http, tcp, postgres, redis, …',
    ),
    checks: checks('Checks after the switch, beside `health`.'),
    keep: z.optional(
      z.int().check(z.gte(1), z.lte(1000), z.meta({ description: 'Good releases that stay. Default 5.' })),
    ),
    channel: text('What this machine is: `dev`, `staging`, `prod` (default), or any word.'),
    follows: text('Channel of releases that `deploy run --pull` follows. Default `stable`.'),
    strategies: z.optional(strategies),
    businessHours: z.optional(businessHours),
    backup: oneOf(
      ['required', 'none'],
      'The safety backup of every tenant and the shared structure. Default: where a repository is configured. `required`: nothing is deployed without one.',
    ),
    restoreData: oneOf(
      ['offer', 'automatic', 'never'],
      'What is done where no migration leads back, or one that drops data: the backup is named (default), restored, or not even named.',
    ),
    expandMigrations: oneOf(
      ['keep', 'back'],
      'What becomes of expand migrations when a deploy goes back after its switch. Default `keep`.',
    ),
    objective: duration('How long a way back may take; reports say whether it was met. Default `15m`.'),
    maintenanceHook: command('Run with `MAINTENANCE=on` or `off` when that changes.'),
  })
  .check(z.meta({ description: 'Deploys to this machine.' }));
