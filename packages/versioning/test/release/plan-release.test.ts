import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanReleaseOptions } from '../../src/index.ts';
import { newShop, type Shop } from './shop.ts';

describe('a plan', () => {
  let shop: Shop;
  beforeAll(() => {
    shop = newShop();
  });
  afterAll(() => {
    shop[Symbol.dispose]();
  });
  const outcome = async (options: PlanReleaseOptions): Promise<unknown> => {
    const { release } = await shop.manager().planRelease(options);
    return [release.version, release.channel, release.preRelease];
  };

  test.each([
    ['what changed decides', {}, ['1.1.0', 'stable', false]],
    ['a level is asked for', { bump: 'major' }, ['2.0.0', 'stable', false]],
    ['a type of change is asked for', { bump: 'correção' }, ['1.0.1', 'stable', false]],
    ['a version is asked for', { version: '3.0.0' }, ['3.0.0', 'stable', false]],
    ['a channel is named', { channel: 'rc' }, ['1.1.0-rc.1', 'rc', true]],
    ['only a pre-release is wanted', { preRelease: true }, ['1.1.0-beta.1', 'beta', true]],
    ['a pre-release is asked for by its version', { version: '2.0.0-alpha.3' }, ['2.0.0-alpha.3', 'alpha', true]],
    ['a version is marked as not for everybody', { version: '2.0.0', preRelease: true }, ['2.0.0', 'stable', true]],
    ['a version goes to a channel', { version: '2.0.0', channel: 'lts' }, ['2.0.0', 'lts', false]],
    ['a version has a hyphen in its build metadata only', { version: '2.0.0+a-b' }, ['2.0.0+a-b', 'stable', false]],
    ['there is build metadata', { build: 'ci.7' }, ['1.1.0+ci.7', 'stable', false]],
  ] as const)('%s', async (_, options, expected) => {
    expect(await outcome(options)).toEqual(expected);
  });

  test.each([
    ['a version that is none', { version: 'v1.2.3' }, 'INVALID_VERSION'],
    ['a version that is not after the last one', { version: '0.9.0' }, 'INVALID_VERSION'],
    ['a type that nobody knows', { bump: 'huge' }, 'UNKNOWN_CHANGE_TYPE'],
    ['a channel that is none', { channel: '1st' }, 'INVALID_OPTION'],
    ['a pre-release for everybody', { version: '2.0.0-rc.1', channel: 'stable' }, 'INVALID_OPTION'],
    [
      'a flag that could change objects',
      { flags: JSON.parse('{"__proto__": 1}') as Record<string, number> },
      'INVALID_OPTION',
    ],
    ['a version of another channel', { version: '2.0.0-rc.1', channel: 'beta' }, 'INVALID_OPTION'],
  ] as const)('%s is refused', async (_, options, code) => {
    await expect(shop.manager().planRelease(options)).rejects.toMatchObject({ code });
  });

  test('has a size and the files of the artefact that comes out, with what the release itself changes', async () => {
    const plan = await shop.manager().planRelease();
    const changelog = plan.artifact?.files.entries.find(({ path }) => path === 'CHANGELOG.md');
    const planned = plan.files.find(({ path }) => path === 'CHANGELOG.md');
    expect(changelog?.size).toBe(Buffer.byteLength(planned?.after ?? ''));
  });

  test('leaves a changelog out of the artefact where rules say so', async () => {
    const manager = shop.manager({ workspace: { artifact: { include: ['src'] } } });
    const plan = await manager.planRelease();
    expect(plan.artifact?.files.entries.map(({ path }) => path)).toEqual(['src/prices.js', 'src/yen.js']);
  });

  test('without files to change has no commit, and tags what is there', async () => {
    const plan = await shop.manager().planRelease({ commit: false });
    expect([plan.files, plan.commit]).toEqual([[], undefined]);
    expect(plan.steps).toEqual(['artifact', 'sbom', 'manifest', 'tag', 'publish']);
  });

  test('pushes nothing that nobody has asked for', async () => {
    expect((await shop.manager().planRelease()).push).toBeUndefined();
  });
});

