import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Repository, SafeRestoreOptions, SafeRestoreStep } from '../../src/index.ts';
import { SAFE_RESTORE } from '../fixtures/bundle.ts';
import { createAt, failureOf, filesBelow, listOf, newPlace, openAt, type Place } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const always = { snapshot: 'good', overwrite: 'always', delete: true } as const;

/** A good state in a snapshot, and another one on disk. */
async function changedSince(): Promise<{ place: Place; repository: Repository; differs: () => Promise<string[]> }> {
  const place = newPlace();
  buildTree(place.source, { a: 'good a', sub: { b: 'good b', gone: 'good' }, other: 'other' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], name: 'good' });
  writeFileSync(join(place.source, 'a'), 'worse');
  chmodSync(join(place.source, 'sub/b'), 0o640);
  rmSync(join(place.source, 'sub/gone'));
  buildTree(place.source, { sub: { extra: 'extra' }, deep: { er: { file: 'x' } } });
  symlinkSync('a', join(place.source, 'link'));
  utimesSync(join(place.source, 'sub'), 1_600_000_000, 1_600_000_000);
  await repository.backup({ paths: [place.source], name: 'worse' });
  const differs = async (): Promise<string[]> =>
    (await listOf(repository.diffLive('worse', { content: 'always' }))).map(({ change, path }) => `${change} ${path}`);
  return { place, repository, differs };
}

/** What is in a folder: modes, and contents or targets of links. */
function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const stats = lstatSync(path);
      const content = stats.isFile() ? readFileSync(path, 'utf8') : stats.isSymbolicLink() ? readlinkSync(path) : '/';
      return `${name} ${stats.mode.toString(8)} ${content}`;
    });
}

