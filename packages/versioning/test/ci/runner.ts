import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './documents.ts';
import { type Contexts, filled, isMet } from './expressions.ts';

/** Where steps run. */
export interface RunnerPlace {
  /** The checkout. */
  readonly folder: string;
  /** The folder that GitHub calls `runner.temp`. */
  readonly temp: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a run of steps ended. */
export interface StepsRun {
  readonly hasFailed: boolean;
  /** Names of steps that ran. */
  readonly ran: readonly string[];
  readonly log: string;
  readonly summary: string;
  /** By id of the step. */
  readonly steps: Readonly<Record<string, { readonly outputs: Readonly<Record<string, string>> }>>;
}

const outputsIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );

/** Runs the scripts of steps with bash as GitHub's runner does: the same options, files for outputs, and conditions. */
export function runSteps(steps: readonly Step[], contexts: Contexts, place: RunnerPlace): StepsRun {
  const before = (contexts['steps'] ?? {}) as StepsRun['steps'];
  const done: Record<string, { readonly outputs: Readonly<Record<string, string>> }> = {};
  const ran: string[] = [];
  const files = mkdtempSync(join(place.temp, 'runner-'));
  const [output, summary] = [join(files, 'output'), join(files, 'summary')];
  writeFileSync(summary, '');
  let log = '';
  let hasFailed = false;
  for (const step of steps) {
    const all = { ...contexts, steps: { ...before, ...done }, runner: { temp: place.temp } };
    const id = step.id ?? '';
    if (step.run === undefined || !isMet(step.if, all, hasFailed)) continue;
    writeFileSync(output, '');
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, all)]));
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      cwd: place.folder,
      encoding: 'utf8',
      env: { ...place.env, RUNNER_TEMP: place.temp, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, ...env },
    });
    log += stdout + stderr;
    hasFailed ||= status !== 0;
    ran.push(step.name ?? id);
    done[id] = { outputs: outputsIn(readFileSync(output, 'utf8')) };
  }
  return { hasFailed, ran, log, summary: readFileSync(summary, 'utf8'), steps: done };
}
