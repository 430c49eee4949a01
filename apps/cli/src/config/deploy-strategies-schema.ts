import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { flag, oneOf, text, texts, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const command = (description: string) => z.optional(z.array(word).check(z.minLength(1), z.meta({ description })));

const remoteCi = z
  .strictObject({
    repository: z.optional(
      z
        .string()
        .check(z.regex(/^[\w.-]+\/[\w.-]+$/), z.meta({ description: 'Owner and repository on GitHub: `acme/shop`.' })),
    ),
    workflow: text('Name of its file. Default `deploy.yml`. It is given `version` and `channel`.'),
    tokenEnv: text('Variable with a token that may start workflows. Default `GITHUB_TOKEN`.'),
    tokenFile: text('File with that token, instead of a variable. Relative to this file.'),
    remote: text('Remote that the tag is pushed to. Default: that of releases, else `origin`.'),
    branch: text('A branch that the commit of the tag is pushed on, too.'),
    api: text('Address of the API. Default `https://api.github.com`.'),
    timeout: duration('How long the run may take. Default `1h`.'),
    poll: duration('How often it is asked whether it has ended. Default `10s`.'),
  })
  .check(z.meta({ description: 'Pushes the tag, and a workflow of GitHub Actions deploys.' }));

const hybrid = z
  .strictObject({
    host: text('As ssh takes it: `deploy@shop.example`.'),
    store: text('Absolute folder on the host that the releases are copied into.'),
    root: text('Root of the deployment on the host. Default: what is configured there.'),
    build: command(
      'A program that builds what is released, in the folder of this file, where there is no such release yet; it finds `VERSION` and `CHANNEL` in its environment. Then the release is made, as by `release create -v`. Default: nothing has to be built.',
    ),
    copy: oneOf(['rsync', 'scp'], 'What copies. Default `rsync`.'),
    ssh: command('The program and its options. Default `["ssh", "-o", "BatchMode=yes"]`.'),
    program: command('Holdfast on the host. Default `["holdfast"]`.'),
  })
  .check(
    z.meta({
      description:
        'Makes the release here where it is not there yet, copies the releases to a host, and deploys there.',
    }),
  );

const serverControlled = z
  .strictObject({
    servers: texts('Servers whose answers are waited for. Default: none.'),
    timeout: duration('How long they may take. Default `15m`.'),
    keyEnv: text(
      'Variable with a key, 16 bytes or more, that requests and answers are signed with. The same here and on servers. Default: nothing is signed.',
    ),
    keyFile: text('File with that key, instead of a variable. Relative to this file.'),
    maxAge: duration('How old a signed request may be when a server obeys it. Default `1d`.'),
  })
  .check(z.meta({ description: 'Asks servers that run `deploy run --pull`.' }));

const own = z
  .strictObject({
    command: command(
      'A program that deploys, and ends with 0 when the version is live; no shell. `${VERSION}` and `${CHANNEL}` in its arguments are what is deployed, and so are the variables of these names. It is run in the folder of this file.',
    ),
    module: text(
      'Instead: a module of JavaScript that exports `strategy` with `plan` and `run`. Relative to this file.',
    ),
    timeout: duration('How long `command` may take. Default `1h`.'),
    base: z.optional(
      z
        .number()
        .check(
          z.gte(0),
          z.lte(100),
          z.meta({ description: 'Points that it has for `deploy advise` before any rule, 0 to 100. Default 50.' }),
        ),
    ),
    carriesChanges: flag('It brings what has changed. Default `true`.'),
    needsRemote: flag('It pushes to the remote. Default `false`.'),
    buildsHere: flag('It builds from this checkout. Default `false`.'),
    copiesFiles: flag('It sends files over the line of this machine. Default `false`.'),
    isTested: flag('Tests run before anything is live. Default `false`.'),
    isAttended: flag('Whoever starts it sees how it ends. Default `true`.'),
  })
  .check(z.meta({ description: 'A strategy of your own, for `--strategy` and for advice.' }));

/** The section `deploy.strategies`. */
export const strategies = z
  .strictObject({
    'remote-ci': z.optional(remoteCi),
    hybrid: z.optional(hybrid),
    'server-controlled': z.optional(serverControlled),
    own: z.optional(
      z
        .record(z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/)), own)
        .check(z.meta({ description: 'Strategies of your own, by name: small letters, digits and dashes.' })),
    ),
  })
  .check(z.meta({ description: 'How `deploy run --strategy` carries each one out.' }));