describe('a safe restore', () => {
  it('backs up what is there, restores, and validates what it has written', async () => {
    const { repository } = await changedSince();
    const steps: SafeRestoreStep[] = [];
    const result = await repository.restoreSafely({ ...always, onStep: (step) => steps.push(step) });
    expect(result).toMatchObject({ status: 'restored', validation: { status: 'passed', problems: [] } });
    expect(result.rollback).toBeUndefined();
    expect(steps.map(({ step }) => step)).toEqual(['safety-backup', 'restore', 'validate']);
    expect(await repository.snapshot(result.safetySnapshot ?? '')).toMatchObject({
      kind: 'safety',
      compression: 'fast',
    });
    expect(await listOf(repository.diffLive('good', { content: 'always' }))).toEqual([]);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('makes everything what it was when the validation fails: content, modes, times, links, what was removed and what is new', async () => {
    const { repository, differs } = await changedSince();
    const result = await repository.restoreSafely({
      ...always,
      validate: () => {
        throw new Error('the rooms are not there');
      },
    });
    expect(result).toMatchObject({
      status: 'rolled-back',
      validation: { status: 'failed', problems: [{ message: 'the rooms are not there' }] },
      rollback: { status: 'ok', problems: [] },
    });
    expect(await differs()).toEqual([]);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('leaves alone what others have changed meanwhile, elsewhere in the same folders', async () => {
    const { place, repository, differs } = await changedSince();
    const result = await repository.restoreSafely({
      ...always,
      delete: false,
      path: join(place.source, 'sub'),
      validate: () => {
        writeFileSync(join(place.source, 'upload'), 'uploaded meanwhile');
        writeFileSync(join(place.source, 'sub/upload'), 'and this');
        writeFileSync(join(place.source, 'other'), 'edited meanwhile');
        throw new Error('no');
      },
    });
    expect(result.status).toBe('rolled-back');
    const folder = place.source.slice(1);
    expect((await differs()).toSorted()).toEqual([
      `added ${folder}/sub/upload`,
      `added ${folder}/upload`,
      `content ${folder}/other`,
    ]);
  });

  it('finds by itself that what was written is no longer what the snapshot has', async () => {
    const { place, repository, differs } = await changedSince();
    const onStep: SafeRestoreOptions['onStep'] = ({ step }) => {
      if (step === 'validate') writeFileSync(join(place.source, 'a'), 'bad a!');
    };
    const result = await repository.restoreSafely({ ...always, onStep });
    expect(result).toMatchObject({ status: 'rolled-back', validation: { problems: [{ code: 'CHECKSUM_MISMATCH' }] } });
    expect(await differs()).toEqual([]);
    const kept = await repository.restoreSafely({ ...always, onStep, validate: false });
    expect(kept).toMatchObject({ status: 'restored', validation: { status: 'skipped' } });
  });

  it('removes what it has made where nothing was before, and needs no safety backup for it', async () => {
    const { place, repository } = await changedSince();
    rmSync(place.source, { recursive: true });
    const result = await repository.restoreSafely({
      ...always,
      validate: () => {
        throw new Error('no');
      },
    });
    expect(result.safetySnapshot).toBeUndefined();
    expect(result).toMatchObject({ status: 'rolled-back', rollback: { status: 'ok', entriesDeleted: 6 } });
    expect(existsSync(place.source)).toBe(false);
  });

  it('that fails by itself goes back, too', async () => {
    const { repository, differs } = await changedSince();
    const onProgress: SafeRestoreOptions['onProgress'] = ({ phase }) => {
      if (phase === 'restore') throw new Error('nobody listens');
    };
    expect(await failureOf(repository.restoreSafely({ ...always, onProgress }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      message: expect.stringContaining('nobody listens') as string,
      hint: expect.stringMatching(/safety snapshot [0-9a-f]{32}/) as string,
    });
    expect(await differs()).toEqual([]);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('below a folder saves exactly what it replaces or deletes, and makes that what it was', async () => {
    const place = newPlace();
    const to = join(place.folder, 'to');
    buildTree(place.source, {
      a: 'good a',
      keep: 'same',
      sub: { b: 'good b' },
      'was-folder': 'good',
      fresh: { er: 'x' },
    });
    symlinkSync('a', join(place.source, 'link'));
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source], name: 'good' });
    await repository.restore({ snapshot: 'good', to });
    const there = join(to, place.source);
    writeFileSync(join(there, 'a'), 'mine');
    for (const name of ['was-folder', 'link', 'fresh']) rmSync(join(there, name), { recursive: true });
    symlinkSync('keep', join(there, 'link'));
    buildTree(there, { fresh: 'a file', 'was-folder': { x: 'x' }, extra: { '.holdfastignore': 'y', y: 'y' } });
    chmodSync(join(there, 'a'), 0o640);
    const before = treeOf(there);
    const validate = (): never => {
      writeFileSync(join(there, 'sub/meanwhile'), 'and this');
      throw new Error('no');
    };
    const result = await repository.restoreSafely({ ...always, to, validate });
    expect(result).toMatchObject({ status: 'rolled-back', rollback: { status: 'ok', problems: [] } });
    rmSync(join(there, 'sub/meanwhile'));
    expect(treeOf(there)).toEqual(before);
    const { kind, sources } = await repository.snapshot(result.safetySnapshot ?? '');
    expect([kind, sources.map(({ root }) => root.slice(there.length + 1)).toSorted()]).toEqual([
      'safety',
      ['a', 'extra', 'fresh', 'keep', 'link', 'sub/b', 'was-folder'],
    ]);
    expect((await repository.restoreSafely({ ...always, to })).validation).toMatchObject({ status: 'passed' });
  });

  it('without a safety backup can not go back, and says so', async () => {
    const { repository } = await changedSince();
    const count = (await repository.snapshots()).length;
    const validate = (): never => {
      throw new Error('no');
    };
    const result = await repository.restoreSafely({ ...always, safetyBackup: false, validate });
    expect(result).toMatchObject({ status: 'failed', validation: { status: 'failed' } });
    expect(result.rollback).toBeUndefined();
    expect(await repository.snapshots()).toHaveLength(count);
    const stop = new AbortController();
    const onStep = (): void => stop.abort();
    await failureOf(repository.restoreSafely({ ...always, safetyBackup: false, signal: stop.signal, onStep }));
    const [unfinished] = await repository.unfinishedRestores();
    expect(await failureOf(repository.rollBack(unfinished?.id ?? ''))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('leaves a service stopped when going back can not be noted, and when it ends halfway without a way back', async () => {
    const { place, repository } = await changedSince();
    const calls: string[] = [];
    const said = (call: string) => async (): Promise<void> => void (await Promise.resolve(calls.push(call)));
    const service = { startBy: { command: 'start-shop' }, stop: said('stop'), start: said('start') };
    let entry = '';
    const validate = (): never => {
      entry = join(place.cache, filesBelow(place.cache).find((name) => name.endsWith('.restore')) ?? '');
      // A folder in its place is not replaced.
      rmSync(entry);
      mkdirSync(entry);
      throw new Error('the rooms are not there');
    };
    expect(await failureOf(repository.restoreSafely({ ...always, service, validate }))).toMatchObject({
      code: 'ROLLBACK_FAILED',
      message: expect.stringContaining('the rooms are not there') as string,
    });
    rmSync(entry, { recursive: true });
    writeFileSync(join(place.source, 'a'), 'worse');
    const onProgress: SafeRestoreOptions['onProgress'] = ({ phase }) => {
      if (phase === 'restore') throw new Error('nobody listens');
    };
    await failureOf(repository.restoreSafely({ ...always, service, safetyBackup: false, onProgress }));
    expect([calls, (await repository.unfinishedRestores()).length]).toEqual([['stop', 'stop'], 1]);
    expect(await repository.startServices(said('start'))).toEqual([]);
  });

  it('that was ended is told of, and can be gone back behind', async () => {
    const { place, repository, differs } = await changedSince();
    const stop = new AbortController();
    const onStep: SafeRestoreOptions['onStep'] = ({ step }) => {
      if (step === 'validate') stop.abort();
    };
    expect(await failureOf(repository.restoreSafely({ ...always, signal: stop.signal, onStep }))).toMatchObject({
      code: 'ABORTED',
    });
    const again = await openAt(place);
    const [unfinished] = await again.unfinishedRestores();
    expect(unfinished).toMatchObject({ step: 'restore', roots: [place.source], safetySnapshot: expect.any(String) });
    const { id = '', safetySnapshot = '' } = unfinished ?? {};
    expect(await failureOf(again.forget({ snapshots: [safetySnapshot] }))).toMatchObject({
      code: 'SNAPSHOT_IN_USE',
      details: [`${safetySnapshot}: the restore ${id} goes back to it`],
    });
    expect(await again.forget({ snapshots: [safetySnapshot, 'good'], whenNeeded: 'keep', dryRun: true })).toMatchObject(
      {
        forgotten: [{ name: 'good' }],
        kept: [{ id: safetySnapshot, restore: id }],
      },
    );
    const both = await Promise.allSettled([again.rollBack(id), repository.rollBack(id)]);
    expect(both.map((each) => (each.status === 'fulfilled' ? each.value.status : (each.reason as Error)))).toEqual(
      expect.arrayContaining(['ok', expect.objectContaining({ code: 'ROLLBACK_BUSY' })]),
    );
    expect(await differs()).toEqual([]);
    expect(await failureOf(again.rollBack(id))).toMatchObject({ code: 'INVALID_OPTION' });
    expect((await again.forget({ snapshots: [safetySnapshot] })).forgotten).toHaveLength(1);
  });

  it('that was ended is finished by the same restore, and by no other', async () => {
    const { place, repository } = await changedSince();
    const stop = new AbortController();
    const onStep: SafeRestoreOptions['onStep'] = ({ step }) => {
      if (step === 'validate') stop.abort();
    };
    await failureOf(repository.restoreSafely({ ...always, signal: stop.signal, onStep }));
    await repository.restoreSafely({ ...always, path: join(place.source, 'a') });
    await repository.restoreSafely({ ...always, snapshot: 'worse' });
    expect(await repository.unfinishedRestores()).toHaveLength(1);
    await repository.restoreSafely(always);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('that was killed is told of by the next process, and can be gone back behind', async () => {
    const { place, repository, differs } = await changedSince();
    const child = spawn(process.execPath, [SAFE_RESTORE, JSON.stringify(place)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(await repository.unfinishedRestores()).toEqual([]);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    expect(await listOf(repository.diffLive('good', { content: 'always' }))).toEqual([]);
    const [unfinished] = await repository.unfinishedRestores();
    expect(await repository.rollBack(unfinished?.id ?? '')).toMatchObject({ status: 'ok', problems: [] });
    expect(await differs()).toEqual([]);
  });
});
