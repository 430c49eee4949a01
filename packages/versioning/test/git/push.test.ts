import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pushRelease, type PushReleaseOptions } from '../../src/git/push-release.ts';
import { readRemoteRefs } from '../../src/git/remote-refs.ts';
import { applyTag, planTag } from '../../src/index.ts';
import {
  DATE_MS,
  failure,
  IS_POSIX,
  newReleaseCheckout,
  type ReleaseCheckout,
  withoutMachineSettings,
  writeHook,
} from './release-checkout.ts';

let checkout: ReleaseCheckout;
let origin: string;
let release: PushReleaseOptions & { readonly branch: { readonly name: string; readonly commit: string } };
beforeEach(async () => {
  withoutMachineSettings();
  checkout = newReleaseCheckout();
  origin = checkout.addOrigin();
  const commit = checkout.commit('Release 1.2.3');
  const plan = await planTag({ checkout: await checkout.state(), name: 'v1', message: 'Release', dateMs: DATE_MS });
  const { object } = await applyTag(plan);
  const tag = { name: 'v1', object };
  release = { folder: checkout.folder, remote: 'origin', tag, branch: { name: 'main', commit } };
});
afterEach(() => {
  checkout[Symbol.dispose]();
  vi.unstubAllEnvs();
});

const push = (options: Partial<PushReleaseOptions> = {}): ReturnType<typeof pushRelease> =>
  pushRelease({ ...release, ...options });
const remoteRefs = (): string => checkout.git('-C', origin, 'for-each-ref', '--format=%(refname) %(objectname)');
const all = (): string => `refs/heads/main ${release.branch.commit}\nrefs/tags/v1 ${release.tag.object}`;
const asOrigin = (...args: readonly string[]): string => checkout.git('-C', origin, ...args);

/** Commits on the branch there, in the name of somebody else. */
function commitThere(on: string): string {
  const commit = asOrigin('commit-tree', '-p', on, '-m', 'feat: another', `${on}^{tree}`);
  asOrigin('update-ref', 'refs/heads/main', commit);
  return commit;
}

describe('a push', () => {
  test('brings branch and tag at once, and nothing that came later', async () => {
    checkout.git('config', 'push.followTags', 'true');
    checkout.git('tag', '-a', '-m', 'another', 'another', 'HEAD~1');
    checkout.commit('feat: later');
    expect(await push()).toEqual({ pushed: true, isAtomic: true });
    expect(remoteRefs()).toBe(all());
    expect(await readRemoteRefs({ ...release, tag: 'v1', branch: 'main' })).toEqual({
      tag: { object: release.tag.object, commit: release.branch.commit },
      branch: release.branch.commit,
    });
    expect(await readRemoteRefs({ ...release, tag: 'v2', branch: undefined })).toEqual({});
  });

  test('of what is there is done, also when the branch has gone on from it', async () => {
    await push();
    expect(await push()).toEqual({ pushed: false, isAtomic: true });
    commitThere(release.branch.commit);
    expect(await push()).toEqual({ pushed: false, isAtomic: true });
    asOrigin('update-ref', '-d', 'refs/tags/v1');
    expect(await push()).toEqual({ pushed: true, isAtomic: true });
  });

  test('of a tag alone leaves the branch', async () => {
    const before = remoteRefs();
    expect(await push({ branch: undefined })).toEqual({ pushed: true, isAtomic: true });
    expect(remoteRefs()).toBe(`${before}\nrefs/tags/v1 ${release.tag.object}`);
  });

  test('goes in two steps, the tag last, where the remote can not do both at once', async () => {
    asOrigin('config', 'receive.advertiseAtomic', 'false');
    writeHook(origin, 'update', 'case "$1" in refs/tags/*) exit 1;; esac');
    expect((await failure(push())).code).toBe('PUSH_REJECTED');
    expect(remoteRefs()).toBe(`refs/heads/main ${release.branch.commit}`);
    writeHook(origin, 'update', 'exit 0');
    expect(await push()).toEqual({ pushed: true, isAtomic: false });
    commitThere(release.branch.commit);
    expect(await push()).toEqual({ pushed: false, isAtomic: false });
  });

  test('takes names of remotes and whole ids only', async () => {
    for (const remote of ['upstream', '--force', origin, 'https://ann:s3cret@example.com/x.git?key=s3cret']) {
      const { code, message } = await failure(push({ remote }));
      expect([code, message.includes('s3cret')]).toEqual(['INVALID_OPTION', false]);
    }
    for (const object of ['v1', `+${release.tag.object}`, '']) {
      expect((await failure(push({ tag: { name: 'v1', object } }))).code).toBe('INVALID_OPTION');
    }
    expect((await failure(push({ branch: { name: '+main', commit: 'HEAD' } }))).code).toBe('INVALID_OPTION');
    expect((await failure(push({ tag: { ...release.tag, name: 'v1:refs/heads/main' } }))).code).toBe('INVALID_OPTION');
  });
});

