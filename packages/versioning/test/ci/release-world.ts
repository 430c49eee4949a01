import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { planCi } from '../../src/index.ts';
import { actionOf, type Step, workflowOf } from './documents.ts';
import type { Contexts } from './expressions.ts';
import { type RunnerPlace, runSteps, type StepsRun } from './runner.ts';
import { plantStandIns } from './stand-ins.ts';

/** How a stand-in was called. */
export interface Call {
  readonly program: 'gh' | 'holdfast' | 'npm';
  readonly args: readonly string[];
  /** Mode and content of the signing key's file, where one was named. */
  readonly key: string;
  readonly token: string;
  readonly repository: string;
  readonly passphrase: string;
}

/** A checkout with its remote, programs that write down how they were called, and jobs to run there. */
export interface ReleaseWorld {
  readonly folder: string;
  readonly temp: string;
  git(...args: readonly string[]): string;
  /** What the remote has under a name. */
  remote(ref: string): string | undefined;
  /** Says something to the stand-ins. */
  set(name: string, text: string): void;
  /** Calls so far, or those of one program as lines. */
  calls(): readonly Call[];
  lines(program: Call['program']): readonly string[];
  /** Runs the composite action. */
  release(inputs?: Readonly<Record<string, string>>): StepsRun;
  /** Runs the scripts of a job of the workflow. */
  job(name: string, contexts: Contexts): StepsRun;
  /** Runs some of them. */
  steps(job: string, names: readonly string[], contexts: Contexts, env?: RunnerPlace['env']): StepsRun;
}

export const KEY = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0LW9mLXNpZ25pbmc=\n-----END PRIVATE KEY-----';

const IDENTITY = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@b.c',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@b.c',
};

/** What git runs with here; settings of the machine are none of ours. */
const gitEnv = (home: string): Readonly<Record<string, string>> => ({
  ...IDENTITY,
  HOME: home,
  GIT_CONFIG_NOSYSTEM: '1',
});
const PATH = process.env['PATH'] ?? '';

function runGit(args: readonly string[], cwd: string, home: string): string {
  return execFileSync('git', args, { cwd, env: { ...gitEnv(home), PATH }, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** Each field has its end. */
function parseCall(line: string): Call {
  const [program = '', key = '', token = '', repository = '', passphrase = '', ...args] = line
    .split('\u001F')
    .slice(0, -1);
  return { program: program as Call['program'], args, key, token, repository, passphrase };
}

/** A remote, its checkout and the stand-ins, which every world is a copy of. */
function newTemplate(): string {
  const top = mkdtempSync(join(tmpdir(), 'holdfast-ci-'));
  process.once('exit', () => rmSync(top, { recursive: true, force: true }));
  const folder = join(top, 'checkout');
  plantStandIns(top);
  mkdirSync(join(top, 'temp'));
  runGit(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', 'origin.git'], top, top);
  runGit(['clone', '--quiet', '--template=', 'origin.git', 'checkout'], top, top);
  // From wherever it is copied to.
  runGit(['remote', 'set-url', 'origin', '../origin.git'], folder, top);
  writeFileSync(join(folder, 'package.json'), '{"name":"@acme/shop","version":"0.0.0","files":[]}\n');
  runGit(['add', '-A'], folder, top);
  runGit(['commit', '--quiet', '-m', 'feat: open the shop'], folder, top);
  runGit(['push', '--quiet', 'origin', 'HEAD:refs/heads/main'], folder, top);
  return top;
}

let template: string | undefined;

/** Makes a {@link ReleaseWorld} that is removed after the test. */
export function newWorld(): ReleaseWorld {
  const top = mkdtempSync(join(tmpdir(), 'holdfast-ci-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  cpSync((template ??= newTemplate()), top, { recursive: true });
  const [folder, temp, state] = [join(top, 'checkout'), join(top, 'temp'), join(top, 'state')];
  const env = {
    ...gitEnv(top),
    PATH: `${join(top, 'bin')}:${PATH}`,
    REAL_PATH: PATH,
    STATE: state,
    GITHUB_REF_NAME: 'main',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/shop',
  };
  const git = (...args: readonly string[]): string => runGit(args, folder, top);
  const set = (name: string, text: string): void => writeFileSync(join(state, name), text);
  set('plan', '{"version":"1.3.0"}');
  set('npm-version', '11.19.1');
  const calls = (): readonly Call[] =>
    existsSync(join(state, 'calls'))
      ? readFileSync(join(state, 'calls'), 'utf8').split('\u001E').slice(0, -1).map(parseCall)
      : [];
  const plan = planCi();
  const action = actionOf(plan);
  const place = { folder, temp, env };
  const jobSteps = (name: string): readonly Step[] => workflowOf(plan).jobs[name]?.steps ?? [];
  return {
    folder,
    temp,
    git,
    remote: (ref) => git('ls-remote', 'origin', ref).split('\t')[0] || undefined,
    set,
    calls,
    lines: (program) =>
      calls()
        .filter((call) => call.program === program)
        .map(({ args }) => args.join(' ')),
    release(inputs = {}) {
      const defaults = Object.fromEntries(
        Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']),
      );
      return runSteps(
        action.runs.steps,
        { inputs: { ...defaults, token: 'gh-token', 'signing-key': KEY, ...inputs } },
        place,
      );
    },
    job: (name, contexts) => runSteps(jobSteps(name), contexts, place),
    steps: (job, names, contexts, more) =>
      runSteps(
        jobSteps(job).filter(({ name = '' }) => names.includes(name)),
        contexts,
        { ...place, env: { ...env, ...more } },
      ),
  };
}
