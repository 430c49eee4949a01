import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { inspect } from 'node:util';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { remoteCiStrategy, type RemoteCiOptions, type StrategyOutcome } from '../../../src/deploy/index.ts';
import { newCheckout } from '../../git/checkout.ts';
import { newFolder } from '../folder.ts';
import {
  DISPATCH,
  noRuns,
  REPOSITORY,
  type Routes,
  run,
  RUN,
  RUNS,
  type SeenRequest,
  startGithub,
  started,
} from '../github-server.ts';

const TOKEN = 'ghp_swordfish5';

interface Ran {
  readonly outcome: StrategyOutcome | undefined;
  readonly error: { readonly code?: string; readonly message: string; readonly hint?: string } | undefined;
  readonly seen: readonly SeenRequest[];
  readonly lines: readonly string[];
  readonly remoteTags: string;
}

// One for all: git takes its time to make them.
const elsewhere = newFolder();
const checkout = newCheckout();
const bare = join(elsewhere.path, 'shop.git');
const commit = checkout.commit('feat: begin');
checkout.tag('v1.0.0');
checkout.git('remote', 'add', 'origin', bare);
afterAll(() => {
  checkout[Symbol.dispose]();
  elsewhere[Symbol.dispose]();
});

/** Runs the strategy in a checkout with the tag `v1.0.0`, a bare remote, and a GitHub with these routes. */
async function ran(routes: Routes, more: Partial<RemoteCiOptions> = {}, version = '1.0.0'): Promise<Ran> {
  rmSync(bare, { recursive: true, force: true });
  execFileSync('git', ['init', '--quiet', '--bare', bare]);
  await using github = await startGithub(routes);
  const lines: string[] = [];
  const strategy = remoteCiStrategy({
    folder: checkout.folder,
    github: { ...REPOSITORY, token: () => TOKEN, baseUrl: `${github.url}/api/v3/` },
    pollMs: 1,
    timeoutMs: 20_000,
    ...more,
  });
  let outcome: StrategyOutcome | undefined;
  let error: Ran['error'];
  try {
    outcome = await strategy.run({ version, channel: 'prod', onLine: (line) => lines.push(line) });
  } catch (thrown) {
    error = thrown as NonNullable<Ran['error']>;
    // Whatever is shown of it, the token is not there.
    expect(inspect(error, { depth: 9 })).not.toContain(TOKEN);
  }
  expect(lines.join()).not.toContain(TOKEN);
  const remoteTags = execFileSync('git', ['for-each-ref', '--format=%(refname)'], {
    cwd: bare,
    encoding: 'utf8',
  }).trim();
  return { outcome, error, seen: github.seen, lines, remoteTags };
}

test('the tag is pushed, the workflow started on it, and its run waited for', async () => {
  const routes = {
    [RUNS]: [noRuns],
    [DISPATCH]: [started],
    [RUN]: [
      [200, run(7, 'queued')],
      [502],
      [200, run(7, 'in_progress')],
      [429, {}, { 'retry-after': '0' }],
      [200, run(7, 'completed', 'success')],
    ],
  } as const;
  const { outcome, error, seen, lines, remoteTags } = await ran(routes, { branch: 'live' });
  expect(error).toBeUndefined();
  expect(outcome).toEqual({
    isLive: true,
    detail: 'run 7 succeeded',
    url: 'https://github.com/acme/shop/actions/runs/7',
  });
  expect(remoteTags).toBe('refs/heads/live\nrefs/tags/v1.0.0');
  expect(seen.find(({ method }) => method === 'POST')).toEqual({
    method: 'POST',
    url: '/api/v3/repos/acme/shop/actions/workflows/deploy.yml/dispatches',
    authorization: `Bearer ${TOKEN}`,
    apiVersion: '2022-11-28',
    body: { ref: 'v1.0.0', inputs: { version: '1.0.0', channel: 'prod' }, return_run_details: true },
  });
  expect(seen).toHaveLength(7);
  expect(lines).toEqual([
    'pushed v1.0.0 to origin',
    'started run 7: https://github.com/acme/shop/actions/runs/7',
    'run 7: queued',
    'run 7: in_progress',
    'run 7: completed',
  ]);
});

test.each<readonly [string, readonly (readonly [number, unknown?])[]]>([
  ['says nothing of the run', [[204]]],
  [
    'does not know how to tell of it',
    [[422, { message: 'Invalid request. "return_run_details" is not a permitted key.' }], [204]],
  ],
])('where a GitHub %s, it is the one that appears on the tag', async (_, answers) => {
  const list = (...runs: readonly unknown[]): readonly [number, unknown] => [
    200,
    { total_count: runs.length, workflow_runs: runs },
  ];
  const other = { ...run(8, 'queued'), head_branch: 'main' };
  const routes = {
    [RUNS]: [list(run(5, 'completed')), list(run(5, 'completed')), list(other, run(7, 'queued'), run(5, 'completed'))],
    [DISPATCH]: answers,
    [RUN]: [[200, run(7, 'completed', 'success')]],
  } as const;
  const { outcome, seen } = await ran(routes);
  expect(outcome?.detail).toBe('run 7 succeeded');
  expect(seen.filter(({ method }) => method === 'POST').at(-1)?.body).toEqual({
    ref: 'v1.0.0',
    inputs: { version: '1.0.0', channel: 'prod' },
    ...(answers.length === 1 ? { return_run_details: true } : {}),
  });
});