describe('a push that is refused changes nothing', () => {
  let before: string;
  /** A push that fails must leave the remote as it was. */
  async function refusal(options: Partial<PushReleaseOptions> = {}): Promise<Awaited<ReturnType<typeof failure>>> {
    before = remoteRefs();
    const error = await failure(push(options));
    expect(remoteRefs()).toBe(before);
    return error;
  }

  test('when the remote has another tag of the name, also where the branch went before', async () => {
    const first = asOrigin('rev-parse', 'main');
    asOrigin('tag', 'v1', 'main');
    const [code, message] = ['TAG_EXISTS', `Expected no other tag v1 on origin, got one on ${first}`];
    expect(await refusal()).toMatchObject({ code, message });
    asOrigin('config', 'receive.advertiseAtomic', 'false');
    checkout.git('push', '--quiet', 'origin', `${release.branch.commit}:main`);
    expect(await refusal()).toMatchObject({ code, message });
  });

  test('when the branch has other commits', async () => {
    commitThere(asOrigin('rev-parse', 'main'));
    const { code, hint } = await refusal();
    expect([code, hint]).toEqual(['PUSH_REJECTED', expect.stringContaining('up to date')]);
    checkout.git('fetch', '--quiet');
    expect((await refusal()).code).toBe('PUSH_REJECTED');
  });

  test('when a hook of the remote or of the checkout says no', async () => {
    writeHook(origin, 'pre-receive', 'echo "tags are frozen, or the review timed out"; exit 1');
    const theirs = await refusal();
    expect([theirs.code, theirs.message]).toEqual([
      'PUSH_REJECTED',
      expect.stringContaining('remote: tags are frozen, or the review timed out'),
    ]);
    checkout.hook('pre-push', 'echo "tests fail, see $2"; exit 1');
    checkout.git('remote', 'set-url', 'origin', `file://ann:s3cret@localhost${origin}`);
    const ours = await failure(push());
    expect(ours.message).not.toContain('s3cret');
    expect([ours.code, ours.message]).toEqual(['PUSH_REJECTED', expect.stringContaining('fail, see file://localhost')]);
  });

  test('when nobody answers, without waiting for passwords, and without telling them', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url?.startsWith('/broken') ? 503 : 401, { 'www-authenticate': 'Basic realm="git"' });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const codes: unknown[] = [];
    const urls = [
      `http://127.0.0.1:${port}/x.git`,
      `http://ann:s3cret@127.0.0.1:${port}/x.git`,
      `http://ann:s3cret@127.0.0.1:${port}/broken.git`,
      'http://ann:s3cret@127.0.0.1:1/x.git',
      `file://${join(origin, 'absent')}`,
    ];
    try {
      for (const url of urls) {
        checkout.git('remote', 'set-url', 'origin', url);
        const error = await failure(push());
        expect(JSON.stringify([error.message, error.hint])).not.toContain('s3cret');
        codes.push(error.code);
        expect((await failure(readRemoteRefs({ ...release, tag: 'v1', branch: undefined }))).code).toBe(error.code);
      }
    } finally {
      server.close();
    }
    const [denied, away] = ['PUSH_REJECTED', 'REMOTE_UNREACHABLE'];
    expect(codes).toEqual([denied, denied, away, away, away]);
  });

  test.runIf(IS_POSIX)('when ssh would ask, as nobody is asked, unless the user has an answer', async () => {
    checkout.git('remote', 'set-url', 'origin', 'ssh://git@example.invalid/x.git');
    const said = join(checkout.beside, 'said');
    writeHook(checkout.beside, 'ssh', `echo "$1" >>"${said}"; echo "Permission denied (publickey)." >&2; exit 255`);
    vi.stubEnv('PATH', `${join(checkout.beside, 'hooks')}${delimiter}${process.env['PATH'] ?? ''}`);
    for (const name of ['GIT_SSH', 'GIT_SSH_COMMAND', 'SSH_ASKPASS']) vi.stubEnv(name, undefined);
    const error = await failure(push());
    expect([error.code, error.message]).toEqual(['PUSH_REJECTED', expect.stringContaining('publickey')]);
    checkout.git('config', 'core.sshCommand', 'ssh -oIdentitiesOnly=yes');
    await failure(push());
    checkout.git('config', '--unset', 'core.sshCommand');
    vi.stubEnv('SSH_ASKPASS', 'my-askpass');
    await failure(push());
    const [first, second, third] = readFileSync(said, 'utf8').split('\n');
    expect([first, second]).toEqual(['-oBatchMode=yes', '-oIdentitiesOnly=yes']);
    expect(third).not.toBe('-oBatchMode=yes');
  });
});