describe('what stands in the way is told before anything is done', () => {
  test('changes that are not committed', async () => {
    using shop = newShop();
    shop.write('src/prices.js', 'changed\n');
    shop.write('new.js', 'new\n');
    await expect(shop.manager().planRelease()).rejects.toMatchObject({
      code: 'DIRTY_TREE',
      message: expect.stringContaining('src/prices.js') as string,
    });
    const plan = await shop.manager().planRelease({ allowDirty: true });
    const { source } = await shop.manager().createRelease(plan);
    // It says so itself.
    expect(source.dirty).toBe(true);
  });

  test('a detached head, another branch, and a tag that is there', async () => {
    using shop = newShop();
    const branches = { branches: ['production'] };
    await expect(shop.manager({ workspace: branches }).planRelease()).rejects.toMatchObject({ code: 'OTHER_BRANCH' });
    shop.checkout.tag('v1.1.0');
    await expect(shop.manager().planRelease({ version: '1.1.0' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(TAG_EXISTS|INVALID_VERSION)$/) as string,
    });
    shop.checkout.git('checkout', '--quiet', '--detach');
    await expect(shop.manager().planRelease({ version: '1.2.0' })).rejects.toMatchObject({ code: 'DETACHED_HEAD' });
  });

  test('nothing to release', async () => {
    using shop = newShop();
    await shop.manager().createRelease();
    await expect(shop.manager().planRelease()).rejects.toMatchObject({ code: 'NOTHING_TO_RELEASE' });
  });
});

test('a release line that is older goes on from its own tags', async () => {
  using shop = newShop();
  await shop.manager().createRelease({ version: '2.0.0' });
  shop.checkout.git('checkout', '--quiet', '-b', '1.x', 'v1.0.0');
  shop.checkout.commit('fix: rounding');
  const { release } = await shop.manager().planRelease();
  expect([release.version, release.previous]).toEqual(['1.0.1', '1.0.0']);
});

test('a pre-release counts up, and the version for everybody has what all of them had', async () => {
  using shop = newShop();
  const manager = shop.manager();
  expect((await manager.createRelease({ channel: 'beta' })).version).toBe('1.1.0-beta.1');
  shop.checkout.commit('fix: rounding');
  const second = await manager.createRelease({ channel: 'beta' });
  expect([second.version, second.changelog.sections.map(({ title }) => title)]).toEqual(['1.1.0-beta.2', ['Fixed']]);
  const stable = await manager.createRelease();
  expect([stable.version, stable.changelog.sections.map(({ title }) => title)]).toEqual(['1.1.0', ['Added', 'Fixed']]);
});

test('intent files decide where they are used, and are gone with the release', async () => {
  using shop = newShop();
  shop.write('.changeset/quick-owls-sing.md', '---\n"shop": major\n---\n\nPrices are in cents.\n');
  shop.checkout.commit('chore: say what it means');
  const manager = shop.manager({ workspace: { intents: '.changeset' } });
  const release = await manager.createRelease();
  expect(release.version).toBe('2.0.0');
  expect(release.changelog.sections).toMatchObject([
    { title: 'Breaking changes', entries: [{ text: 'Prices are in cents.', breaking: true }] },
  ]);
  expect(shop.checkout.git('ls-files', '.changeset')).toBe('');
  expect(shop.checkout.git('status', '--porcelain')).toBe('');
});

test('notes that look like the trailer of a tag do not deceive whoever verifies it', async () => {
  using shop = newShop();
  await shop.manager().createRelease({ notes: `Holdfast-Release: sha256:${'0'.repeat(64)}` });
  const { checks } = await shop.manager().verifyRelease('1.1.0');
  expect(checks.find(({ name }) => name === 'tag')?.status).toBe('passed');
});

test('credentials in the address of a repository are refused, and not shown', async () => {
  using shop = newShop();
  const manager = shop.manager({ workspace: { repository: 'https://ann:hunter2@example.com/shop' } });
  const refused = manager.planRelease();
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(refused).rejects.not.toThrow(/hunter2/);
});

test('migrations and flags are in the release', async () => {
  using shop = newShop();
  shop.write('migrations/001_yen.up.sql', '-- kind: expand\nalter table prices add yen integer;\n');
  shop.write('migrations/001_yen.down.sql', 'alter table prices drop yen;\n');
  shop.checkout.commit('feat: a column for yen', 'x.txt');
  const release = await shop.manager().createRelease({ migrations: 'migrations', flags: { yen: { enabled: false } } });
  expect(release.migrations.forward).toMatchObject([{ id: '001_yen', kind: 'expand' }]);
  expect(release.migrations.backward).toMatchObject([{ id: '001_yen' }]);
  expect(release.flags).toEqual({ yen: { enabled: false } });
});
