import { describe, expect, it } from 'vitest';
import type { HistoryEntry, ModelEvent } from '../../src/history/events.ts';
import { emptyState, stateAfter } from '../../src/history/state.ts';
import { versionOf } from '../support/version.ts';

const entries = (events: readonly ModelEvent[]): readonly HistoryEntry[] =>
  events.map((event, index) => ({
    event: { ...event, n: index + 1, at: index, by: 'ana', token: String(index) },
    digest: String(index),
  }));

const events: readonly ModelEvent[] = [
  { kind: 'version.added', version: versionOf('price@1.0.0') },
  { kind: 'alias.moved', alias: 'prod', to: '1.0.0' },
  { kind: 'version.added', version: versionOf('price@1.1.0') },
  { kind: 'version.deleted', version: '1.1.0', reason: 'bad' },
  { kind: 'alias.moved', alias: 'prod', from: '1.0.0' },
];

describe('the state of a history', () => {
  it('is the same whether its events are read at once or one by one, and what was told before stays', () => {
    const all = entries(events);
    const states = all.reduce((row, entry) => [...row, stateAfter(row.at(-1) ?? emptyState, [entry])], [emptyState]);
    expect(states.at(-1)).toEqual(stateAfter(emptyState, all));
    expect(states.map(({ versions, aliases }) => [versions.size, aliases.size])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1],
      [1, 1],
      [1, 0],
    ]);
    expect(states.at(-1)?.deleted.get('1.1.0')).toMatchObject({ reason: 'bad', by: 'ana' });
    expect(emptyState.versions.size).toBe(0);
  });
});
