import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

it('a listener that throws while a large file is read ends the backup with its error, and nothing else', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const place = newPlace();
  buildTree(place.source, {});
  writeFileSync(`${place.source}/large`, noise(48 * 1024 * 1024, 'large'));
  const repository = await createAt(place);
  const failure = await failureOf(
    repository.backup({
      paths: [place.source],
      onProgress: ({ bytesDone }) => {
        if (bytesDone > 0) throw new Error('the listener failed');
      },
    }),
  );
  expect(failure.message).toBe('the listener failed');
  await wait(50);
  expect(unhandled).toEqual([]);
});