test('a run that does not succeed is an error with its address', async () => {
  const routes = { [RUNS]: [noRuns], [DISPATCH]: [started], [RUN]: [[200, run(7, 'completed', 'cancelled')]] } as const;
  expect((await ran(routes)).error).toMatchObject({
    code: 'CI_FAILED',
    message: 'Expected run 7 of deploy.yml to succeed, got cancelled',
    hint: 'See https://github.com/acme/shop/actions/runs/7 for the reason.',
  });
});

test('a GitHub that is in trouble after the start is asked again', async () => {
  const appeared = [200, { workflow_runs: [run(7, 'queued')] }] as const;
  const routes = {
    [RUNS]: [noRuns, [503] as const, appeared],
    [DISPATCH]: [[204] as const],
    [RUN]: [[200, run(7, 'completed', 'success')] as const],
  };
  expect((await ran(routes)).outcome).toMatchObject({ isLive: true, detail: 'run 7 succeeded' });
});

test('a run that takes too long is an error that says that it may go on', async () => {
  const routes = { [RUNS]: [noRuns], [DISPATCH]: [started], [RUN]: [[200, run(7, 'in_progress')]] } as const;
  expect((await ran(routes, { timeoutMs: 50 })).error).toMatchObject({ code: 'CI_TIMEOUT' });
  const never = { [RUNS]: [noRuns], [DISPATCH]: [[204] as const] };
  expect((await ran(never, { timeoutMs: 50 })).error).toMatchObject({ code: 'CI_TIMEOUT' });
});

test.each<readonly [number, string, string]>([
  [401, 'Bad credentials', 'The token is wrong'],
  [403, 'Resource not accessible by personal access token', 'The token has no right'],
  [404, 'Not Found', 'Check owner'],
  [422, 'Workflow does not have \u001B[31m"workflow_dispatch" trigger', 'Check that the workflow'],
])('an answer with %i is an error with its reason and a hint', async (status, message, hint) => {
  const { error, lines } = await ran({ [RUNS]: [noRuns], [DISPATCH]: [[status, { message }]] });
  expect(error).toMatchObject({ code: 'CI_REFUSED', hint: expect.stringContaining(hint) });
  expect(error?.message).toContain(`got ${status}: `);
  // Nothing in it is obeyed by a terminal.
  expect(error?.message).not.toContain('\u001B');
  expect(lines).toEqual(['pushed v1.0.0 to origin']);
});

test('a redirect is not followed: it would carry the token elsewhere', async () => {
  const { error, seen } = await ran({ [RUNS]: [[301, {}, { location: 'http://127.0.0.1:1/' }]] });
  expect(error).toMatchObject({ code: 'CI_REFUSED' });
  expect(seen).toHaveLength(1);
});

test('a GitHub that does not answer, a token that is none, and an address without encryption are told', async () => {
  const github = { ...REPOSITORY, token: () => TOKEN, baseUrl: 'http://127.0.0.1:1' };
  expect((await ran({}, { github })).error).toMatchObject({ code: 'CI_UNREACHABLE' });
  const missing = { ...github, token: { env: 'NO_SUCH_TOKEN_HERE' } };
  expect((await ran({}, { github: missing })).error).toMatchObject({
    code: 'CI_REFUSED',
    message: 'Expected a token for GitHub, got: the variable NO_SUCH_TOKEN_HERE is not set',
  });
  const split = { ...github, token: () => `${TOKEN}\nx: y` };
  expect((await ran({}, { github: split })).error).toMatchObject({ code: 'CI_REFUSED' });
  const open = await ran({}, { github: { ...github, baseUrl: 'http://github.example' } });
  expect(open).toMatchObject({ error: { code: 'INVALID_OPTION' }, remoteTags: '' });
  for (const bad of [
    { ...github, owner: '..' },
    { ...github, repository: 'a/b' },
  ]) {
    expect((await ran({}, { github: bad })).error).toMatchObject({ code: 'INVALID_OPTION' });
  }
  expect((await ran({}, { workflow: '../x' })).error).toMatchObject({ code: 'INVALID_OPTION' });
});

test('a version without a tag is told before anything is done', async () => {
  const { error, seen } = await ran({}, {}, '9.9.9');
  expect(error).toMatchObject({ code: 'TAG_NOT_FOUND' });
  expect(seen).toEqual([]);
});

test('its plan does nothing', async () => {
  const strategy = remoteCiStrategy({
    folder: checkout.folder,
    branch: 'live',
    github: { ...REPOSITORY, token: { env: 'X' } },
  });
  expect(await strategy.plan({ version: '1.0.0', channel: 'prod' })).toEqual([
    { kind: 'run', command: ['git', 'push', 'origin', `${commit}:refs/heads/live`, 'v1.0.0'] },
    {
      kind: 'request',
      method: 'POST',
      url: 'https://api.github.com/repos/acme/shop/actions/workflows/deploy.yml/dispatches',
    },
    { kind: 'own', text: 'wait until the run has ended' },
  ]);
});
