import { checkKey } from '@x/storage';
import { expect, test } from 'vitest';
import * as names from '../../src/layout/names.ts';

const label = '1122334455667788';
const session = 'aabbccddeeff00112233445566778899';

test('names of objects are frozen', () => {
  expect({
    marker: names.MARKER,
    markerCopy: names.MARKER_COPY,
    ledgerCopy: names.copyOfLedger(names.KEYRING),
    slot: names.slotName('0011223344556677'),
    keyring: names.KEYRING,
    config: names.CONFIG,
    session: names.sessionName(label, 3, session, 12),
    pack: names.packName(label, session, '0123456789abcdef'),
    segment: names.segmentName(label, session, '0123456789abcdef'),
    commit: names.commitName(label, 3, session),
    forget: names.forgetPrefix(label),
    forgotten: names.forgetName(label, session),
    epochs: names.epochsPrefix(label),
    opening: names.epochName(label, 3, 'open'),
    decision: names.epochName(label, 3, 'decision'),
    history: names.historyName(label, 3, '0123456789abcdef'),
    reserve: names.RESERVE,
  }).toEqual({
    marker: 'holdfast.json',
    markerCopy: 'holdfast-copy.json',
    ledgerCopy: 'keys/ring-copy',
    slot: 'keys/slots/0011223344556677',
    keyring: 'keys/ring',
    config: 'config',
    session: `sessions/${label}/00000003/${session}/000012`,
    pack: `packs/${label}/${session}/0123456789abcdef`,
    segment: `index/${label}/${session}/0123456789abcdef`,
    commit: `commits/${label}/00000003/${session}`,
    forget: `forget/${label}/`,
    forgotten: `forget/${label}/${session}`,
    epochs: `gc/${label}/`,
    opening: `gc/${label}/00000003/open`,
    decision: `gc/${label}/00000003/decision`,
    history: `history/${label}/00000003/0123456789abcdef`,
    reserve: 'reserve/0',
  });
});

test('every name is a key that every store takes, and begins with the prefix it is listed by', () => {
  const made: readonly (readonly [string, string])[] = [
    [names.slotName('0011223344556677'), names.SLOTS],
    [names.sessionName(label, 3, session, 999_999), names.sessionsPrefix(label)],
    [names.packName(label, session, names.newPackId()), names.packsPrefix(label)],
    [names.segmentName(label, session, names.newSegmentId()), names.indexPrefix(label)],
    [names.commitName(label, 99_999_999, names.newSessionId()), names.commitsPrefix(label)],
  ];
  for (const [name, prefix] of made) {
    expect(checkKey(name)).toBe(name);
    expect(name.startsWith(prefix)).toBe(true);
  }
});

test('names of packs and segments come apart again', () => {
  expect(names.nameParts(names.packName(label, session, 'abc'), names.packsPrefix(label))).toEqual([session, 'abc']);
  expect(names.nameParts(names.commitName(label, 7, session), names.commitsPrefix(label))).toEqual([
    '00000007',
    session,
  ]);
});

test('ids are random, of 128 bits for sessions and 64 for packs and segments', () => {
  for (const [make, digits] of [
    [names.newSessionId, 32],
    [names.newPackId, 16],
    [names.newSegmentId, 16],
  ] as const) {
    const ids = Array.from({ length: 200 }, make);
    for (const id of ids) expect(id).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
    expect(new Set(ids).size).toBe(ids.length);
  }
});
