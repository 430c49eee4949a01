import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkStaged, planSwitch } from '../../../src/deploy/index.ts';
import { plant } from '../../artifact/tree.ts';
import { newSite, SHOP } from '../layout/site.ts';

/** A program of Node, as an install command. */
const node = (script: string): { readonly command: readonly [string, ...string[]] } => ({
  command: [process.execPath, '-e', script],
});

/** Writes its id, and goes on whatever it is asked to. */
const STUBBORN =
  'process.on("SIGTERM", () => {}); fs.writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)';

/** Starts a stubborn process, and waits. */
const parentOf = (place: string): string =>
  `child_process.spawn(process.execPath, ["-e", ${JSON.stringify(STUBBORN)}, ${JSON.stringify(place)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;

async function pidAt(place: string): Promise<number> {
  for (;;) {
    const text = await readFile(place, 'utf8').catch(() => '');
    if (text !== '') return Number(text);
    await wait(20);
  }
}

async function demandGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // Whoever should reap it may be busy.
    if (stat.includes(') Z ')) return;
    await wait(20);
  }
}

describe('an install command', () => {
  test('works in the folder of the release, and what it brings belongs to the release', async () => {
    const site = await newSite();
    const script =
      'fs.mkdirSync("node_modules/a", { recursive: true }); fs.writeFileSync("node_modules/a/x", process.env.API_ROOT + process.env.MODE); fs.symlinkSync("x", "node_modules/a/y")';
    const staged = await site.stage('1.0.0', SHOP, { install: { ...node(script), environment: { MODE: '!' } } });
    expect(await readFile(join(staged.folder, 'node_modules/a/y'), 'utf8')).toBe(`${site.layout.root}!`);
    expect(staged.files).toBe(8);
    expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
  });

  test('works in the place that the release will have, which it may write into files', async () => {
    const site = await newSite();
    const install = node('fs.writeFileSync("place", process.cwd()); fs.writeFileSync(".env", "EXAMPLE=1")');
    const { folder } = await site.stage('1.0.0', SHOP, { install });
    expect(await readFile(join(folder, 'place'), 'utf8')).toBe(folder);
    expect(await readFile(join(folder, '.env'), 'utf8')).toContain('API_ROOT');
  });

  test('that goes on when its deploy is killed is ended by the next one, and nobody can switch to what it left', async ({
    skip,
  }) => {
    if (process.platform !== 'linux') skip('only Linux tells when a process began');
    const site = await newSite();
    const place = join(site.layout.root, 'pid');
    const script = fileURLToPath(new URL('children/long-install.ts', import.meta.url));
    const args = ['--conditions=source', script, site.layout.root, await plant(SHOP), STUBBORN, place];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const pid = await pidAt(place);
    const mark = join(site.layout.state, 'releases', 'v1.0.0.installing');
    while (!(await readFile(mark, 'utf8')).includes(String(pid))) await wait(20);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await readdir(site.layout.releases)).toEqual(['v1.0.0']);
    await expect(planSwitch(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'NOT_STAGED' });
    await expect(checkStaged(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'NOT_STAGED' });
    await site.stage('1.0.0', SHOP);
    await demandGone(pid);
    expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
    expect((await planSwitch(site.layout, '1.0.0')).action).toBe('make');
  });

  test('may change files of the release before they are digested, also within one tick of the clock', async () => {
    const site = await newSite();
    const install = node('fs.writeFileSync("main.js", "console.log(\\"show\\")\\n")');
    await site.stage('1.0.0', SHOP, { install });
    expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
  });

  test('does not see the keys of Holdfast', async () => {
    const site = await newSite();
    process.env['HOLDFAST_TEST_KEY'] = 'secret';
    try {
      const install = node('console.log(process.env.HOLDFAST_TEST_KEY)');
      const { log = '' } = await site.stage('1.0.0', SHOP, { install });
      expect(await readFile(log, 'utf8')).toBe('undefined\n');
    } finally {
      delete process.env['HOLDFAST_TEST_KEY'];
    }
  });

  test.each([
    [
      'ends with an error',
      node('console.log("a\\n".repeat(99) + "no such package"); process.exit(3)').command,
      'exit code 3',
      'no such package',
    ],
    ['is not there', ['holdfast-no-such-program'] as const, 'no program holdfast-no-such-program', 'none'],
    [
      'replaces a link',
      node('fs.rmSync("media", { recursive: true }); fs.mkdirSync("media")').command,
      'the link "media"',
      'shared/media',
    ],
  ])('that %s fails the release, and leaves nothing but its log', async (_, command, outcome, hint) => {
    const site = await newSite();
    const error = {
      code: 'INSTALL_FAILED',
      message: expect.stringContaining(outcome) as string,
      hint: expect.stringContaining(hint) as string,
    };
    await expect(site.stage('1.0.0', SHOP, { install: { command } })).rejects.toMatchObject(error);
    expect(await readdir(site.layout.releases)).toEqual([]);
    expect(await readdir(join(site.layout.state, 'releases'))).toEqual(['v1.0.0.install.log']);
  });

  test('that takes too long is ended with all that it has started', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no groups of processes');
    const site = await newSite();
    const place = join(site.layout.root, 'pid');
    // Programs that have begun long before the time is over, however busy the machine is.
    const stubborn = `trap "" TERM; sh -c 'echo $$ > "$0"; while :; do sleep 1; done' '${place}' & wait`;
    const install = { command: ['sh', '-c', stubborn] as const, timeoutMs: 2000 };
    const staged = site.stage('1.0.0', SHOP, { install });
    const error = { code: 'INSTALL_FAILED', message: expect.stringContaining('no end within 2000 ms') as string };
    await expect(staged).rejects.toMatchObject(error);
    await demandGone(await pidAt(place));
  });

  test('is ended with all that it has started when staging is given up', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no groups of processes');
    const site = await newSite();
    const place = join(site.layout.root, 'pid');
    const stop = new AbortController();
    const staged = site.stage('1.0.0', SHOP, { install: node(parentOf(place)), signal: stop.signal });
    const pid = await pidAt(place);
    stop.abort(new Error('enough'));
    await expect(staged).rejects.toThrow('enough');
    await demandGone(pid);
    expect(await readdir(site.layout.releases)).toEqual([]);
  });
});
